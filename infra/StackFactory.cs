namespace Infra;

/// <summary>Makes the stack for Pulumi.</summary>
internal sealed class StackFactory : IServiceProvider
{
    public object? GetService(Type serviceType) => serviceType == typeof(RotationStack) ? new RotationStack() : null;
}
