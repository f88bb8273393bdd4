using System.Security.Cryptography;

namespace RotationFunction;

/// <summary>The value of an API key. Compares like a string and never prints itself.</summary>
internal readonly record struct ApiKeyValue(string Text)
{
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

    public override string ToString() => "(hidden)";
}
