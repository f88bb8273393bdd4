using System.Security.Cryptography;

namespace RotationFunction;

/// <summary>The value of an API key. Compares like a string and never prints itself.</summary>
internal readonly record struct ApiKeyValue(string Text)
{
    // 40 of 62 characters: 238 bits. API Gateway takes 20 to 128 alphanumeric characters.
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int Length = 40;

    public static ApiKeyValue Draw() => new(RandomNumberGenerator.GetString(Alphabet, Length));

    public override string ToString() => "(hidden)";
}
