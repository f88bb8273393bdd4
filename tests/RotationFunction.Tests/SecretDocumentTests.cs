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
}
