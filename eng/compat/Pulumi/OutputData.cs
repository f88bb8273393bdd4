using System.Collections.Immutable;

namespace Pulumi;

/// <summary>What an output comes to: a value, if it is known yet, whether it is secret, and the resources that it comes from.</summary>
internal readonly record struct OutputData<T>(T Value, bool IsKnown, bool IsSecret, ImmutableHashSet<Resource> Resources)
{
    public static OutputData<T> Known(T value) => new(value, true, false, []);

    /// <summary>This with what another one brings along: both must be known, either may be secret.</summary>
    public OutputData<T> Tainted<TOther>(OutputData<TOther> other)
        => new(Value, IsKnown && other.IsKnown, IsSecret || other.IsSecret, Resources.Union(other.Resources));

    public OutputData<TOther> With<TOther>(TOther value) => new(value, IsKnown, IsSecret, Resources);
}

/// <summary>An output or input whose type is not known at compile time.</summary>
internal interface IOutput
{
    Task<OutputData<object?>> GetDataAsync();
}
