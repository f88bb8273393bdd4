using System.Collections.Immutable;
using System.Security.Cryptography;
using Pulumi.Testing;

namespace Deployer;

/// <summary>A resource that a deployment has created.</summary>
/// <param name="Type">The type's token, such as <c>aws:apigateway/apiKey:ApiKey</c>.</param>
/// <param name="Name">The name in the program.</param>
/// <param name="Id">The provider's id.</param>
/// <param name="Inputs">The inputs that the program declared.</param>
/// <param name="Outputs">The outputs that the program received. They contain key values: never print them.</param>
/// <param name="Urn">The URN without the stack and the project; null if the program was not observed.</param>
/// <param name="Registration">The last registration by a program.</param>
internal sealed record DeployedResource(
    string Type, string Name, string Id, Inputs Inputs, ImmutableDictionary<string, object> Outputs, string? Urn, Registration Registration)
{
    public override string ToString() => $"{Type} {Name}";

    /// <summary>
    /// Returns whether it can depend on another resource. Mocks do not receive dependencies, but a program registers a resource only after everything
    /// that it depends on has been created. A resource that a later run no longer declares can depend on a resource that the later run registered,
    /// never the other way around.
    /// </summary>
    public bool MayDependOn(DeployedResource other) => Registration.Run == other.Registration.Run
        ? Registration.Started > other.Registration.Ended
        : Registration.Run < other.Registration.Run;
}

/// <summary>The registration of a resource: the run, and its start and end in that run.</summary>
internal sealed record Registration(int Run, int Started, int Ended);

/// <summary>Creates, updates and deletes one type of resource, like Pulumi's AWS provider.</summary>
internal abstract class ResourceType
{
    /// <summary>Gets the input that the provider generates if the program sets no name.</summary>
    public virtual string? AutoNamed => null;

    /// <summary>Returns the inputs that cannot be updated. Another value replaces the resource.</summary>
    public virtual IReadOnlySet<string> ReplacedBy(Inputs inputs) => ImmutableHashSet<string>.Empty;

    /// <summary>
    /// Gets the inputs that a program sets itself although they name another resource. The other inputs of this kind are that resource's output,
    /// which mocks do not receive.
    /// </summary>
    public virtual IReadOnlySet<string> Literals => ImmutableHashSet<string>.Empty;

    /// <summary>Returns whether a resource is replaced when a resource whose id is in its inputs is replaced.</summary>
    public bool IsReplacedWith(Inputs inputs, string id) => ReplacedBy(inputs).Except(Literals).Any(input => inputs.Names(input, id));

    /// <summary>Returns whether the program sets the name that the provider would otherwise generate.</summary>
    public bool IsNamedByProgram(MockResourceArgs args) => AutoNamed is { } name && args.Inputs.ContainsKey(name);

    /// <summary>Returns the inputs with a name: the resource's current name, or a new one.</summary>
    public Inputs Named(MockResourceArgs args, Inputs? before) => AutoNamed is { } name && !IsNamedByProgram(args)
        ? new Inputs(args.Inputs.SetItem(name, before?.Find(name) ?? $"{args.Name}-{RandomNumberGenerator.GetHexString(7, lowercase: true)}"))
        : new Inputs(args.Inputs);

    /// <summary>Creates a resource. Returns its id and its outputs besides the inputs.</summary>
    public abstract Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs);

    /// <summary>Updates a resource in place. Its id does not change.</summary>
    public virtual Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes) =>
        throw new NotSupportedException($"{resource} cannot be changed in {string.Join(", ", changes)}.");

    public abstract Task DeleteAsync(DeployedResource resource);

    /// <summary>Returns whether the resource still exists.</summary>
    public virtual Task<bool> ExistsAsync(DeployedResource resource) => Task.FromResult(true);

    protected static ImmutableHashSet<string> Names(params ReadOnlySpan<string> names) => [.. names];
}
