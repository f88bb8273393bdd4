using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RotationComponents;

/// <summary>An IAM policy or a resource policy.</summary>
internal sealed record PolicyDocument(params IReadOnlyList<Statement> Statement)
{
    // No white space and no unnecessary escapes: IAM counts characters.
    private static readonly JsonSerializerOptions Compact = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new OneOrManyConverter(), new ValuesConverter() },
    };

    [JsonPropertyOrder(-1)]
    public string Version { get; } = "2012-10-17";

    public string ToJson() => JsonSerializer.Serialize(this, Compact);

    /// <summary>Writes a list with one string as that string.</summary>
    private sealed class OneOrManyConverter : JsonConverter<IReadOnlyList<string>>
    {
        public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("Policies can only be written.");

        public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
        {
            if (value is [var only])
            {
                writer.WriteStringValue(only);
                return;
            }

            writer.WriteStartArray();
            foreach (var text in value)
            {
                writer.WriteStringValue(text);
            }

            writer.WriteEndArray();
        }
    }

    private sealed class ValuesConverter : JsonConverter<Values>
    {
        public override Values Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("Policies can only be written.");

        public override void Write(Utf8JsonWriter writer, Values value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.All, options);
    }
}

/// <summary>The value of a principal or of a condition key, or several of which one must match.</summary>
internal readonly record struct Values(params IReadOnlyList<string> All)
{
    public static implicit operator Values(string value) => new(value);
}

/// <summary>A statement of a policy. <see cref="Condition"/> maps operators to condition keys and their values.</summary>
internal sealed record Statement
{
    public string? Sid { get; init; }

    public string Effect { get; init; } = "Allow";

    /// <summary>Gets the principal by kind (<c>Service</c>, <c>AWS</c>). Only resource policies have one.</summary>
    public Dictionary<string, Values>? Principal { get; init; }

    public required IReadOnlyList<string> Action { get; init; }

    /// <summary>Gets the resources. Only the trust policy of a role has none.</summary>
    public IReadOnlyList<string>? Resource { get; init; }

    public Dictionary<string, Dictionary<string, Values>>? Condition { get; init; }
}
