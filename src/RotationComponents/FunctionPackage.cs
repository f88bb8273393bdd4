using Pulumi;

namespace RotationComponents;

/// <summary>The function's package. The build publishes it beside the program that deploys it, into function/arm64 and function/x86_64.</summary>
public static class FunctionPackage
{
    private static readonly string[] Architectures = ["arm64", "x86_64"];

    /// <summary>Returns the package beside the running program.</summary>
    /// <param name="architecture"><c>arm64</c> or <c>x86_64</c>.</param>
    public static FileArchive For(string architecture) => new(FolderIn(AppContext.BaseDirectory, architecture));

    /// <summary>Checks that the package exists for both architectures.</summary>
    /// <param name="programFolder">The program's folder.</param>
    /// <exception cref="RunException">The package is missing.</exception>
    public static void Check(string programFolder)
    {
        var folders = Architectures.Select(architecture => FolderIn(programFolder, architecture));
        if (folders.FirstOrDefault(folder => !File.Exists(Path.Combine(folder, "RotationFunction.dll"))) is { } missing)
        {
            throw new RunException($"The function's package {missing} is missing. Build it with dotnet build infra, with the official packages.");
        }
    }

    internal static string FolderIn(string programFolder, string architecture) => Path.Combine(programFolder, "function", architecture);
}
