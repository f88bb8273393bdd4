using System.Collections.Immutable;

namespace Infra.Tests;

/// <summary>What a resource's inputs hold.</summary>
internal static class Inputs
{
    /// <summary>Every text in a value.</summary>
    public static IEnumerable<string> Texts(object? value) => value switch
    {
        string text => [text],
        ImmutableDictionary<string, object> map => map.Values.SelectMany(Texts),
        ImmutableArray<object> list => list.SelectMany(Texts),
        _ => [],
    };
}
