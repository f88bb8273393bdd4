namespace Pulumi.Aws;

/// <summary>What each resource of this provider adds to the options it is given.</summary>
internal static class ResourceDefaults
{
    public static CustomResourceOptions Merge(CustomResourceOptions? options, params string[] secretOutputs) => CustomResourceOptions.Merge(
        new CustomResourceOptions { Version = "7.48.0", AdditionalSecretOutputs = [.. secretOutputs] }, options);
}
