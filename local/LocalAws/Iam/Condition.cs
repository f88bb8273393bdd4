using System.Net;
using System.Text.Json;

namespace LocalAws.Iam;

/// <summary>A test of one condition key. IAM user guide, "IAM JSON policy elements: Condition operators" and "Multivalued context keys".</summary>
internal sealed class Condition
{
    private const string AllValues = "ForAllValues:";
    private const string AnyValue = "ForAnyValue:";
    private const string Exists = "IfExists";

    private static readonly Dictionary<string, Func<string, string, bool>> Comparisons = new()
    {
        ["StringEquals"] = (expected, actual) => expected == actual,
        ["StringEqualsIgnoreCase"] = (expected, actual) => string.Equals(expected, actual, StringComparison.OrdinalIgnoreCase),
        ["StringLike"] = (pattern, actual) => Glob.Matches(pattern, actual),
        ["ArnEquals"] = Glob.MatchesArn,
        ["ArnLike"] = Glob.MatchesArn,
        ["Bool"] = (expected, actual) => string.Equals(expected, actual, StringComparison.OrdinalIgnoreCase),
        ["IpAddress"] = (range, actual) => IPNetwork.TryParse(range.Contains('/') ? range : range + "/32", out var network)
            && IPAddress.TryParse(actual, out var address) && network.Contains(address),
    };

    private static readonly Dictionary<string, string> Negations = new()
    {
        ["StringNotEquals"] = "StringEquals",
        ["StringNotEqualsIgnoreCase"] = "StringEqualsIgnoreCase",
        ["StringNotLike"] = "StringLike",
        ["ArnNotEquals"] = "ArnEquals",
        ["ArnNotLike"] = "ArnLike",
        ["NotIpAddress"] = "IpAddress",
    };

    private readonly bool _forAllValues;
    private readonly bool _forAnyValue;
    private readonly bool _ifExists;
    private readonly bool _negated;
    private readonly Func<string, string, bool>? _matches;

    /// <exception cref="JsonException">The operator does not exist.</exception>
    public Condition(string operatorName, string key, IReadOnlyList<string> values)
    {
        Operator = operatorName;
        Key = key;
        Values = values;
        _forAllValues = operatorName.StartsWith(AllValues, StringComparison.Ordinal);
        _forAnyValue = operatorName.StartsWith(AnyValue, StringComparison.Ordinal);
        var name = operatorName[(_forAllValues ? AllValues.Length : _forAnyValue ? AnyValue.Length : 0)..];
        if (name is "Null")
        {
            return;
        }

        _ifExists = name.EndsWith(Exists, StringComparison.Ordinal);
        name = _ifExists ? name[..^Exists.Length] : name;
        _negated = Negations.TryGetValue(name, out var positive);
        _matches = Comparisons.GetValueOrDefault(positive ?? name) ?? throw new JsonException($"There is no condition operator {operatorName}.");
    }

    public string Operator { get; }

    public string Key { get; }

    public IReadOnlyList<string> Values { get; }

    public bool Holds(ConditionKeys keys)
    {
        var isPresent = keys.TryGetValue(Key, out var actual) && actual.Count > 0;
        if (_matches is null)
        {
            return Values.Any(value => bool.TryParse(value, out var absent) && absent != isPresent);
        }

        if (!isPresent)
        {
            return _ifExists || _forAllValues || (_negated && !_forAnyValue);
        }

        return _forAllValues ? actual!.All(Meets) : actual!.Any(Meets);
    }

    private bool Meets(string actual) => Values.Any(value => _matches!(value, actual)) != _negated;
}
