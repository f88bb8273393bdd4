using System.Globalization;

namespace RotationFunction;

/// <summary>Text from outside (ids, tags, AWS's texts) made fit for one line of a log or an error: no line breaks or escape sequences, and not endless.</summary>
internal static class Line
{
    private const int Longest = 2000;

    public static string Of(string text) =>
        string.Concat(text.Take(Longest).Select(character => IsPrinted(character) ? character : ' ')) + (text.Length > Longest ? " (cut)" : "");

    private static bool IsPrinted(char character) => char.GetUnicodeCategory(character)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
