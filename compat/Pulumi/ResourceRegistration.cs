using System.Collections.Immutable;
using Pulumi.Testing;

namespace Pulumi;

/// <summary>A resource as the engine's protocol registers it: what <see cref="IMocks"/> is told, and what it is not.</summary>
/// <param name="Args">What a mock is told.</param>
/// <param name="Urn">The resource's.</param>
/// <param name="ParentUrn">The stack's for a resource without a parent of its own.</param>
/// <param name="IsCustom">Whether a provider manages it: false for a component.</param>
/// <param name="Options">Those given, with what is inherited from the parent.</param>
/// <param name="Dependencies">The URNs of all resources that must be there first: components stand for their children.</param>
/// <param name="PropertyDependencies">The URNs that each input comes from.</param>
/// <param name="SecretInputs">The inputs with a secret part; <paramref name="Args"/> has them in plain.</param>
/// <param name="UnknownInputs">The inputs with an unknown part; <paramref name="Args"/> has none of them.</param>
internal sealed record ResourceRegistration(
    MockResourceArgs Args,
    string Urn,
    string? ParentUrn,
    bool IsCustom,
    ResourceOptions Options,
    ImmutableSortedSet<string> Dependencies,
    ImmutableDictionary<string, ImmutableSortedSet<string>> PropertyDependencies,
    ImmutableSortedSet<string> SecretInputs,
    ImmutableSortedSet<string> UnknownInputs);

/// <summary>Mocks that make resources from the whole registration: <see cref="IMocks.NewResourceAsync"/> is not called on them.</summary>
internal interface IResourceEngine : IMocks
{
    Task<(string? Id, object State)> RegisterResourceAsync(ResourceRegistration registration);
}
