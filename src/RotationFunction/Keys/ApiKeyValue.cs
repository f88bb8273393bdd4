using System.Security.Cryptography;

namespace RotationFunction;

/// <summary>The value of an API key. Compares like a string and never prints itself.</summary>
internal readonly record struct ApiKeyValue(string Text)
{
    /// <summary>API Gateway takes no shorter one.</summary>
    public const int Shortest = 20;

    // 40 of 62 characters: 238 bits. API Gateway takes 20 to 128 alphanumeric characters.
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int Length = 40;

    public static ApiKeyValue Draw() => new(RandomNumberGenerator.GetString(Alphabet, Length));

    /// <summary>
    /// Whether <see cref="Draw"/> may have drawn it. API Gateway takes other values too, and would draw one of its own
    /// for an empty one: nobody would have stored that.
    /// </summary>
    public bool MayBeDrawn => Text.Length == Length && Text.All(char.IsAsciiLetterOrDigit);

    /// <summary>Only what a header can carry unchanged can be a key.</summary>
    public bool IsPrintableAscii => Text.Length > 0 && Text.All(character => character is > ' ' and <= '~');

    /// <summary>Whether a text has letters, digits, hyphens and underscores in a row as long as the shortest key: it may hold one that is not known here.</summary>
    public static bool MayBeIn(string text)
    {
        var inARow = 0;
        return text.Any(character => (inARow = char.IsAsciiLetterOrDigit(character) || character is '-' or '_' ? inARow + 1 : 0) == Shortest);
    }

    public override string ToString() => "(hidden)";
}
