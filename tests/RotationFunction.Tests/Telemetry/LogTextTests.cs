using System.Globalization;
using System.Text;

namespace RotationFunction.Tests;

/// <summary>Texts of others, as they reach logs, errors and answers.</summary>
public sealed class LogTextTests
{
    public static TheoryData<string> Hostile =>
    [
        "a\u202Eb", "a\u2066b\u2069", "a\u061Cb", "a\u200Fb", "a\u2028b", "a\u2029b", "a\u0085b", "a\u200Bb", "a\u200Db", "a\uFEFFb", "a\u00ADb", "a\u2060b", "a\u001B[31mb", "a\u009B31mb", "a\rb", "a\u007Fb", "a\u034Fb", "a\uFE0Fb", "a\u115Fb", "a\u3164b",
        "a\u180Eb", "a\U000E0041b", "a\U000E0101b", "a\U000F0000b", "a\U0001D173b", "a\uD800", "\uDC00a", "a\uE000b", "a\uFFF9b",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void What_hides_breaks_or_reorders_text_becomes_a_space(string text)
    {
        AssertPrinted(LogText.Sanitize(text));
        Assert.Contains('a', LogText.Sanitize(text));
        Assert.Contains(' ', LogText.Sanitize(text));
        Assert.All(StringsOf(LogText.Sanitize(AnswerOf(text))), AssertPrinted);
    }

    [Fact]
    public void Letters_of_any_script_stay() => Assert.Equal("ключ 鍵 clé é\u0301 😀 {x} [y]", LogText.Sanitize("ключ 鍵 clé é\u0301 😀 {x} [y]"));

    [Fact]
    public void Texts_are_cut_and_never_within_a_pair()
    {
        for (var before = 0; before < 2; before++)
        {
            var cut = LogText.Sanitize(new string('x', before) + string.Concat(Enumerable.Repeat("😀", 5000)));
            AssertPrinted(cut);
            Assert.InRange(cut.Length, 2000, 2010);
            Assert.EndsWith(" (cut)", cut, StringComparison.Ordinal);
        }

        Assert.All(StringsOf(LogText.Sanitize(AnswerOf(new string('x', 100_000)))), text => Assert.InRange(text.Length, 1, 2100));
    }

    [Fact]
    public void A_log_line_has_no_such_characters_in_any_field()
    {
        var entries = new List<LambdaHost.LogEntry>();
        new Log(new LambdaHost.TemplateLogger(entries.Add), "step\u2028", "arn\u202E", "id\u2066\u0007", text => text).KeyCreated("key\u200B");
        var entry = Assert.Single(entries);
        AssertPrinted(entry.Message);
        Assert.All(entry.Fields.Values.OfType<string>(), AssertPrinted);
        Assert.Equal("id  ", entry.Fields["versionId"]);
    }

    /// <summary>Independent of how <see cref="LogText"/> decides it.</summary>
    internal static void AssertPrinted(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            Assert.False(
                Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
                || rune == Rune.ReplacementChar || "\u034F\u115F\u3164\uFE0F".Contains(rune.ToString(), StringComparison.Ordinal) || rune.Value is >= 0xE0000 and <= 0xE0FFF,
                $"U+{rune.Value:X4} is in a text");
        }
    }

    private static ActionResult AnswerOf(string text) => new(text, text, text)
    {
        Findings = [new Finding(text), new Finding("text " + text, "text " + text)],
        Rotation = new RotationStatus(true, text, text, null, null, null, text, text, text),
        Keys = [new KeyStatus(text, text, [text], false, true, null, null, null, [text]) { Region = text, Usage = [new KeyUsageStatus(text, null, null, null)] }],
        Regions = [new RegionStatus(text, text, text, [text]) { ReplicaMessage = text }],
    };

    /// <summary>By reflection: a text field that is added shows here.</summary>
    private static List<string> StringsOf(object? value) => value switch
    {
        null or bool or int or double or DateTime => [],
        string text => [text],
        System.Collections.IEnumerable items => [.. items.Cast<object?>().SelectMany(StringsOf)],
        _ => [.. value.GetType().GetProperties().SelectMany(property => StringsOf(property.GetValue(value)))],
    };
}
