using System.Text.Json;

namespace LocalAws.Events;

/// <summary>
/// A pattern of events. EventBridge user guide, "Event patterns" and "Comparison operators": an event matches if it has every field of the pattern
/// with one of its values; a field that is a list in the event matches with one of its items. Operators that nothing here uses are rejected.
/// </summary>
internal sealed class EventPattern
{
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

    private static void CheckOperator(string field, JsonElement value)
    {
        if (value.ValueKind is not JsonValueKind.Object || value.EnumerateObject().Count() != 1)
        {
            throw Invalid($"{field} has a value that is not an operator");
        }

        var test = value.EnumerateObject().Single();
        if (test is not { Name: "prefix" or "suffix", Value.ValueKind: JsonValueKind.String })
        {
            throw Invalid($"{field} has the operator {test.Name}, which is not supported here");
        }
    }

    private static bool Matches(JsonElement pattern, JsonElement found) => pattern.EnumerateObject().All(field =>
        found.ValueKind is JsonValueKind.Object && found.TryGetProperty(field.Name, out var value)
        && (field.Value.ValueKind is JsonValueKind.Object ? Matches(field.Value, value) : MatchesOne(field.Value, value)));

    private static bool MatchesOne(JsonElement values, JsonElement found) => found.ValueKind is JsonValueKind.Array
        ? found.EnumerateArray().Any(item => MatchesOne(values, item))
        : values.EnumerateArray().Any(value => MatchesValue(value, found));

    private static bool MatchesValue(JsonElement value, JsonElement found)
    {
        if (value.ValueKind is not JsonValueKind.Object)
        {
            return JsonElement.DeepEquals(value, found);
        }

        var test = value.EnumerateObject().Single();
        var text = found.ValueKind is JsonValueKind.String ? found.GetString()! : null;
        return text is not null && (test.Name is "prefix"
            ? text.StartsWith(test.Value.GetString()!, StringComparison.Ordinal)
            : text.EndsWith(test.Value.GetString()!, StringComparison.Ordinal));
    }

    // API reference of PutRule. The rest of the text is not AWS's.
    private static AwsException Invalid(string problem) => new(400, "InvalidEventPatternException", $"Event pattern is not valid. Reason: {problem}");
}
