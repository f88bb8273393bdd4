namespace RotationFunction;

/// <summary>
/// Ensures that a deployed secret contains a key and that the role has the permissions to rotate it, so that a deployment ends with a working secret
/// or an error message. The key is the adopted key, or a first key from a rotation that this action runs. Resumes a rotation that stopped.
/// </summary>
internal sealed class Provision(
    Secrets secrets, Regions regions, Lifecycle lifecycle, Settings settings, Func<Invocation, Task> runStep, TimeProvider time)
{
    public const string Action = "provision";

    private readonly PermissionProof _proof = new(time);

    public async Task<string> RunAsync(Invocation invocation)
    {
        // As in its steps: the first rotation needs this time for its wait.
        invocation.Budget.Reserved = settings.ActivationWait;
        var templates = await IamPropagation.RetryAsync(invocation, time, async () => await Regions.EachAsync(
            regions.Of(invocation, await secrets.DescribeAsync(invocation)),
            async there => new RegionalTemplate(there, await TemplateKey.ReadWithPlansAsync(there.Invocation, there.Secret, there.ApiKeys))));
        var keyIds = await EachAsync(templates, _proof.RunAsync);
        return await IamPropagation.RetryAsync(invocation, time, () => ProvideAsync(invocation, templates))
            + $" The role can create, tag, update, attach, detach and delete keys: tested with key {string.Join(" and key ", keyIds)}, which "
            + $"{(keyIds.Count == 1 ? "was" : "were")} deleted.";
    }

    private async Task<string> ProvideAsync(Invocation invocation, List<RegionalTemplate> templates)
    {
        var secret = await secrets.DescribeAsync(invocation);
        var current = await secrets.ReadCurrentAsync(invocation, secret);
        var unfinished = secret.Unfinished;
        // When rotation is enabled, Secrets Manager completes the rotation. Before that, an incomplete rotation would make it refuse to rotate.
        if (current?.ApiKey is { } value && (unfinished is null || secret.RotationEnabled))
        {
            var found = await Regions.EachAsync(regions.Of(invocation, secret), async there =>
                (There: there, Key: await there.KeyRing.ReadAsync(there.Invocation, there.Secret, value, key => key.Enabled)));
            if (found.Find(key => key.Key?.Enabled == true).There is { } from && found.TrueForAll(key => key.Key?.Enabled != false))
            {
                // The secret may have just come to a Region, or an adoption may have stopped between two calls in any.
                await EachAsync(
                    templates.Count > 1 ? templates : [],
                    (there, template) => lifecycle.ServeAsync(from, there.With(secret), template, template.Plans.Ids));
                var missing = found.FindAll(key => key.Key is null);
                return "The secret already has a key. " + (missing.Count == 0 ? "Nothing was changed."
                    : $"It was created in {string.Join(", ", missing.Select(key => key.There.Secret.Region))}.");
            }

            // Someone may have deleted or disabled it while rotation was off. While it is on, steps run here would collide with Secrets Manager's.
            if (secret.RotationEnabled)
            {
                var (there, key) = found.Find(key => key.Key?.Enabled != true);
                throw key is null ? Errors.CurrentKeyIsGone(there.Invocation, unfinished)
                    : Errors.CurrentKeyIsDisabled(there.Invocation, key.Id, unfinished);
            }
        }

        if (current?.ApiKey is null && templates.FindAll(template => template.Template.Key.Adopted is not null) is [var first, ..] adopted)
        {
            await AdoptAsync(invocation, templates, current);
            if (unfinished is null)
            {
                var others = adopted.Skip(1).Select(other => $", in Region {other.There.Region.Name} key {other.Template.Key.Adopted}");
                return $"The key {first.Template.Key.Adopted} was adopted{string.Concat(others)}; the first rotation replaces it.";
            }
        }
        else if (current is null)
        {
            // A secret's first version becomes AWSCURRENT whatever its label, so it must not contain an untested key.
            await PutCurrentAsync(invocation, SecretDocument.Empty);
        }

        var token = unfinished ?? Guid.NewGuid().ToString();
        foreach (var step in new[] { CreateSecret.Step, SetSecret.Step, TestSecret.Step, FinishSecret.Step })
        {
            var rotation = invocation.StepOfProvision(step, token);
            // The steps share one invocation: the earlier steps reserve the time that testSecret waits.
            rotation.Budget.Reserved = step == FinishSecret.Step ? TimeSpan.Zero : settings.ActivationWait;
            await runStep(rotation);
        }

        return $"The secret has a key, in version {token}.";
    }

    private async Task AdoptAsync(Invocation invocation, List<RegionalTemplate> templates, SecretDocument? current)
    {
        var adopted = templates.FindAll(template => template.Template.Key.Adopted is not null);
        var keys = await EachAsync(adopted, CheckAsync);
        var (from, value) = (adopted[0].There, keys[0]);
        for (var other = 1; other < keys.Count; other++)
        {
            if (keys[other] != value)
            {
                throw Errors.AdoptedKeysDiffer(adopted[other].There.Invocation, adopted[other].Template.Key.Adopted!);
            }
        }

        var document = Secrets.PutKeyInto(invocation, current ?? SecretDocument.Empty, value);
        // The tags before the value: a repeat that finds the value does not set them.
        foreach (var (there, template) in adopted)
        {
            await there.ApiKeys.TagAsync(there.Invocation, there.Secret, template.Key.Adopted!, RotationTags.AdoptedFor, there.Secret.Name);
        }

        var secret = await PutCurrentAsync(invocation, document);
        foreach (var (there, template) in adopted)
        {
            there.Invocation.Log.KeyAdopted(template.Key.Adopted!);
        }

        if (templates.Except(adopted).ToList() is { Count: > 0 } others)
        {
            await EachAsync(others, (there, template) => lifecycle.ServeAsync(from, there.With(secret), template, template.Plans.Ids));
        }
    }

    /// <summary>Stores a document as AWSCURRENT. Returns when a read shows the label, or has not for a short time.</summary>
    private async Task<SecretDescription> PutCurrentAsync(Invocation invocation, SecretDocument document)
    {
        var version = await secrets.PutCurrentAsync(invocation, document);
        return await ReadAfterWrite.UntilAsync(
            time, ReadAfterWrite.GracePeriodOfSecrets, () => secrets.DescribeAsync(invocation), secret => secret.Current == version);
    }

    /// <summary>Checks that a Region's key can be adopted. Returns its value.</summary>
    private static async Task<ApiKeyValue> CheckAsync(RegionalSecret there, Template template)
    {
        var (invocation, secret, region) = there;
        var adoptedId = template.Key.Adopted!;
        var key = await region.ApiKeys.ReadAsync(invocation, adoptedId, key => key.Enabled == true, includeValue: true)
            ?? throw Errors.AdoptedKeyDoesNotExist(invocation, adoptedId);
        if (key.Enabled != true)
        {
            throw Errors.AdoptedKeyIsDisabled(invocation, adoptedId);
        }

        if (key.Tags?.ContainsKey(RotationTags.MintedFor) == true || key.Tags?.ContainsKey(RotationTags.TemplateFor) == true)
        {
            throw Errors.AdoptedKeyIsOurs(invocation, adoptedId);
        }

        if (key.Tags?.GetValueOrDefault(RotationTags.AdoptedFor) is { } owner && owner != secret.Name)
        {
            throw Errors.AdoptedKeyIsOfAnother(invocation, adoptedId, owner);
        }

        if (key.Tags?.Count >= ApiKeys.MostTags && !key.Tags.ContainsKey(RotationTags.AdoptedFor))
        {
            throw Errors.AdoptedKeyTakesNoTag(invocation, adoptedId, key.Tags.Count);
        }

        var plans = template.Plans.Ids;
        if (plans.Except(await region.ApiKeys.ListPlanIdsAsync(invocation, adoptedId, plans)).ToList() is { Count: > 0 } missing)
        {
            throw Errors.AdoptedKeyIsNotInPlan(invocation, adoptedId, missing);
        }

        var value = new ApiKeyValue(key.Value);
        return value.IsPrintableAscii ? value : throw Errors.AdoptedKeyFitsNoHeader(invocation, adoptedId);
    }

    private static Task<List<T>> EachAsync<T>(IReadOnlyList<RegionalTemplate> templates, Func<RegionalSecret, Template, Task<T>> run) =>
        Regions.EachAsync(templates, template => template.There.Invocation, template => run(template.There, template.Template));

    private sealed record RegionalTemplate(RegionalSecret There, Template Template);
}
