using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Pulumi;

/// <summary>Something that an engine manages.</summary>
public class Resource
{
    private readonly string _type;
    private readonly string _name;
    private readonly ImmutableArray<ResourceTransformation> _transformations;

    private protected Resource(string type, string name, ResourceArgs? args, ResourceOptions options, bool remote = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var deployment = Deployment.Running;
        (_type, _name, IsRemote) = (type, name, remote);

        options = Copy(options);
        _transformations = [.. options.ResourceTransformations, .. (options.Parent ?? deployment.Stack)?._transformations ?? []];
        foreach (var transformation in _transformations)
        {
            if (transformation(new ResourceTransformationArgs(this, args ?? ResourceArgs.Empty, options)) is { } result)
            {
                if (result.Options.Parent != options.Parent)
                {
                    throw new ArgumentException("Transformations cannot currently be used to change the 'parent' of a resource.", nameof(options));
                }

                (args, options) = (result.Args, Copy(result.Options));
            }
        }

        options.Parent ??= deployment.Stack;
        options.Protect ??= options.Parent?.Protect;
        Parent = options.Parent;
        Protect = options.Protect;
        Providers = Parent?.Providers ?? ImmutableDictionary<string, ProviderResource>.Empty;
        var providers = (options as ComponentResourceOptions)?.Providers ?? [];
        if (options.Provider is { } own)
        {
            if (providers.Count > 0)
            {
                throw new ResourceException("Do not supply both 'provider' and 'providers' options to a ComponentResource.", options.Parent);
            }

            Providers = Providers.SetItem(this is CustomResource ? type.Split(':')[0] : own.Package, own);
        }

        foreach (var provider in providers)
        {
            Providers = Providers.SetItem(provider.Package, provider);
        }

        Parent?.Children.Enqueue(this);
        deployment.Register(this, args, options);
    }

    [Output("urn")]
    public Output<string> Urn { get; private protected set; } = null!;

    internal Resource? Parent { get; }

    internal bool? Protect { get; }

    internal bool IsRemote { get; }

    /// <summary>The providers of this and its children, by package.</summary>
    internal ImmutableDictionary<string, ProviderResource> Providers { get; }

    internal ConcurrentQueue<Resource> Children { get; } = new();

    public string GetResourceType() => _type;

    public string GetResourceName() => _name;

    private static ResourceOptions Copy(ResourceOptions options) => options is CustomResourceOptions custom
        ? CustomResourceOptions.Merge(null, custom)
        : ComponentResourceOptions.Merge(null, (ComponentResourceOptions)options);
}

/// <summary>A resource that a provider manages.</summary>
public class CustomResource : Resource
{
    public CustomResource(string type, string name, ResourceArgs? args, CustomResourceOptions? options = null)
        : base(type, name, args ?? ResourceArgs.Empty, options ?? new CustomResourceOptions())
    {
    }

    [Output("id")]
    public Output<string> Id { get; private set; } = null!;
}

/// <summary>A provider with its own settings.</summary>
public class ProviderResource : CustomResource
{
    public ProviderResource(string package, string name, ResourceArgs args, CustomResourceOptions? options = null)
        : base($"pulumi:providers:{package}", name, args, options)
    {
    }

    internal string Package => GetResourceType().Split(':')[^1];
}

/// <summary>A resource made of others.</summary>
public class ComponentResource : Resource
{
    public ComponentResource(string type, string name, ComponentResourceOptions? options = null) : this(type, name, null, options)
    {
    }

    public ComponentResource(string type, string name, ResourceArgs? args, ComponentResourceOptions? options = null, bool remote = false)
        : base(type, name, args, options ?? new ComponentResourceOptions(), remote)
    {
    }

    protected void RegisterOutputs() => RegisterOutputs(new Dictionary<string, object?>());

    protected void RegisterOutputs(IDictionary<string, object?> outputs) => RegisterOutputs(Output.Create(outputs));

    protected void RegisterOutputs(Task<IDictionary<string, object?>> outputs) => RegisterOutputs(Output.Create(outputs));

    protected void RegisterOutputs(Output<IDictionary<string, object?>> outputs) => Deployment.Running.RegisterOutputs(this, outputs);
}

/// <summary>The root of all resources.</summary>
public class Stack : ComponentResource
{
    internal const string RootType = "pulumi:pulumi:Stack";

    public Stack(StackOptions? options = null)
        : base(RootType, $"{Deployment.Instance.ProjectName}-{Deployment.Instance.StackName}", Root(options))
        => Deployment.Running.Stack = this;

    /// <summary>Registers what the constructor has assigned to the [Output] properties.</summary>
    internal void RegisterPropertyOutputs()
    {
        var values = OutputProperty.Of(this).Where(item => item.Property.DeclaringType == GetType())
            .ToDictionary(item => item.Name, item => item.Property.GetValue(this));
        if (values.Where(item => item.Value is null).Select(item => item.Key).ToList() is { Count: > 0 } missing)
        {
            throw new RunException($"Output(s) '{string.Join(", ", missing)}' have no value assigned. "
                + "[Output] attributed properties must be assigned inside Stack constructor.");
        }

        RegisterOutputs(values);
    }

    private static ComponentResourceOptions Root(StackOptions? options)
        => new() { ResourceTransformations = options?.ResourceTransformations ?? [] };
}
