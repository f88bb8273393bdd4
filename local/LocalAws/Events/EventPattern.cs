using System.Text.Json;

namespace LocalAws.Events;

/// <summary>
/// A pattern of events. EventBridge user guide, "Event patterns" and "Comparison operators": an event matches if it has every field of the pattern
/// with one of its values; a field that is a list in the event matches with one of its items. <c>$or</c> has two or more patterns, of which one must
/// match. <c>anything-but</c> needs a field that exists; <c>exists</c> is about values, so a field that is an object does not exist. That is how
/// AWS's library Event Ruler evaluates both. Operators that nothing here uses are rejected.
/// </summary>
internal sealed class EventPattern
{
    private const string Or = "$or";

    private readonly JsonElement _fields;

    private EventPattern(JsonElement fields) => _fields = fields;

    /// <exception cref="AwsException">The text is not a pattern, or has an operator that is not supported here.</exception>
    public static EventPattern Parse(string text)
    {
        JsonElement fields;
        try
        {
            fields = JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException)
        {
            throw Invalid("it is not JSON");
        }

        if (fields.ValueKind is not JsonValueKind.Object || !fields.EnumerateObject().Any())
        {
            throw Invalid("it is not an object with fields");
        }

        Check(fields);
        return new EventPattern(fields);
    }

    /// <summary>Returns whether an event matches.</summary>
    public bool Matches(JsonElement found) => Matches(_fields, found);

    private static void Check(JsonElement pattern)
    {
        foreach (var field in pattern.EnumerateObject())
        {
            switch (field.Value.ValueKind)
            {
                case JsonValueKind.Array when field.Name is Or:
                    CheckAlternatives(field.Value);
                    break;
                case JsonValueKind.Object:
                    Check(field.Value);
                    break;
                case JsonValueKind.Array when field.Value.GetArrayLength() > 0:
                    foreach (var value in field.Value.EnumerateArray().Where(value => value.ValueKind is JsonValueKind.Object or JsonValueKind.Array))
                    {
                        CheckOperator(field.Name, value);
                    }

                    break;
                default:
                    throw Invalid($"{field.Name} must be an object or a list with values");
            }
        }
    }

    private static void CheckAlternatives(JsonElement patterns)
    {
        if (patterns.GetArrayLength() < 2)
        {
            throw Invalid($"{Or} must have two patterns or more");
        }

        foreach (var pattern in patterns.EnumerateArray())
        {
            if (pattern.ValueKind is not JsonValueKind.Object || !pattern.EnumerateObject().Any())
            {
                throw Invalid($"{Or} has a value that is not an object with fields");
            }

            Check(pattern);
        }
    }

    private static void CheckOperator(string field, JsonElement value)
    {
        if (value.ValueKind is not JsonValueKind.Object || value.EnumerateObject().Count() != 1)
        {
            throw Invalid($"{field} has a value that is not an operator");
        }

        var test = value.EnumerateObject().Single();
        var isValid = test.Name switch
        {
            "prefix" or "suffix" => test.Value.ValueKind is JsonValueKind.String,
            "exists" => test.Value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "anything-but" when test.Value.ValueKind is JsonValueKind.Object => IsExcludedPrefix(test.Value),
            "anything-but" => ExcludedBy(test.Value) is { Count: > 0 } excluded
                && (excluded.TrueForAll(item => item.ValueKind is JsonValueKind.String)
                    || excluded.TrueForAll(item => item.ValueKind is JsonValueKind.Number)),
            _ => false,
        };
        if (!isValid)
        {
            throw Invalid($"{field} has the operator {test.Name} with a value that is not valid, or that is not supported here");
        }
    }

    private static bool IsExcludedPrefix(JsonElement excluded) => excluded.EnumerateObject().ToList() is
        [{ Name: "prefix" or "suffix", Value.ValueKind: JsonValueKind.String }];

    private static List<JsonElement> ExcludedBy(JsonElement value) => value.ValueKind is JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];

    private static bool Matches(JsonElement pattern, JsonElement? found) => pattern.EnumerateObject().All(field =>
        field.Name is Or && field.Value.ValueKind is JsonValueKind.Array
            ? field.Value.EnumerateArray().Any(alternative => Matches(alternative, found))
            : MatchesField(field.Value, found is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(field.Name, out var value)
                ? value : null));

    private static bool MatchesField(JsonElement pattern, JsonElement? found) => pattern.ValueKind is JsonValueKind.Object
        ? Matches(pattern, found)
        : LeavesOf(found) is var leaves && pattern.EnumerateArray().Any(value => MatchesOne(value, leaves));

    private static List<JsonElement> LeavesOf(JsonElement? found) => found?.ValueKind switch
    {
        null or JsonValueKind.Object => [],
        JsonValueKind.Array => [.. found.Value.EnumerateArray().SelectMany(item => LeavesOf(item))],
        _ => [found.Value],
    };

    private static bool MatchesOne(JsonElement value, List<JsonElement> leaves) =>
        value.ValueKind is JsonValueKind.Object && value.EnumerateObject().Single() is { Name: "exists" } test
            ? test.Value.GetBoolean() == leaves.Count > 0
            : leaves.Exists(leaf => MatchesValue(value, leaf));

    private static bool MatchesValue(JsonElement value, JsonElement found)
    {
        if (value.ValueKind is not JsonValueKind.Object)
        {
            return JsonElement.DeepEquals(value, found);
        }

        var test = value.EnumerateObject().Single();
        return test.Name is not "anything-but" ? MatchesPart(test, found)
            : test.Value.ValueKind is JsonValueKind.Object ? !MatchesPart(test.Value.EnumerateObject().Single(), found)
            : !ExcludedBy(test.Value).Exists(excluded => JsonElement.DeepEquals(excluded, found));
    }

    private static bool MatchesPart(JsonProperty test, JsonElement found) => found.ValueKind is JsonValueKind.String && (test.Name is "prefix"
        ? found.GetString()!.StartsWith(test.Value.GetString()!, StringComparison.Ordinal)
        : found.GetString()!.EndsWith(test.Value.GetString()!, StringComparison.Ordinal));

    // API reference of PutRule. The rest of the text is not AWS's.
    private static AwsException Invalid(string problem) => new(400, "InvalidEventPatternException", $"Event pattern is not valid. Reason: {problem}");
}
