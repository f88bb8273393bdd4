namespace Pulumi;

/// <summary>How a resource is to be managed.</summary>
public abstract class ResourceOptions
{
    private protected ResourceOptions()
    {
    }

    public Resource? Parent { get; set; }

    public InputList<Resource> DependsOn { get => field ??= new(); set; }

    public bool? Protect { get; set; }

    public List<string> IgnoreChanges { get => field ??= []; set; }

    public string? Version { get; set; }

    public ProviderResource? Provider { get; set; }

    public List<Input<Alias>> Aliases { get => field ??= []; set; }

    public List<ResourceTransformation> ResourceTransformations { get => field ??= []; set; }

    public List<string> ReplaceOnChanges { get => field ??= []; set; }

    /// <summary>Adds another one's lists to this, and takes its values where it has any.</summary>
    private protected void Add(ResourceOptions? other)
    {
        if (other is null)
        {
            return;
        }

        Parent = other.Parent ?? Parent;
        DependsOn = DependsOn.Concat(other.DependsOn);
        Protect = other.Protect ?? Protect;
        IgnoreChanges = [.. IgnoreChanges, .. other.IgnoreChanges];
        Version = other.Version ?? Version;
        Provider = other.Provider ?? Provider;
        Aliases = [.. Aliases, .. other.Aliases];
        ResourceTransformations = [.. ResourceTransformations, .. other.ResourceTransformations];
        ReplaceOnChanges = [.. ReplaceOnChanges, .. other.ReplaceOnChanges];
    }
}

/// <summary>How a resource of a provider is to be managed.</summary>
public sealed class CustomResourceOptions : ResourceOptions
{
    public bool? DeleteBeforeReplace { get; set; }

    public List<string> AdditionalSecretOutputs { get => field ??= []; set; }

    public static CustomResourceOptions Merge(CustomResourceOptions? options1, CustomResourceOptions? options2)
    {
        var merged = new CustomResourceOptions();
        foreach (var options in new[] { options1, options2 })
        {
            merged.Add(options);
            merged.DeleteBeforeReplace = options?.DeleteBeforeReplace ?? merged.DeleteBeforeReplace;
            merged.AdditionalSecretOutputs = [.. merged.AdditionalSecretOutputs, .. options?.AdditionalSecretOutputs ?? []];
        }

        return merged;
    }
}

/// <summary>How a component and its children are to be managed.</summary>
public sealed class ComponentResourceOptions : ResourceOptions
{
    public List<ProviderResource> Providers { get => field ??= []; set; }

    public static ComponentResourceOptions Merge(ComponentResourceOptions? options1, ComponentResourceOptions? options2)
    {
        var merged = new ComponentResourceOptions();
        foreach (var options in new[] { options1, options2 })
        {
            merged.Add(options);
            merged.Providers = [.. merged.Providers, .. options?.Providers ?? []];
        }

        merged.Providers = [.. merged.Providers.AsEnumerable().Reverse().DistinctBy(provider => provider.Package).Reverse()];
        return merged;
    }
}

/// <summary>How a stack's resources are to be managed.</summary>
public class StackOptions
{
    public List<ResourceTransformation> ResourceTransformations { get => field ??= []; set; }
}

/// <summary>Changes a resource's arguments and options, or returns null to leave them.</summary>
public delegate ResourceTransformationResult? ResourceTransformation(ResourceTransformationArgs args);

/// <summary>A resource about to be registered.</summary>
public readonly struct ResourceTransformationArgs(Resource resource, ResourceArgs args, ResourceOptions options)
{
    public Resource Resource { get; } = resource;

    public ResourceArgs Args { get; } = args;

    public ResourceOptions Options { get; } = options;
}

/// <summary>What to register instead.</summary>
public readonly struct ResourceTransformationResult(ResourceArgs args, ResourceOptions options)
{
    public ResourceArgs Args { get; } = args;

    public ResourceOptions Options { get; } = options;
}
