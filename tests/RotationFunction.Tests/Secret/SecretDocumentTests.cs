namespace RotationFunction.Tests;

public sealed class SecretDocumentTests
{
    private static readonly ApiKeyValue New = new("NEW");

    [Theory]
    [InlineData("{}", """{"apiKey":"NEW"}""")]
    [InlineData("{ }", """{"apiKey":"NEW" }""")]
    [InlineData("{\n  \"a\": [1]\n}", "{\n  \"a\": [1],\"apiKey\":\"NEW\"\n}")]
    [InlineData("""{"a":1,"apiKey":"old","b":2}""", """{"a":1,"apiKey":"NEW","b":2}""")]
    [InlineData("""{"api\u004bey" : "o\"ld" }""", """{"api\u004bey" : "NEW" }""")]
    [InlineData("""{"x":{"apiKey":"inner"},"ä":"\ud83d\ude00"}""", """{"x":{"apiKey":"inner"},"ä":"\ud83d\ude00","apiKey":"NEW"}""")]
    public void Only_the_key_changes(string before, string after)
    {
        var document = SecretDocument.Parse(before, out _)!.With(New);
        Assert.Equal(after, document.Text);
        Assert.Equal(New, document.ApiKey);
    }

    [Theory]
    [InlineData("""{"apiKey":"a","b":1}""", """{"apiKey":"b","b":1}""", true)]
    [InlineData("""{"apiKey":"a"}""", "{}", true)]
    [InlineData("""{"apiKey":"a","b":1}""", """{"apiKey":"b","b":2}""", false)]
    [InlineData("""{"apiKey":"a","b":1}""", """{"apiKey":"b"}""", false)]
    [InlineData("{}", "{}", false)]
    public void A_copy_agrees_with_its_original_in_all_but_the_key(string pending, string current, bool expected) =>
        Assert.Equal(expected, SecretDocument.Parse(pending, out _)!.DiffersOnlyInKeyFrom(SecretDocument.Parse(current, out _)!));

    [Fact]
    public void Neither_a_value_nor_a_document_prints_itself()
    {
        var value = ApiKeyValue.Draw();
        var document = SecretDocument.Parse("{}", out _)!.With(value);
        Assert.DoesNotContain(value.Text, $"{value} {document} {document.ApiKey} {(document, value)}", StringComparison.Ordinal);
    }

    [Fact]
    public void Drawn_values_are_40_letters_and_digits_and_never_the_same()
    {
        var values = Enumerable.Range(0, 1000).Select(_ => ApiKeyValue.Draw().Text).ToList();
        Assert.All(values, value => Assert.Matches("^[A-Za-z0-9]{40}$", value));
        Assert.Equal(1000, values.Distinct().Count());
        Assert.Equal(62, string.Concat(values).Distinct().Count());
    }

    [Theory]
    [InlineData("""{"apiKey":"KEY"}""")]
    [InlineData("""{"apiKey":"KEY","a":"KE","b":["Y"],"key":"key"}""")]
    [InlineData("""{"api\u004bey":"KEY"}""")]
    [InlineData("""{"apiKey":"KEY","legacy":{"apiKey":"KEY"}}""", "legacy.apiKey")]
    [InlineData("""{"legacy":{"apiKey":"KEY"},"apiKey":"KEY"}""", "legacy.apiKey")]
    [InlineData("""{"a":[[{"b":"KEY"}],"KEY"],"c":"Bearer KEY"}""", "a[][].b", "a[]", "c")]
    [InlineData("""{"a":"\u004bEY","b":"\ud800KEY","c":"x"}""", "a", "b")]
    [InlineData("""{"a":{"b":{}},"c":"KEY"}""", "c")]
    [InlineData("""{"a":{"KEY":1}}""", "a.(a name that holds it)")]
    [InlineData("""{"byOldKey":{"OldOldOldOldOldOld12":"KEY"}}""", "byOldKey.(a name that may hold a key)")]
    [InlineData("""{"f6c2b0a4-6a55-4f0e-9a0c-0f2b7f6f0d55":["KEY"]}""", "(a name that may hold a key)[]")]
    [InlineData("""{"OldOldOldOldOldOld1":"KEY"}""", "OldOldOldOldOldOld1")]
    public void The_fields_that_hold_a_key_beside_apiKey_are_found(string document, params string[] fields) =>
        Assert.Equal(fields, SecretDocument.Parse(document, out _)!.FieldsHolding(new ApiKeyValue("KEY")));

    [Fact]
    public void A_key_of_digits_is_found_in_a_number_too() =>
        Assert.Equal(["n"], SecretDocument.Parse("""{"apiKey":"12345678901234567890","n":12345678901234567890}""", out _)!.FieldsHolding(new ApiKeyValue("12345678901234567890")));

    [Fact]
    public void The_deepest_document_is_searched() =>
        Assert.Single(SecretDocument.Parse($$"""{"a":{{new string('[', 32_000)}}"KEY"{{new string(']', 32_000)}}}""", out _)!.FieldsHolding(new ApiKeyValue("KEY")));
}
