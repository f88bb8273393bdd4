using Pulumi;

namespace Infra;

/// <summary>Makes the stack for Pulumi, which is to find the function's package.</summary>
/// <param name="programFolder">The folder that the build put the package into.</param>
internal sealed class StackFactory(string programFolder) : IServiceProvider
{
    private static readonly string[] Architectures = ["arm64", "x86_64"];

    /// <exception cref="RunException">The package is missing.</exception>
    public object? GetService(Type serviceType)
    {
        if (serviceType != typeof(RotationStack))
        {
            return null;
        }

        var missing = Architectures.Select(architecture => RotationStack.PackageIn(programFolder, architecture))
            .FirstOrDefault(package => !File.Exists(Path.Combine(package, "RotationFunction.dll")));
        return missing is null
            ? new RotationStack()
            : throw new RunException($"The function's package {missing} is missing: build it with dotnet build infra, from the official packages.");
    }
}
