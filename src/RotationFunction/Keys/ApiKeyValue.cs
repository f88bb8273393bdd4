using System.Security.Cryptography;

namespace RotationFunction;

/// <summary>The value of an API key. Compares like a string and never prints the value.</summary>
internal sealed record ApiKeyValue(string Text)
{
    /// <summary>The shortest value that API Gateway accepts.</summary>
    public const int Shortest = 20;

    // 40 of 62 characters: 238 bits. API Gateway accepts 20 to 128 alphanumeric characters.
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int Length = 40;

    public static ApiKeyValue Draw() => new(RandomNumberGenerator.GetString(Alphabet, Length));

    /// <summary>
    /// Gets whether <see cref="Draw"/> can have generated the value. API Gateway also accepts other values, and generates its own value
    /// instead of an empty one, which no version would contain.
    /// </summary>
    public bool MayBeDrawn => Text.Length == Length && Text.All(char.IsAsciiLetterOrDigit);

    /// <summary>Gets whether a header can carry the value unchanged, as a key requires.</summary>
    public bool IsPrintableAscii => Text.Length > 0 && Text.All(character => character is > ' ' and <= '~');

    /// <summary>
    /// Returns whether a text has a run of letters, digits, hyphens and underscores as long as the shortest key, so that it may contain an unknown
    /// key.
    /// </summary>
    public static bool MayBeIn(string text)
    {
        var inARow = 0;
        return text.Any(character => (inARow = char.IsAsciiLetterOrDigit(character) || character is '-' or '_' ? inARow + 1 : 0) == Shortest);
    }

    public override string ToString() => "(hidden)";
}
