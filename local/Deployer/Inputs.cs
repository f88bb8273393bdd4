using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Pulumi;

namespace Deployer;

/// <summary>The inputs of a resource, as the engine sends them to a provider.</summary>
internal sealed class Inputs(ImmutableDictionary<string, object> values)
{
    public ImmutableDictionary<string, object> Values => values;

    public string Text(string name) => Find(name) ?? throw new InvalidOperationException($"The input {name} is missing.");

    public string? Find(string name) => values.GetValueOrDefault(name)?.ToString();

    public bool? Flag(string name) => values.GetValueOrDefault(name) as bool?;

    public int? Number(string name) => values.GetValueOrDefault(name) is { } number ? Convert.ToInt32(number, CultureInfo.InvariantCulture) : null;

    public double? Fraction(string name) =>
        values.GetValueOrDefault(name) is { } number ? Convert.ToDouble(number, CultureInfo.InvariantCulture) : null;

    public Dictionary<string, string> Map(string name) =>
        values.GetValueOrDefault(name) is ImmutableDictionary<string, object> map
            ? map.ToDictionary(item => item.Key, item => (string)item.Value) : [];

    public Inputs? Nested(string name) => values.GetValueOrDefault(name) is ImmutableDictionary<string, object> nested ? new Inputs(nested) : null;

    public IEnumerable<Inputs> List(string name) =>
        values.GetValueOrDefault(name) is ImmutableArray<object> list
            ? list.Select(item => new Inputs((ImmutableDictionary<string, object>)item)) : [];

    public IReadOnlyList<string> Texts(string name) => values.GetValueOrDefault(name) is ImmutableArray<object> list ? [.. list.Cast<string>()] : [];

    /// <summary>Returns whether an input contains a resource's id, as its whole string or quoted in a JSON string.</summary>
    public bool Names(string input, string id) => Holds(values.GetValueOrDefault(input), id);

    /// <summary>Returns the inputs that differ. Two archives count as equal: their content is not deployed here.</summary>
    public IReadOnlySet<string> ChangesFrom(Inputs before) =>
        values.Keys.Union(before.Values.Keys)
            .Where(name => Canonical(values.GetValueOrDefault(name)) != Canonical(before.Values.GetValueOrDefault(name))).ToHashSet();

    private static bool Holds(object? value, string id) => value switch
    {
        string text => text == id || text.Contains($"\"{id}\"", StringComparison.Ordinal),
        ImmutableDictionary<string, object> map => map.Values.Any(item => Holds(item, id)),
        ImmutableArray<object> list => list.Any(item => Holds(item, id)),
        _ => false,
    };

    private static string Canonical(object? value) => value switch
    {
        ImmutableDictionary<string, object> map => "{" + string.Join(',',
            map.OrderBy(item => item.Key, StringComparer.Ordinal).Select(item => item.Key + ":" + Canonical(item.Value))) + "}",
        ImmutableArray<object> list => "[" + string.Join(',', list.Select(Canonical)) + "]",
        AssetOrArchive archive => archive.GetType().Name,
        _ => JsonSerializer.Serialize(value),
    };
}
