namespace RotationFunction;

/// <summary>
/// Ensures that a deployed secret contains a key and that the role has the permissions to rotate it, so that a deployment ends with a working secret
/// or an error message. The key is the adopted key, or a first key from a rotation that this action runs. Resumes a rotation that stopped.
/// </summary>
internal sealed class Provision(
    Secrets secrets, ApiKeys apiKeys, KeyRing keyRing, PermissionProof proof, Settings settings, Func<Invocation, Task> runStep, TimeProvider time)
{
    public const string Action = "provision";

    public async Task<string> RunAsync(Invocation invocation)
    {
        // As in its steps: the first rotation needs this time for its wait.
        invocation.Budget.Reserved = settings.ActivationWait;
        var (secret, template) = await IamPropagation.RetryAsync(invocation, time, async () =>
        {
            var secret = await secrets.DescribeAsync(invocation);
            return (secret, await TemplateKey.ReadWithPlansAsync(invocation, secret, apiKeys));
        });
        var keyId = await proof.RunAsync(invocation, secret, template);
        return await IamPropagation.RetryAsync(invocation, time, () => ProvideAsync(invocation, template))
            + $" The role can create, tag, update, attach, detach and delete keys: tested with key {keyId}, which was deleted.";
    }

    private async Task<string> ProvideAsync(Invocation invocation, Template template)
    {
        var secret = await secrets.DescribeAsync(invocation);
        var current = await secrets.ReadCurrentAsync(invocation, secret);
        var unfinished = secret.Pending == secret.Current ? null : secret.Pending;
        // When rotation is enabled, Secrets Manager completes the rotation. Before that, an incomplete rotation would make it refuse to rotate.
        if (current?.ApiKey is { } value && (unfinished is null || secret.RotationEnabled))
        {
            var key = await keyRing.ReadAsync(invocation, secret, value, key => key.Enabled);
            if (key?.Enabled == true)
            {
                return "The secret already has a key. Nothing was changed.";
            }

            // Someone may have deleted or disabled it while rotation was off. While it is on, steps run here would collide with Secrets Manager's.
            if (secret.RotationEnabled)
            {
                throw key is null ? Errors.CurrentKeyIsGone(invocation, unfinished) : Errors.CurrentKeyIsDisabled(invocation, key.Id, unfinished);
            }
        }

        if (current?.ApiKey is null && template.Key.Adopted is { } adoptedId)
        {
            await AdoptAsync(invocation, secret, template.Plans, adoptedId, current);
            if (unfinished is null)
            {
                return $"The key {adoptedId} was adopted; the first rotation replaces it.";
            }
        }
        else if (current is null)
        {
            // A secret's first version becomes AWSCURRENT whatever its label, so it must not contain an untested key.
            await secrets.PutCurrentAsync(invocation, SecretDocument.Empty);
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

    private async Task AdoptAsync(Invocation invocation, SecretDescription secret, TemplatePlans plans, string adoptedId, SecretDocument? current)
    {
        var key = await apiKeys.ReadAsync(invocation, adoptedId, key => key.Enabled == true, includeValue: true)
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

        if (plans.Ids.Except(await apiKeys.ListPlanIdsAsync(invocation, adoptedId, plans.Ids)).ToList() is { Count: > 0 } missing)
        {
            throw Errors.AdoptedKeyIsNotInPlan(invocation, adoptedId, missing);
        }

        var value = new ApiKeyValue(key.Value);
        if (!value.IsPrintableAscii)
        {
            throw Errors.AdoptedKeyFitsNoHeader(invocation, adoptedId);
        }

        var document = Secrets.PutKeyInto(invocation, current ?? SecretDocument.Empty, value);
        // The tag before the value: a repeat that finds the value does not set the tag.
        await apiKeys.TagAsync(invocation, secret, adoptedId, RotationTags.AdoptedFor, secret.Name);
        await secrets.PutCurrentAsync(invocation, document);
        invocation.Log.KeyAdopted(adoptedId);
    }
}
