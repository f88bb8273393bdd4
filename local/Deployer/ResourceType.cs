using System.Collections.Immutable;

namespace Deployer;

/// <summary>A resource that a deployment has made.</summary>
/// <param name="Type">The type's token, such as <c>aws:apigateway/apiKey:ApiKey</c>.</param>
/// <param name="Name">The name in the program.</param>
/// <param name="Id">The provider's id.</param>
/// <param name="Inputs">What the program declared.</param>
/// <param name="Outputs">What the program was told. Holds key values: never print it.</param>
internal sealed record DeployedResource(string Type, string Name, string Id, Inputs Inputs, ImmutableDictionary<string, object> Outputs)
{
    public override string ToString() => $"{Type} {Name}";

    public string Output(string name) => (string)Outputs[name];
}

/// <summary>How one type of resource is made, changed and taken away: what Pulumi's AWS provider does for it.</summary>
internal abstract class ResourceType
{
    /// <summary>The inputs that cannot be changed: another value takes another resource.</summary>
    public virtual IReadOnlySet<string> ReplacedBy { get; } = ImmutableHashSet<string>.Empty;

    /// <summary>The input that the provider fills in where the program gives no name.</summary>
    public virtual string? AutoNamed => null;

    /// <summary>Makes one; returns its id and what it has besides its inputs.</summary>
    public abstract Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs);

    /// <summary>Changes one in place. Its id stays.</summary>
    public virtual Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes) =>
        throw new NotSupportedException($"{resource} cannot be changed in {string.Join(", ", changes)}.");

    public abstract Task DeleteAsync(DeployedResource resource);

    /// <summary>Whether it is still there.</summary>
    public virtual Task<bool> ExistsAsync(DeployedResource resource) => Task.FromResult(true);

    /// <summary>Whether a change of these inputs takes another resource.</summary>
    public virtual bool IsReplacedBy(Inputs inputs, IReadOnlySet<string> changes) => changes.Overlaps(ReplacedBy);

    protected static ImmutableHashSet<string> Names(params ReadOnlySpan<string> names) => [.. names];
}
