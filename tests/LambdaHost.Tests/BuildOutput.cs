using System.Reflection;

namespace LambdaHost.Tests;

/// <summary>Where the build put the projects that are started as processes.</summary>
internal static class BuildOutput
{
    public static string Host { get; } = Of("LambdaHost");

    public static string HandlersFolder { get; } = Path.GetDirectoryName(Of("LambdaHost.Tests.Handlers"))!;

    public static string Handler(string typeAndMethod) => $"LambdaHost.Tests.Handlers::LambdaHost.Tests.Handlers.{typeAndMethod.Replace(".", "::", StringComparison.Ordinal)}";

    private static string Of(string project) =>
        typeof(BuildOutput).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == project).Value!;
}
