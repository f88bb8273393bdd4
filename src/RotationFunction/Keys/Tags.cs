namespace RotationFunction;

/// <summary>The tags that wire a secret, its template key and its minted keys together.</summary>
internal static class Tags
{
    /// <summary>On the secret: the id of its template key.</summary>
    public const string Template = "apikey-rotation:template";

    /// <summary>On the template key: the name of its secret.</summary>
    public const string TemplateFor = "apikey-rotation:template-for";

    /// <summary>On a minted key: the ARN of its secret.</summary>
    public const string MintedFor = "apikey-rotation:minted-for";

    /// <summary>On the secret and on the template key: the https URL that testSecret calls. Who may tag only one of them must not be sent a key.</summary>
    public const string Probe = "apikey-rotation:probe";

    /// <summary>On the secret and on the template key: the id of the key in use before the first rotation. Who may tag only one of them must not choose it.</summary>
    public const string Adopted = "apikey-rotation:adopted";

    /// <summary>On the adopted key: the name of the secret.</summary>
    public const string AdoptedFor = "apikey-rotation:adopted-for";

    /// <summary>On the secret: how long AWSPREVIOUS's key stays enabled. It gives nobody more power than to write the secret does.</summary>
    public const string Overlap = "apikey-rotation:overlap";

    /// <summary>API Gateway developer guide: how many tags a key takes.</summary>
    public const int Most = 50;

    /// <summary>API Gateway developer guide: the characters of a tag's value.</summary>
    public const int LongestValue = 256;

    private const string Own = "apikey-rotation:";
    private const string Reserved = "aws:"; // only AWS may set these

    public static Dictionary<string, string> ForMintedKey(Dictionary<string, string>? templateTags, string secretArn)
    {
        var tags = (templateTags ?? []).Where(tag => !tag.Key.StartsWith(Own, StringComparison.Ordinal) && !tag.Key.StartsWith(Reserved, StringComparison.Ordinal));
        return new Dictionary<string, string>(tags) { [MintedFor] = secretArn };
    }

    /// <summary>
    /// True when the tags are those of a key minted for this secret, or for a deleted one of the same name:
    /// their ARNs differ only in the six random characters at the end.
    /// </summary>
    public static bool AreOfKeyMintedFor(string secretArn, Dictionary<string, string>? tags) =>
        tags?.GetValueOrDefault(MintedFor) is { } owner && owner.Length == secretArn.Length && owner.AsSpan(..^6).SequenceEqual(secretArn.AsSpan(..^6));
}
