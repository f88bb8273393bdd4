namespace Infra;

/// <summary>The tags that the function goes by: see docs/protocol.md. The last one is for its policies.</summary>
internal static class WiringTags
{
    /// <summary>What all of them begin with.</summary>
    public const string Prefix = "apikey-rotation:";

    /// <summary>On the secret: the id of its template key.</summary>
    public const string Template = Prefix + "template";

    /// <summary>On the template key: the name of its secret.</summary>
    public const string TemplateFor = Prefix + "template-for";

    /// <summary>On the secret and on the template key: the URL that testSecret calls.</summary>
    public const string Probe = Prefix + "probe";

    /// <summary>On the secret and on the template key: the id of a key that was in use before.</summary>
    public const string Adopted = Prefix + "adopted";

    /// <summary>On the secret: how long AWSPREVIOUS's key stays enabled.</summary>
    public const string Overlap = Prefix + "overlap";

    /// <summary>On a minted key: the ARN of its secret.</summary>
    public const string MintedFor = Prefix + "minted-for";

    /// <summary>On a secret, and on a usage plan that the stack makes: the function that works on it.</summary>
    public const string Function = Prefix + "function";
}
