using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>The key that declares what every minted key gets: description, customer id, tags and usage plans.</summary>
internal sealed record Template(GetApiKeyResponse Key, List<UsagePlan> UsagePlans, Uri? Probe)
{
    /// <summary>The id of the key to adopt, which the secret's tag names too.</summary>
    public string? Adopted => Key.Tags?.GetValueOrDefault(RotationTags.Adopted);

    /// <summary>The ids of its usage plans.</summary>
    public List<string> Plans { get; } = [.. UsagePlans.Select(plan => plan.Id)];

    /// <summary>The ids of those without an API stage, as when a stage was deleted and made anew: a key opens nothing there.</summary>
    public List<string> PlansWithoutStage { get; } = [.. UsagePlans.Where(plan => plan.ApiStages is not { Count: > 0 }).Select(plan => plan.Id)];

    /// <summary>
    /// Reads the template and checks the wiring. Secret and template must point at each other:
    /// whoever may write only one of them could turn the function against somebody else's key.
    /// </summary>
    /// <param name="invocation">What for.</param>
    /// <param name="secret">Whose template.</param>
    /// <param name="apiKeys">Reads it.</param>
    /// <param name="declared">Usage plans that the template must be in by now; it need not be found in them.</param>
    public static async Task<Template> ReadAsync(Invocation invocation, Secret secret, ApiKeys apiKeys, IReadOnlyCollection<string>? declared = null)
    {
        var id = IdOf(invocation, secret);
        // In this order: AWS does not document what it answers for the plans of a key that does not exist.
        var (key, plans) = await Together.AwaitAsync(ReadKeyAsync(invocation, secret, id, apiKeys), apiKeys.ListPlansAsync(invocation, id, plans => plans.Count > 0 && declared?.Except(plans.Select(plan => plan.Id)).Any() != true));
        CheckBothName(RotationTags.Probe, "the URL that a key is sent to");
        CheckBothName(RotationTags.Adopted, "the key to adopt");
        var probe = key.Tags.GetValueOrDefault(RotationTags.Probe);
        Uri? url = null;
        if (probe is not null && !(Uri.TryCreate(probe, UriKind.Absolute, out url) && url.Scheme == Uri.UriSchemeHttps && url.UserInfo.Length == 0))
        {
            throw invocation.Failed($"the tag {RotationTags.Probe} of the template key {id} is not an https URL. A key is sent there to test it. Set it to the URL of a method of the API that needs a key, or remove it.");
        }

        EndOverlap.OverlapOf(invocation, secret);
        return plans.Count > 0
            ? new Template(key, plans, url)
            : throw invocation.Failed($"the template key {id} is in no usage plan, so a new key would open nothing. Put it into one with: {Commands.AttachKey(id)}");

        // Whoever may tag only one of the two must not choose who is sent a key, or whose key goes into the secret.
        void CheckBothName(string tag, string named)
        {
            var (onSecret, onTemplate) = (secret.Tag(tag), key.Tags.GetValueOrDefault(tag));
            if (onSecret != onTemplate)
            {
                var sides = onSecret is null ? "only the template key has it" : onTemplate is null ? "only the secret has it" : "they have different ones";
                throw invocation.Failed($"the secret and its template key {id} do not both name {named} in the tag {tag}: {sides}. Nothing was changed. "
                    + "Deploy the stack again, with pulumi up --refresh, which sets both. Who set one of them is in CloudTrail: TagResource and UntagResource.");
            }
        }
    }

    /// <summary>Checks that a key in the template's usage plans opens something. A deployment may be about to put a stage into one; a rotation is not.</summary>
    public void CheckStages(Invocation rotation)
    {
        if (PlansWithoutStage.Count == Plans.Count)
        {
            throw rotation.Failed($"no usage plan of the template key {Key.Id} has an API stage, so a new key would open nothing. Add one with: {Commands.AddStage(Plans[0])}");
        }
    }

    /// <summary>Reads the key and checks that it is this secret's template.</summary>
    public static Task<GetApiKeyResponse> ReadKeyAsync(Invocation invocation, Secret secret, ApiKeys apiKeys) => ReadKeyAsync(invocation, secret, IdOf(invocation, secret), apiKeys);

    private static string IdOf(Invocation invocation, Secret secret) =>
        secret.Tag(RotationTags.Template) ?? throw invocation.Failed($"the secret has no tag {RotationTags.Template}. Set it with: {Commands.SetTemplate(secret.Arn)}");

    private static async Task<GetApiKeyResponse> ReadKeyAsync(Invocation invocation, Secret secret, string id, ApiKeys apiKeys)
    {
        var key = await apiKeys.ReadAsync(invocation, id, IsSeen)
            ?? throw invocation.Failed($"the template key {id}, which the secret's tag {RotationTags.Template} names, does not exist. Deploy the stack again, or set the tag to a template key that exists with: {Commands.SetTemplate(secret.Arn)}");
        if (key.Tags?.GetValueOrDefault(RotationTags.TemplateFor) != secret.Name)
        {
            throw invocation.Failed($"the secret's tag {RotationTags.Template} points at key {id}, but that key's tag {RotationTags.TemplateFor} does not point back at {secret.Name}. Set both.");
        }

        if (secret.Arn.Length > Tags.LongestValue)
        {
            throw invocation.Failed($"the secret's ARN is {secret.Arn.Length} characters long, and the tag {RotationTags.MintedFor} of a minted key takes {Tags.LongestValue}. Give the secret a shorter name; nothing was changed.");
        }

        return key.Enabled == true
            ? throw invocation.Failed($"the template key {id} is enabled. It must be disabled: it is a declaration, no client may use it. Disable it with: {Commands.DisableKey(id)}")
            : key;

        // A deployment may have set the tags a moment ago.
        bool IsSeen(GetApiKeyResponse key) => key.Tags?.GetValueOrDefault(RotationTags.TemplateFor) == secret.Name
            && new[] { RotationTags.Probe, RotationTags.Adopted }.All(tag => key.Tags.GetValueOrDefault(tag) == secret.Tag(tag));
    }
}
