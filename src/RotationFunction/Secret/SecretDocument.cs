using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RotationFunction;

/// <summary>
/// The document in a version of the secret: a JSON object with the key in <c>apiKey</c>. Other fields belong to the owner.
/// Only the bytes of the <c>apiKey</c> value are ever replaced. The document never prints its text.
/// </summary>
internal sealed class SecretDocument
{
    /// <summary>The largest size in bytes (AWS API reference, PutSecretValue).</summary>
    public const int LargestSize = 65_536;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _utf8;
    private readonly Range _valueSpan; // of the apiKey value, or the empty range where the field would go
    private readonly bool _hasFields;

    private SecretDocument(byte[] utf8, ApiKeyValue? apiKey, Range valueSpan, bool hasFields)
    {
        _utf8 = utf8;
        _valueSpan = valueSpan;
        _hasFields = hasFields;
        ApiKey = apiKey;
    }

    /// <summary>Gets the document of a secret before its first key.</summary>
    public static SecretDocument Empty { get; } = Parse("{}", out _)!;

    /// <summary>Gets the key's value; null before the first key.</summary>
    public ApiKeyValue? ApiKey { get; }

    /// <summary>Gets or sets when its version was created; null for a document that is not stored.</summary>
    public DateTime? Created { get; set; }

    /// <summary>Gets the size in bytes, as Secrets Manager counts it.</summary>
    public int Size => _utf8.Length;

    public string Text => Encoding.UTF8.GetString(_utf8);

    /// <summary>
    /// Parses a document. Returns null, with the reason in <paramref name="problem"/>, if the text is not one. The reason never quotes the text.
    /// </summary>
    public static SecretDocument? Parse(string? text, out string problem)
    {
        problem = "is not a JSON object";
        if (text is null)
        {
            problem = "is binary, not text";
            return null;
        }

        try
        {
            return Read(Strict.GetBytes(text), ref problem);
        }
        catch (JsonException)
        {
            return null;
        }
        catch (Exception unpaired) when (unpaired is InvalidOperationException or EncoderFallbackException)
        {
            problem = "contains an unpaired surrogate";
            return null;
        }
    }

    /// <summary>Returns the same document with this key. Every other byte is unchanged.</summary>
    public SecretDocument With(ApiKeyValue apiKey)
    {
        // An adopted key's value may need escaping; a generated one does not.
        var field = $"\"{JsonEncodedText.Encode(apiKey.Text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
        if (ApiKey is null)
        {
            field = (_hasFields ? "," : "") + "\"apiKey\":" + field;
        }

        var text = Encoding.UTF8.GetString(_utf8.AsSpan(.._valueSpan.Start)) + field + Encoding.UTF8.GetString(_utf8.AsSpan(_valueSpan.End..));
        return Parse(text, out _)!;
    }

    /// <summary>Returns a placeholder, never the text.</summary>
    public override string ToString() => "(hidden)";

    /// <summary>Returns whether both documents are equal except for the key.</summary>
    public bool DiffersOnlyInKeyFrom(SecretDocument other) => ApiKey is { } apiKey && other.With(apiKey)._utf8.AsSpan().SequenceEqual(_utf8);

    /// <summary>
    /// Returns the paths of the fields other than <c>apiKey</c> that contain this value: alone, nested, or as a part of a text. A path omits a name
    /// that contains the value itself or may contain another key.
    /// </summary>
    public List<string> FieldsHolding(ApiKeyValue value)
    {
        var fields = new List<string>();
        var path = new SortedList<int, string>(); // by depth
        var reader = new Utf8JsonReader(_utf8, new JsonReaderOptions { MaxDepth = LargestSize });
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                path[reader.CurrentDepth + 1] = "[]";
            }

            if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.String or JsonTokenType.Number))
            {
                continue;
            }

            var text = TextOf(ref reader);
            var holds = text.Contains(value.Text, StringComparison.Ordinal);
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                path[reader.CurrentDepth] = holds ? "(a name that holds it)" : ApiKeyValue.MayBeIn(text) ? "(a name that may hold a key)" : text;
            }

            var depth = reader.CurrentDepth;
            var field = holds
                ? string.Join('.', path.TakeWhile(place => place.Key <= depth).Select(place => place.Value))
                    .Replace(".[]", "[]", StringComparison.Ordinal)
                : "";
            if (holds && field != "apiKey" && !fields.Contains(field))
            {
                fields.Add(field);
            }
        }

        return fields;
    }

    private static string TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.TokenType == JsonTokenType.Number ? Encoding.UTF8.GetString(reader.ValueSpan) : reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // An unpaired surrogate: the text as it is written.
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    private static SecretDocument? Read(byte[] utf8, ref string problem)
    {
        // The owner's fields may have any depth that fits.
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = LargestSize });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        ApiKeyValue? apiKey = null;
        var end = (int)reader.BytesConsumed;
        var anyField = false;
        Range? found = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isApiKey = reader.ValueTextEquals("apiKey"u8);
            reader.Read();
            if (isApiKey)
            {
                if (found is not null || reader.TokenType != JsonTokenType.String)
                {
                    problem = found is not null ? "has the field apiKey twice" : "has an apiKey that is not a string";
                    return null;
                }

                var value = new ApiKeyValue(reader.GetString()!);
                if (!value.IsPrintableAscii)
                {
                    problem = "has an apiKey that is empty or not printable ASCII, which no x-api-key header can carry";
                    return null;
                }

                apiKey = value;
                found = (int)reader.TokenStartIndex..(int)reader.BytesConsumed;
            }

            reader.Skip();
            end = (int)reader.BytesConsumed;
            anyField = true;
        }

        return !reader.Read() ? new SecretDocument(utf8, apiKey, found ?? end..end, anyField) : null;
    }
}
