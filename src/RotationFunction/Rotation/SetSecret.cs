using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>Creates an enabled key with the stored value and the template key's metadata, in each of the template key's usage plans.</summary>
internal sealed class SetSecret(RotationGuard guard, ApiKeys apiKeys, KeyRing ring)
{
    public const string Step = "setSecret";

    public async Task RunAsync(Invocation rotation)
    {
        if (await guard.CheckPendingAsync(rotation) is not { } secret)
        {
            return;
        }

        var ((_, value), template) = await ConcurrentReads.BothAsync(
            guard.ReadPendingAsync(rotation), TemplateKey.ReadAsync(rotation, secret, apiKeys));
        var (keyId, isNew) = await MintAsync(rotation, secret, template, value);
        if (isNew)
        {
            rotation.Log.KeyCreated(keyId);
        }

        // Only now: a stack that adds a plan first adds the template key to it, then the keys that it lists.
        // It lists this key, or its plan is seen here.
        var plans = await TemplatePlans.ReadAsync(rotation, template.Key.Id, apiKeys);
        plans.CheckStages(rotation);
        var missing = isNew ? plans.Ids : await TakeUpAsync(rotation, secret, template, plans, keyId);
        // One after the other: API Gateway rejects concurrent attaches.
        foreach (var plan in missing)
        {
            await apiKeys.AttachAsync(rotation, keyId, plan);
            rotation.Log.KeyAttached(keyId, plan);
        }
    }

    private async Task<CreatedKey> MintAsync(Invocation rotation, SecretDescription secret, TemplateKey template, ApiKeyValue value)
    {
        try
        {
            return await ring.MintAsync(rotation, secret, template, KeyNames.Minted(secret.Name, rotation.Token), value, enabled: true);
        }
        catch (ConflictException)
        {
            throw Errors.ValueIsTaken(rotation);
        }
    }

    /// <summary>Continues with a key of this name and value that an earlier attempt created. Returns the plans that the key is not in yet.</summary>
    private async Task<List<string>> TakeUpAsync(
        Invocation rotation, SecretDescription secret, TemplateKey template, TemplatePlans plans, string keyId)
    {
        if (await apiKeys.ReadAsync(rotation, keyId, key => KeyRing.IsMintedFor(secret.Arn, key)) is not { } key
            || !KeyRing.IsMintedFor(secret.Arn, key))
        {
            throw Errors.ValueIsOfUntaggedKey(rotation, keyId);
        }

        rotation.Log.KeyFound(key.Id);
        var attached = await apiKeys.ListPlanIdsAsync(rotation, key.Id);
        var missing = plans.Ids.Except(attached).ToList();
        if (missing.Count > 0)
        {
            // Before the attach: testSecret counts the activation wait from the key's last change, and an attach does not update that date.
            await apiKeys.TouchAsync(rotation, key, template.Key.Description);
        }

        if (key.Enabled != true)
        {
            await apiKeys.EnableAsync(rotation, key.Id);
            rotation.Log.KeyEnabled(key.Id);
        }

        return missing;
    }
}
