using Xunit.v3;

namespace Conformance;

/// <summary>The facts of docs/aws-behaviour.md that a test shows.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ShowsAttribute(params string[] facts) : Attribute, ITraitAttribute
{
    public const string Trait = "Shows";

    public IReadOnlyList<string> Facts { get; } = facts;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [.. Facts.Select(fact => KeyValuePair.Create(Trait, fact))];
}
