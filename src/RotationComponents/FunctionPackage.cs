using System.Reflection;
using Pulumi;

namespace RotationComponents;

/// <summary>
/// The function's package. The build publishes it beside the program that deploys it, into function/arm64 and function/x86_64: for a program in this
/// repository with Package.targets, for any other with the targets of the NuGet package RotationLambda.Components.
/// </summary>
public static class FunctionPackage
{
    private static readonly string[] Architectures = ["arm64", "x86_64"];

    /// <summary>Returns the package beside the running program.</summary>
    /// <param name="architecture"><c>arm64</c> or <c>x86_64</c>.</param>
    public static FileArchive For(string architecture) => new(FolderIn(AppContext.BaseDirectory, architecture));

    /// <summary>Checks that the package exists for both architectures, and that the Pulumi engine deploys no package from stand-ins.</summary>
    /// <param name="programFolder">The program's folder.</param>
    /// <exception cref="RunException">The package is missing, or built from stand-ins.</exception>
    public static void Check(string programFolder)
    {
        var folders = Architectures.Select(architecture => FolderIn(programFolder, architecture));
        if (folders.FirstOrDefault(folder => !File.Exists(Path.Combine(folder, "RotationFunction.dll"))) is { } missing)
        {
            throw new RunException(
                $"The function's package {missing} is missing. The build of a program that references the package "
                + "RotationLambda.Components copies it there. In the repository of RotationLambda, dotnet build infra "
                + "publishes it, with the official packages.");
        }

        var isFromStandIns = typeof(FunctionPackage).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Any(item => item.Key == "StandIns");
        if (isFromStandIns && Environment.GetEnvironmentVariable("PULUMI_MONITOR") is { Length: > 0 })
        {
            throw new RunException(
                "This build of RotationLambda.Components contains stand-ins for packages of AWS and Pulumi. It is for tests and deploys nothing "
                + "to AWS. Reference a version without the suffix -standins.");
        }
    }

    internal static string FolderIn(string programFolder, string architecture) => Path.Combine(programFolder, "function", architecture);
}
