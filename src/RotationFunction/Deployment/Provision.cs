namespace RotationFunction;

/// <summary>
/// Makes sure that a deployed secret holds a key and that the role may rotate it, so that a deployment ends with a working secret or an error message:
/// the adopted key, or a first key from a rotation that it runs itself. Resumes one that died.
/// </summary>
internal sealed class Provision(
    Secrets secrets, ApiKeys apiKeys, PermissionProof proof, TestSecret testSecret, Settings settings, Func<Invocation, Task> runStep, TimeProvider time)
{
    public const string Action = "provision";

    public async Task<string> RunAsync(Invocation invocation)
    {
        // As its steps do: the first rotation must have the time that it waits.
        invocation.Kept = settings.ActivationWait;
        var (secret, template) = await Permission.AwaitAsync(invocation, time, async () =>
        {
            var secret = await secrets.DescribeAsync(invocation);
            return (secret, await Template.ReadAsync(invocation, secret, apiKeys));
        });
        var keyId = await proof.RunAsync(invocation, secret, template);
        return await Permission.AwaitAsync(invocation, time, () => ProvideAsync(invocation, template))
            + $" The role may make, tag, change, attach, detach and delete keys: key {keyId} showed it and was deleted again.";
    }

    private async Task<string> ProvideAsync(Invocation invocation, Template template)
    {
        var secret = await secrets.DescribeAsync(invocation);
        var current = await secrets.ReadCurrentAsync(invocation, secret);
        var unfinished = secret.Pending == secret.Current ? null : secret.Pending;
        // Once rotation is enabled, what is unfinished is Secrets Manager's to finish. Before, it would refuse to rotate.
        if (current?.ApiKey is { } value && (unfinished is null || secret.RotationEnabled))
        {
            var key = await testSecret.FindKeyAsync(invocation, secret, value, key => key.Enabled == true);
            if (key?.Enabled == true)
            {
                return "The secret has a key already; it was left as it is.";
            }

            // Somebody may have deleted or disabled it while rotation was off. While it is on, steps of our own would run into Secrets Manager's.
            if (secret.RotationEnabled)
            {
                var next = unfinished is null ? invocation.StartingAnew : $"The rotation to version {unfinished} replaces it: deploy again when that is AWSCURRENT.";
                throw key is null
                    ? invocation.Failed($"no key of this secret has AWSCURRENT's value, so clients are refused. {next}")
                    : invocation.Failed($"AWSCURRENT's key {key.Id} is disabled, so clients are refused. {next}");
            }
        }

        if (current?.ApiKey is null && template.Adopted is { } adoptedId)
        {
            await AdoptAsync(invocation, secret, template, adoptedId, current);
            if (unfinished is null)
            {
                return $"The key {adoptedId} was adopted; the first rotation replaces it.";
            }
        }
        else if (current is null)
        {
            // A secret's first version becomes AWSCURRENT whatever its label, so an untested key must not be in it.
            await secrets.PutCurrentAsync(invocation, SecretDocument.Empty);
        }

        var token = unfinished ?? Guid.NewGuid().ToString();
        foreach (var step in new[] { CreateSecret.Step, SetSecret.Step, TestSecret.Step, FinishSecret.Step })
        {
            var rotation = invocation.Provision(step, token);
            // The steps share one invocation: those before testSecret leave it the time that it waits.
            rotation.Kept = step == FinishSecret.Step ? TimeSpan.Zero : settings.ActivationWait;
            await runStep(rotation);
        }

        return $"The secret has a key, in version {token}.";
    }

    private async Task AdoptAsync(Invocation invocation, Secret secret, Template template, string adoptedId, SecretDocument? current)
    {
        var key = await apiKeys.ReadAsync(invocation, adoptedId, key => key.Enabled == true, includeValue: true)
            ?? throw invocation.Failed($"the key {adoptedId} to adopt, which the tags {RotationTags.Adopted} name, does not exist. Nothing was changed.");
        if (key.Enabled != true)
        {
            throw invocation.Failed($"the key {adoptedId} to adopt is disabled, so no client can use it. Enable it, or deploy without adoption; nothing was changed.");
        }

        if (key.Tags?.ContainsKey(RotationTags.MintedFor) == true || key.Tags?.ContainsKey(RotationTags.TemplateFor) == true)
        {
            throw invocation.Failed($"the key {adoptedId} to adopt is a secret's minted key or template already. Deploy with another, or without adoption; nothing was changed.");
        }

        if (key.Tags?.GetValueOrDefault(RotationTags.AdoptedFor) is { } owner && owner != secret.Name)
        {
            throw invocation.Failed($"the key {adoptedId} was adopted for the secret {owner} already. One key cannot be rotated by two secrets; nothing was changed.");
        }

        if (key.Tags?.Count >= Tags.Most && !key.Tags.ContainsKey(RotationTags.AdoptedFor))
        {
            throw invocation.Failed($"the key {adoptedId} to adopt has {key.Tags.Count} tags, and API Gateway takes no further one: adoption needs {RotationTags.AdoptedFor}. Remove one; nothing was changed.");
        }

        if (template.Plans.Except(await apiKeys.ListPlanIdsAsync(invocation, adoptedId, template.Plans)).ToList() is { Count: > 0 } missing)
        {
            throw invocation.Failed($"the key {adoptedId} to adopt is not in usage plan {string.Join(", ", missing)}, but the template key is. Put it there, or take the template out; nothing was changed.");
        }

        var value = new ApiKeyValue(key.Value);
        if (!value.IsPrintableAscii)
        {
            throw invocation.Failed($"the key {adoptedId} to adopt has a value that no x-api-key header can carry, so no client can use it. Deploy without adoption; nothing was changed.");
        }

        var document = Secrets.PutKeyInto(invocation, current ?? SecretDocument.Empty, value);
        // The tag before the value: a repeat that finds the value does nothing more.
        await apiKeys.TagAsync(invocation, secret, adoptedId, RotationTags.AdoptedFor, secret.Name);
        await secrets.PutCurrentAsync(invocation, document);
        invocation.Log.KeyAdopted(adoptedId);
    }
}
