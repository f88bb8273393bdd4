using System.Text;
using System.Text.Json;
using Amazon.SecretsManager.Model;
using CsCheck;

namespace RotationFunction.Tests;

/// <summary>Documents of all kinds: read as JSON says, refused in words, and changed in nothing but the key. No real key is in a generated one.</summary>
public sealed class HostileDocumentTests
{
    private const string Old = "OldOldOldOldOldOldOldOld";
    private static readonly ApiKeyValue New = new("NewNewNewNewNewNewNewNew");
    private static readonly ApiKeyValue Quoting = new("quote\"and\\backslash");

    private static readonly Gen<string> Names = Gen.OneOf("apiKey", "\\u0061piKey", "apikey", "apiKey ", "a", "", "\\ud83d\\ude00", "\\ud800abcde", "ä\\\"", "apiKey\\u0000");

    private static readonly Gen<string> Values = Gen.Frequency(
        (4, Gen.Const($"\"{Old}\"")),
        (3, Gen.OneOf("\"\"", "\"\\u0041\\/b\"", "\"ä\"", "\"\\n\"", "\" \"", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"quote\\\"and\\\\backslash\"")),
        (3, Gen.OneOf("null", "true", "1.50e1", "[]", "{}", "[1, 2 ,{}]", $$"""{"apiKey":"{{Old}}"}""", "-0", "1e999")),
        (1, Gen.Int[1, 200].Select(depth => new string('[', depth) + new string(']', depth))),
        (1, Gen.OneOf("nowhere", "01", "'a'", "\"", "[", "\"\t\"", "/**/1")));

    private static readonly Gen<string> Blanks = Gen.OneOf("", "", "", " ", "\n\t", "\r\n");

    private static readonly Gen<string> Documents =
        from fields in Gen.Select(Blanks, Names, Values, (blank, name, value) => $"{blank}\"{name}\"{blank}:{blank}{value}{blank}").Array[0, 5]
        from damage in Gen.Int[0, 15]
        let text = "{" + string.Join(',', fields) + "}"
        from at in Gen.Int[0, text.Length]
        select damage switch
        {
            0 => text[..at],
            1 => text.Insert(at, "\uD800"),
            2 => "\uFEFF" + text,
            3 => text + "{}",
            4 => $"[{text}]",
            5 => text + " \n",
            _ => text,
        };

    [Fact]
    public void A_document_is_taken_exactly_when_it_is_a_JSON_object_with_at_most_one_key_that_a_header_can_carry() => Documents.Sample(
        text => SecretDocument.Parse(text, out var problem) is null ? !IsTakable(text) && problem.Length > 10 && !problem.Contains(Old, StringComparison.Ordinal) : IsTakable(text),
        iter: 20_000);

    [Fact]
    public void Only_the_key_of_any_document_changes_and_every_other_byte_stays() => Documents.Sample(
        text =>
        {
            if (SecretDocument.Parse(text, out _) is not { } document)
            {
                return true;
            }

            var changed = document.With(New);
            var fields = Fields(text);
            var restored = fields.Find(field => field.IsKey) is { IsKey: true } key
                ? changed.Text.Replace($"\"{New.Text}\"", key.Raw, StringComparison.Ordinal)
                : changed.Text.Replace($"{(fields.Count > 0 ? "," : "")}\"apiKey\":\"{New.Text}\"", "", StringComparison.Ordinal);
            return restored == text && changed.ApiKey == New && changed.DiffersOnlyInKeyFrom(document) && document.With(Quoting).ApiKey == Quoting;
        },
        iter: 20_000);

    [Theory]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(10_000)]
    [InlineData(32_700)]
    public async Task The_owners_fields_may_be_as_deep_as_fits(int depth)
    {
        var deep = new string('[', depth) + new string(']', depth);
        await AssertCarriedOverAsync($$"""{"deep":{{deep}},"apiKey":"*"}""");
    }

    [Fact]
    public async Task A_document_of_exactly_65536_bytes_is_carried_over()
    {
        var rest = $$"""{"apiKey":"{{new string('*', 40)}}","notes":""}""";
        await AssertCarriedOverAsync($$"""{"apiKey":"*","notes":"{{new string('x', 65_536 - rest.Length)}}"}""");
    }

    [Theory]
    [InlineData("""{"\u0061piKey" : "*"}""")]
    [InlineData("""{"apiKey":"*","twice":1,"twice":2,"half":"\udc00","":{"apiKey":"inner"}}""")]
    [InlineData("{\r\n\t\"ä\":\"\\u00e4\\/€😀\",\r\n\t\"apiKey\":\"*\",\"n\":-0.0e+0}\r\n")]
    public Task Odd_fields_are_carried_over_to_the_byte(string document) => AssertCarriedOverAsync(document);

    [Fact]
    public async Task A_pending_document_whose_key_API_Gateway_would_not_take_as_it_is_is_refused_by_each_step()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        // API Gateway would draw a value of its own for an empty one, and nobody would have stored that.
        foreach (var (value, problem) in new[] { ("", "is empty or not printable ASCII"), ("short", "not 40 letters and digits"), (new string('x', 129), "not 40 letters and digits") })
        {
            var token = await fixture.OpenRotationAsync();
            await fixture.Secrets.PutSecretValueAsync(new PutSecretValueRequest
            {
                SecretId = fixture.SecretArn,
                ClientRequestToken = token,
                SecretString = JsonSerializer.Serialize(new { apiKey = value }),
                VersionStages = ["AWSPENDING"],
            });
            foreach (var step in new[] { "createSecret", "setSecret", "testSecret", "finishSecret" })
            {
                Assert.Contains(problem, await fixture.FailAsync(token, step), StringComparison.Ordinal);
            }

            await fixture.Secrets.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest { SecretId = fixture.SecretArn, VersionStage = "AWSPENDING", RemoveFromVersionId = token });
        }
    }

    /// <summary>Two rotations, the first from a made-up old key: <c>*</c> stands for the key.</summary>
    private static async Task AssertCarriedOverAsync(string document)
    {
        await using var fixture = await RotationFixture.StartAsync(document.Replace("*", new string('o', 40), StringComparison.Ordinal));
        await fixture.RotateHealthyAsync(2);
        var current = await fixture.CurrentDocumentAsync();
        var key = SecretDocument.Parse(current, out _)!.ApiKey!.Text;
        Assert.True(key.All(char.IsAsciiLetterOrDigit) && key.Length == 40);
        Assert.True(current.Replace(key, "*", StringComparison.Ordinal) == document, "the rest of the document has changed");
    }

    /// <summary>The same question, put to System.Text.Json's own document.</summary>
    private static bool IsTakable(string text)
    {
        try
        {
            var keys = Fields(text).Where(field => field.IsKey).ToList();
            return keys.Count == 0 || (keys is [var key] && JsonSerializer.Deserialize<JsonElement>(key.Raw, Deep) is { ValueKind: JsonValueKind.String } value
                && value.GetString() is { Length: > 0 } read && read.All(character => character is > ' ' and <= '~'));
        }
        catch (Exception refused) when (refused is JsonException or InvalidOperationException or EncoderFallbackException)
        {
            return false;
        }
    }

    private static JsonSerializerOptions Deep { get; } = new() { MaxDepth = 1000 };

    private static List<(bool IsKey, string Raw)> Fields(string text)
    {
        using var document = JsonDocument.Parse(new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(text), new JsonDocumentOptions { MaxDepth = 1000 });
        return [.. document.RootElement.EnumerateObject().Select(field => (field.NameEquals("apiKey"), field.Value.GetRawText()))];
    }
}
