namespace RotationFunction;

/// <summary>The tags that connect a secret, its template key and its minted keys (docs/protocol.md).</summary>
internal static class RotationTags
{
    /// <summary>The prefix of these tags.</summary>
    public const string Prefix = "apikey-rotation:";

    /// <summary>On the secret: the id of its template key.</summary>
    public const string Template = Prefix + "template";

    /// <summary>On the template key: the name of its secret.</summary>
    public const string TemplateFor = Prefix + "template-for";

    /// <summary>On a minted key: the ARN of its secret.</summary>
    public const string MintedFor = Prefix + "minted-for";

    /// <summary>
    /// On the secret and on the template key: the https URL of the probe. Permission to tag only one of them must not be enough to receive a key.
    /// </summary>
    public const string Probe = Prefix + "probe";

    /// <summary>
    /// On the secret and on the template key: the id of the key in use before the first rotation. Permission to tag only one of them must not be
    /// enough to choose it.
    /// </summary>
    public const string Adopted = Prefix + "adopted";

    /// <summary>On the adopted key: the name of the secret.</summary>
    public const string AdoptedFor = Prefix + "adopted-for";

    /// <summary>
    /// On the secret: how long AWSPREVIOUS's key stays enabled. Permission to set it gives no more power than permission to write the secret.
    /// </summary>
    public const string Overlap = Prefix + "overlap";

    /// <summary>On the secret: how long a key that clients still use stays enabled after the rotation that would disable it.</summary>
    public const string Hold = Prefix + "hold";

    /// <summary>On the secret: <c>carry</c>, for a new key that starts with what the current one has left of its usage plans' quotas.</summary>
    public const string Quota = Prefix + "quota";

    /// <summary>
    /// On the secret, before the code of another Region: the id of its template key there. The tags <see cref="Probe"/> and <see cref="Adopted"/> of
    /// such a Region end in its code too.
    /// </summary>
    public const string TemplateIn = Template + ":";

    /// <summary>On a minted or an adopted key: when CloudTrail's events last reached the function. Only a finding depends on it.</summary>
    public const string Watched = Prefix + "watched";

    /// <summary>On a secret, and on a usage plan that the stack creates: the function that manages it. Only policies use this tag.</summary>
    public const string Function = Prefix + "function";

    /// <summary>Returns the name of a secret's tag for another Region; the same name for a tag that holds in every Region, and without one.</summary>
    public static string In(string? region, string tag) => region is not null && tag is Template or Probe or Adopted ? $"{tag}:{region}" : tag;
}
