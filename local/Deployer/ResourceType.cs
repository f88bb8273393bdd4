using System.Collections.Immutable;
using System.Security.Cryptography;
using Pulumi.Testing;

namespace Deployer;

/// <summary>A resource that a deployment has made.</summary>
/// <param name="Type">The type's token, such as <c>aws:apigateway/apiKey:ApiKey</c>.</param>
/// <param name="Name">The name in the program.</param>
/// <param name="Id">The provider's id.</param>
/// <param name="Inputs">What the program declared.</param>
/// <param name="Outputs">What the program was told. Holds key values: never print it.</param>
/// <param name="Registration">When a program registered it last.</param>
internal sealed record DeployedResource(
    string Type, string Name, string Id, Inputs Inputs, ImmutableDictionary<string, object> Outputs, Registration Registration)
{
    public override string ToString() => $"{Type} {Name}";

    /// <summary>
    /// Whether it may depend on another resource. Mocks are not told what depends on what, but a resource is registered when all that it
    /// depends on is made. One that a later run left out may depend on what that run registered, and never the other way round.
    /// </summary>
    public bool MayDependOn(DeployedResource other) => Registration.Run == other.Registration.Run
        ? Registration.Started > other.Registration.Ended
        : Registration.Run < other.Registration.Run;
}

/// <summary>When a resource was registered: in which run, from when to when in it.</summary>
internal sealed record Registration(int Run, int Started, int Ended);

/// <summary>How one type of resource is made, changed and taken away: what Pulumi's AWS provider does for it.</summary>
internal abstract class ResourceType
{
    /// <summary>The input that the provider fills in where the program gives no name.</summary>
    public virtual string? AutoNamed => null;

    /// <summary>The inputs that cannot be changed: another value takes another resource.</summary>
    public virtual IReadOnlySet<string> ReplacedBy(Inputs inputs) => ImmutableHashSet<string>.Empty;

    /// <summary>
    /// The inputs that a program writes itself although they name another resource. Others are that resource's output: mocks are not told.
    /// </summary>
    public virtual IReadOnlySet<string> Literals => ImmutableHashSet<string>.Empty;

    /// <summary>Whether a resource is replaced when another one is, whose id it has in an input.</summary>
    public bool IsReplacedWith(Inputs inputs, string id) => ReplacedBy(inputs).Except(Literals).Any(input => inputs.Names(input, id));

    /// <summary>Whether the program gives the name that the provider would fill in.</summary>
    public bool IsNamedByProgram(MockResourceArgs args) => AutoNamed is { } name && args.Inputs.ContainsKey(name);

    /// <summary>The inputs with a name: the one that the resource has had so far, or a new one where there is none.</summary>
    public Inputs Named(MockResourceArgs args, Inputs? before) => AutoNamed is { } name && !IsNamedByProgram(args)
        ? new Inputs(args.Inputs.SetItem(name, before?.Find(name) ?? $"{args.Name}-{RandomNumberGenerator.GetHexString(7, lowercase: true)}"))
        : new Inputs(args.Inputs);

    /// <summary>Makes one; returns its id and what it has besides its inputs.</summary>
    public abstract Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs);

    /// <summary>Changes one in place. Its id stays.</summary>
    public virtual Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes) =>
        throw new NotSupportedException($"{resource} cannot be changed in {string.Join(", ", changes)}.");

    public abstract Task DeleteAsync(DeployedResource resource);

    /// <summary>Whether it is still there.</summary>
    public virtual Task<bool> ExistsAsync(DeployedResource resource) => Task.FromResult(true);

    protected static ImmutableHashSet<string> Names(params ReadOnlySpan<string> names) => [.. names];
}
