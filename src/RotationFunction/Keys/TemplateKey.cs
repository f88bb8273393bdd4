using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>The disabled key that declares what every minted key gets: description, customer id, tags and usage plans.</summary>
internal sealed record TemplateKey(GetApiKeyResponse Key, List<UsagePlan> UsagePlans, Uri? ProbeUrl)
{
    /// <summary>Gets the id of the key to adopt, which the secret's tag also names.</summary>
    public string? Adopted => Key.Tags?.GetValueOrDefault(RotationTags.Adopted);

    /// <summary>Gets the ids of its usage plans.</summary>
    public List<string> Plans { get; } = [.. UsagePlans.Select(plan => plan.Id)];

    /// <summary>
    /// Gets the ids of its usage plans without an API stage, as after a stage was deleted and created again. Their keys give access to no API.
    /// </summary>
    public List<string> PlansWithoutStage { get; } = [.. UsagePlans.Where(plan => plan.ApiStages is not { Count: > 0 }).Select(plan => plan.Id)];

    /// <summary>
    /// Reads the template key and checks that it and the secret point at each other. Otherwise a principal with permission to write
    /// only one of them could direct the function at another owner's key.
    /// </summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="secret">The secret that owns the template key.</param>
    /// <param name="apiKeys">API Gateway's keys.</param>
    /// <param name="declared">
    /// Usage plans that the template key should be in. The read is repeated for a short time; a missing plan is not an error.
    /// </param>
    public static async Task<TemplateKey> ReadAsync(Invocation invocation, SecretDescription secret, ApiKeys apiKeys, IReadOnlyCollection<string>? declared = null)
    {
        var id = IdOf(invocation, secret);
        // If both fail, report the key's failure: AWS does not document the response for the plans of a key that does not exist.
        var (key, plans) = await ConcurrentReads.BothAsync(ReadKeyAsync(invocation, secret, id, apiKeys), apiKeys.ListPlansAsync(invocation, id, plans => plans.Count > 0 && declared?.Except(plans.Select(plan => plan.Id)).Any() != true));
        CheckBothName(RotationTags.Probe, "probe URL");
        CheckBothName(RotationTags.Adopted, "key to adopt");
        var probe = key.Tags.GetValueOrDefault(RotationTags.Probe);
        Uri? url = null;
        if (probe is not null && !(Uri.TryCreate(probe, UriKind.Absolute, out url) && url.Scheme == Uri.UriSchemeHttps && url.UserInfo.Length == 0))
        {
            throw Errors.ProbeUrl(invocation, id);
        }

        Overlap.Of(invocation, secret);
        return plans.Count > 0
            ? new TemplateKey(key, plans, url)
            : throw Errors.TemplateIsInNoPlan(invocation, id);

        // A principal that can tag only one of the two must not choose the host that receives a key, or the key that goes into the secret.
        void CheckBothName(string tag, string named)
        {
            var (onSecret, onTemplate) = (secret.Tag(tag), key.Tags.GetValueOrDefault(tag));
            if (onSecret != onTemplate)
            {
                throw Errors.TagsDiffer(invocation, id, tag, named, onSecret, onTemplate);
            }
        }
    }

    /// <summary>
    /// Checks that the template key's usage plans give access to an API. A deployment may be about to add a stage to a plan; a rotation is not.
    /// </summary>
    public void CheckStages(Invocation rotation)
    {
        if (PlansWithoutStage.Count == Plans.Count)
        {
            throw Errors.NoPlanHasAStage(rotation, Key.Id, Plans[0]);
        }
    }

    /// <summary>Reads the key and checks that it is this secret's template key.</summary>
    public static Task<GetApiKeyResponse> ReadKeyAsync(Invocation invocation, SecretDescription secret, ApiKeys apiKeys) => ReadKeyAsync(invocation, secret, IdOf(invocation, secret), apiKeys);

    private static string IdOf(Invocation invocation, SecretDescription secret) =>
        secret.Tag(RotationTags.Template) ?? throw Errors.NoTemplateTag(invocation);

    private static async Task<GetApiKeyResponse> ReadKeyAsync(Invocation invocation, SecretDescription secret, string id, ApiKeys apiKeys)
    {
        var key = await apiKeys.ReadAsync(invocation, id, IsSeen)
            ?? throw Errors.NoTemplateKey(invocation, id);
        if (key.Tags?.GetValueOrDefault(RotationTags.TemplateFor) != secret.Name)
        {
            throw Errors.TemplateDoesNotPointBack(invocation, id, secret.Name);
        }

        if (secret.Arn.Length > ApiKeys.LongestTagValue)
        {
            throw Errors.ArnIsTooLong(invocation, secret.Arn);
        }

        return key.Enabled == true
            ? throw Errors.TemplateIsEnabled(invocation, id)
            : key;

        // A deployment may have set the tags a moment ago.
        bool IsSeen(GetApiKeyResponse key) => key.Tags?.GetValueOrDefault(RotationTags.TemplateFor) == secret.Name
            && new[] { RotationTags.Probe, RotationTags.Adopted }.All(tag => key.Tags.GetValueOrDefault(tag) == secret.Tag(tag));
    }
}
