namespace Pulumi;

/// <summary>Where the engine finds a provider's plugin. Nothing makes one here: it gives constructors their official overloads.</summary>
public sealed class RegisterPackageRequest
{
    private RegisterPackageRequest()
    {
    }
}
