using Pulumi;
using RotationComponents;

namespace Infra;

/// <summary>Creates the stack for Pulumi.</summary>
/// <param name="programFolder">The program's folder, which contains the function's package.</param>
internal sealed class StackFactory(string programFolder) : IServiceProvider
{
    /// <exception cref="RunException">The package is missing.</exception>
    public object? GetService(Type serviceType)
    {
        if (serviceType != typeof(RotationStack))
        {
            return null;
        }

        FunctionPackage.Check(programFolder);
        return new RotationStack();
    }
}
