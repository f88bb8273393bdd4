namespace RotationFunction;

/// <summary>The tags of minted keys.</summary>
internal static class Tags
{
    /// <summary>API Gateway developer guide: how many tags a key takes.</summary>
    public const int Most = 50;

    /// <summary>API Gateway developer guide: the characters of a tag's value.</summary>
    public const int LongestValue = 256;

    private const string Reserved = "aws:"; // only AWS may set these

    public static Dictionary<string, string> ForMintedKey(Dictionary<string, string>? templateTags, string secretArn)
    {
        var tags = (templateTags ?? []).Where(tag => !tag.Key.StartsWith(RotationTags.Prefix, StringComparison.Ordinal) && !tag.Key.StartsWith(Reserved, StringComparison.Ordinal));
        return new Dictionary<string, string>(tags) { [RotationTags.MintedFor] = secretArn };
    }

    /// <summary>
    /// True when the tags are those of a key minted for this secret, or for a deleted one of the same name:
    /// their ARNs differ only in the six random characters at the end.
    /// </summary>
    public static bool AreOfKeyMintedFor(string secretArn, Dictionary<string, string>? tags) =>
        tags?.GetValueOrDefault(RotationTags.MintedFor) is { } owner && owner.Length == secretArn.Length && owner.AsSpan(..^6).SequenceEqual(secretArn.AsSpan(..^6));
}
