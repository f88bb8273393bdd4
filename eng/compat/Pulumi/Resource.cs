using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Pulumi;

/// <summary>Something that an engine manages.</summary>
public class Resource
{
    private readonly string _type;
    private readonly string _name;
    private readonly ImmutableArray<ResourceTransformation> _transformations;

    private protected Resource(string type, string name, ResourceArgs args, ResourceOptions options, bool remote = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var deployment = Deployment.Running;
        (_type, _name, IsRemote) = (type, name, remote);
        var outputs = OutputProperty.Initialize(this);

        // The stack is no explicit parent: it lends its transformations and its place in the URN, and does not have this among its children.
        var transformer = options.Parent ?? (this is Stack ? null : deployment.Stack);
        _transformations = [.. options.ResourceTransformations, .. transformer?._transformations ?? []];
        foreach (var transformation in _transformations)
        {
            if (transformation(new ResourceTransformationArgs(this, args, options)) is { } result)
            {
                (args, options) = result.Options.Parent == options.Parent ? (result.Args, result.Options)
                    : throw new ArgumentException("Transformations cannot currently be used to change the 'parent' of a resource.", nameof(options));
            }
        }

        options = Copy(options);
        var providers = (options as ComponentResourceOptions)?.Providers ?? [];
        if (options.Provider is not null && providers.Count > 0)
        {
            throw new ResourceException("Do not supply both 'provider' and 'providers' options to a ComponentResource.", options.Parent);
        }

        options.Parent?.Children.Enqueue(this);
        options.Protect ??= options.Parent?.Protect;
        Protect = options.Protect;
        Providers = options.Parent?.Providers ?? ImmutableDictionary<string, ProviderResource>.Empty;
        if (this is not CustomResource)
        {
            Providers = Providers.SetItems((options.Provider is { } own ? [own] : providers).Select(item => KeyValuePair.Create(item.Package, item)));
        }
        else if (options.Provider is { } provider)
        {
            Providers = PackageOf(type) is { } package ? Providers.SetItem(package, provider) : Providers;
        }
        else
        {
            options.Provider = options.Parent?.ProviderFor(type);
        }

        deployment.Register(this, args, options, outputs);
    }

    [Output("urn")]
    public Output<string> Urn { get; private protected set; } = null!;

    internal bool? Protect { get; }

    internal bool IsRemote { get; }

    /// <summary>The providers of this and its children, by package.</summary>
    internal ImmutableDictionary<string, ProviderResource> Providers { get; }

    internal ConcurrentQueue<Resource> Children { get; } = new();

    public string GetResourceType() => _type;

    public string GetResourceName() => _name;

    /// <summary>The provider of a type's or function's package, if this has one for its children.</summary>
    internal ProviderResource? ProviderFor(string token) => PackageOf(token) is { } package ? Providers.GetValueOrDefault(package) : null;

    private static string? PackageOf(string token) => token.Split(':') is [var package, _, _] ? package : null;

    private static ResourceOptions Copy(ResourceOptions options) => options is CustomResourceOptions custom
        ? CustomResourceOptions.Merge(null, custom)
        : ComponentResourceOptions.Merge(null, (ComponentResourceOptions)options);
}

/// <summary>A resource that a provider manages.</summary>
public class CustomResource : Resource
{
    public CustomResource(
        string type, string name, ResourceArgs? args, CustomResourceOptions? options = null, RegisterPackageRequest? registerPackageRequest = null)
        : this(type, name, args, options)
    {
    }

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
    public ProviderResource(
        string package, string name, ResourceArgs args, CustomResourceOptions? options = null, RegisterPackageRequest? registerPackageRequest = null)
        : this(package, name, args, options)
    {
    }

    public ProviderResource(string package, string name, ResourceArgs args, CustomResourceOptions? options = null)
        : base($"pulumi:providers:{package}", name, args, options)
    {
    }

    internal string Package => GetResourceType().Split(':')[^1];
}

/// <summary>A resource made of others.</summary>
public class ComponentResource : Resource
{
    public ComponentResource(string type, string name, ComponentResourceOptions? options = null) : this(type, name, ResourceArgs.Empty, options)
    {
    }

    public ComponentResource(string type, string name, ResourceArgs? args, ComponentResourceOptions? options = null, bool remote = false)
        : base(type, name, args ?? ResourceArgs.Empty, options ?? new ComponentResourceOptions(), remote)
    {
    }

    public ComponentResource(
        string type,
        string name,
        ResourceArgs? args,
        ComponentResourceOptions? options,
        bool remote,
        RegisterPackageRequest? registerPackageRequest = null)
        : this(type, name, args, options, remote)
    {
    }

    /// <summary>Registers what the [Output] properties are now.</summary>
    protected void RegisterOutputs() => RegisterOutputs(OutputProperty.ValuesOf(this));

    protected void RegisterOutputs(IDictionary<string, object?> outputs)
        => RegisterOutputs(Task.FromResult(outputs ?? throw new ArgumentNullException(nameof(outputs))));

    protected void RegisterOutputs(Task<IDictionary<string, object?>> outputs)
        => RegisterOutputs(Output.Create(outputs ?? throw new ArgumentNullException(nameof(outputs))));

    protected void RegisterOutputs(Output<IDictionary<string, object?>> outputs)
        => Deployment.Running.RegisterOutputs(this, outputs ?? throw new ArgumentNullException(nameof(outputs)));
}

/// <summary>The root of all resources.</summary>
public class Stack : ComponentResource
{
    internal const string RootType = "pulumi:pulumi:Stack";

    public Stack(StackOptions? options = null)
        : base(RootType, $"{Deployment.Instance.ProjectName}-{Deployment.Instance.StackName}", Root(options))
        => Deployment.Running.Stack = this;

    /// <summary>Registers what the constructor has assigned to the [Output] properties.</summary>
    /// <exception cref="RunException">One is null, or no <see cref="Output{T}"/>.</exception>
    internal void RegisterPropertyOutputs()
    {
        var values = OutputProperty.ValuesOf(this);
        if (values.Where(item => item.Value is null).Select(item => item.Key).ToList() is { Count: > 0 } missing)
        {
            throw new RunException($"Output(s) '{string.Join(", ", missing)}' have no value assigned. "
                + "[Output] attributed properties must be assigned inside Stack constructor.");
        }

        OutputProperty.CheckTypes(values.Where(item => !OutputProperty.IsOutput(item.Value!.GetType())).Select(item => item.Key));
        RegisterOutputs(values);
    }

    private static ComponentResourceOptions Root(StackOptions? options)
        => new() { ResourceTransformations = options?.ResourceTransformations ?? [] };
}
