namespace RotationFunction;

/// <summary>The names of minted keys: <c>{secretName}/{token}</c>.</summary>
internal static class KeyNames
{
    private const int ShortestToken = 32;

    public static string Prefix(string secretName) => secretName + "/";

    // A '/' in the token is escaped, to distinguish the keys of a secret whose name continues this one ("name/more").
    public static string Minted(string secretName, string token) => Prefix(secretName) + token.Replace("/", "%2F", StringComparison.Ordinal);

    public static bool IsMinted(string? keyName, string secretName)
    {
        var prefix = Prefix(secretName);
        return keyName is not null && keyName.StartsWith(prefix, StringComparison.Ordinal)
            && keyName.Length >= prefix.Length + ShortestToken && !keyName.AsSpan(prefix.Length).Contains('/');
    }
}
