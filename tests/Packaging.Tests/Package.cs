using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Packaging.Tests;

/// <summary>What the build published for tests, as the stack would deploy it.</summary>
internal static class Package
{
    public const string Handler = "RotationFunction::RotationFunction.Function::FunctionHandler";

    /// <summary>Of this machine: the package that can run here.</summary>
    public static string ArchitectureHere { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x86_64";

    public static string Root { get; } = Metadata("Root");

    public static string PackageMode { get; } = Metadata("PackageMode");

    public static string LambdaHost { get; } = Metadata("LambdaHost");

    // Kept: a test that runs another program in this process changes AppContext.BaseDirectory for a while.
    private static readonly string Output = AppContext.BaseDirectory;

    /// <summary>Beside the program that was built, as beside the stack's.</summary>
    public static string Folder(string architecture) => Path.Combine(Output, "function", architecture);

    public static ImmutableSortedSet<string> FileNames(string folder) => [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file))];

    private static string Metadata(string key) =>
        typeof(Package).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == key).Value!;
}
