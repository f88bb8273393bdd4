using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>
/// The disabled key that declares what every minted key gets: description, customer id and tags,
/// and through <see cref="TemplatePlans"/> its usage plans.
/// </summary>
internal sealed record TemplateKey(GetApiKeyResponse Key, Uri? ProbeUrl)
{
    /// <summary>Gets the id of the key to adopt, which the secret's tag also names.</summary>
    public string? Adopted => Key.Tags?.GetValueOrDefault(RotationTags.Adopted);

    /// <summary>
    /// Reads the template key and checks that it and the secret point at each other. Otherwise a principal with permission to write
    /// only one of them could direct the function at another owner's key.
    /// </summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="secret">The secret that owns the template key.</param>
    /// <param name="apiKeys">API Gateway's keys.</param>
    public static async Task<TemplateKey> ReadAsync(Invocation invocation, SecretDescription secret, ApiKeys apiKeys)
    {
        var key = await ReadKeyAsync(invocation, secret, apiKeys);
        CheckBothName(RotationTags.Probe, "probe URL");
        CheckBothName(RotationTags.Adopted, "key to adopt");
        return new TemplateKey(key, CheckTags(invocation, secret));

        // A principal that can tag only one of the two must not choose the host that receives a key, or the key that goes into the secret.
        void CheckBothName(string tag, string named)
        {
            var (onSecret, onTemplate) = (secret.Tag(tag), key.Tags.GetValueOrDefault(tag));
            if (onSecret != onTemplate)
            {
                throw Errors.TagsDiffer(invocation, key.Id, tag, named, onSecret, onTemplate);
            }
        }
    }

    /// <summary>Checks the secret's ARN and its own tags, without a call. Returns its probe URL; null without one.</summary>
    public static Uri? CheckTags(Invocation invocation, SecretDescription secret)
    {
        var id = IdOf(invocation, secret);
        if (secret.Arn.Length > ApiKeys.LongestTagValue)
        {
            throw Errors.ArnIsTooLong(invocation, secret.Arn);
        }

        if (secret.InvalidRegion is { } name)
        {
            throw Errors.InvalidRegionTag(invocation, name);
        }

        Uri? url = null;
        if (secret.Tag(RotationTags.Probe) is { } probe
            && !(Uri.TryCreate(probe, UriKind.Absolute, out url) && url.Scheme == Uri.UriSchemeHttps && url.UserInfo.Length == 0))
        {
            throw Errors.ProbeUrl(invocation, id);
        }

        Overlap.Of(invocation, secret);
        Hold.Of(invocation, secret);
        Quotas.AreCarried(invocation, secret);
        return url;
    }

    /// <summary>Reads the template key and its usage plans at the same time.</summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="secret">The secret that the template belongs to.</param>
    /// <param name="apiKeys">API Gateway's keys.</param>
    /// <param name="declared">
    /// Usage plans that the template key should be in. The read is repeated for a short time; a missing plan is not an error.
    /// </param>
    public static async Task<Template> ReadWithPlansAsync(
        Invocation invocation, SecretDescription secret, ApiKeys apiKeys, IReadOnlyCollection<string>? declared = null)
    {
        // If both fail, report the key's failure: AWS does not document the response for the plans of a key that does not exist.
        var (key, plans) = await ConcurrentReads.BothAsync(
            ReadAsync(invocation, secret, apiKeys), TemplatePlans.ReadAsync(invocation, IdOf(invocation, secret), apiKeys, declared));
        return new Template(key, plans);
    }

    /// <summary>Reads the key and checks that it is this secret's template key.</summary>
    public static async Task<GetApiKeyResponse> ReadKeyAsync(Invocation invocation, SecretDescription secret, ApiKeys apiKeys)
    {
        var id = IdOf(invocation, secret);
        var key = await apiKeys.ReadAsync(invocation, id, IsSeen)
            ?? throw Errors.NoTemplateKey(invocation, id);
        if (key.Tags?.GetValueOrDefault(RotationTags.TemplateFor) != secret.Name)
        {
            throw Errors.TemplateDoesNotPointBack(invocation, id, secret.Name);
        }

        return key.Enabled == true
            ? throw Errors.TemplateIsEnabled(invocation, id)
            : key;

        // A deployment may have set the tags a moment ago.
        bool IsSeen(GetApiKeyResponse key) => key.Tags?.GetValueOrDefault(RotationTags.TemplateFor) == secret.Name
            && new[] { RotationTags.Probe, RotationTags.Adopted }.All(tag => key.Tags.GetValueOrDefault(tag) == secret.Tag(tag));
    }

    private static string IdOf(Invocation invocation, SecretDescription secret) =>
        secret.Tag(RotationTags.Template) ?? throw Errors.NoTemplateTag(invocation);
}

/// <summary>A template key and its usage plans.</summary>
internal sealed record Template(TemplateKey Key, TemplatePlans Plans);
