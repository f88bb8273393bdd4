using System.Collections.Concurrent;
using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>
/// Creates an enabled key with the stored value and the template key's metadata, in each of the template key's usage plans, in each Region of the
/// secret.
/// </summary>
internal sealed class SetSecret(Secrets secrets, RotationGuard guard, Regions regions)
{
    public const string Step = "setSecret";

    public async Task RunAsync(Invocation rotation)
    {
        if (await guard.CheckPendingAsync(rotation) is not { } secret)
        {
            return;
        }

        var pending = guard.ReadPendingAsync(rotation);
        var keyIds = new ConcurrentDictionary<string, string>();
        await Regions.EachAsync(regions.Of(rotation, secret), async there => keyIds[there.Secret.Region] = await SetAsync(there, pending));
        if (secret.Regions is not [])
        {
            var left = secret.Regions.Except((await secrets.DescribeAsync(rotation)).Regions);
            await Regions.EachAsync(left.Select(name => regions.In(name, rotation, secret)), there => LeaveAsync(there, keyIds[there.Secret.Region]));
        }
    }

    private static async Task<string> SetAsync(RegionalSecret there, Task<PendingVersion> pending)
    {
        var (rotation, secret, _) = there;
        var ((_, value), template) = await ConcurrentReads.BothAsync(pending, TemplateKey.ReadAsync(rotation, secret, there.ApiKeys));
        var (keyId, isNew) = await MintAsync(there, template, value);
        if (isNew)
        {
            rotation.Log.KeyCreated(keyId);
        }

        // Only now: a stack that adds a plan first adds the template key to it, then the keys that it lists.
        // It lists this key, or its plan is seen here.
        var plans = await TemplatePlans.ReadAsync(rotation, template.Key.Id, there.ApiKeys);
        plans.CheckStages(rotation);
        var missing = isNew ? plans.Ids : await TakeUpAsync(there, template, plans, keyId);
        // One after the other: API Gateway rejects concurrent attaches.
        foreach (var plan in missing)
        {
            await there.ApiKeys.AttachAsync(rotation, keyId, plan);
            rotation.Log.KeyAttached(keyId, plan);
        }

        return keyId;
    }

    private static async Task<CreatedKey> MintAsync(RegionalSecret there, TemplateKey template, ApiKeyValue value)
    {
        var (rotation, secret, _) = there;
        try
        {
            return await there.KeyRing.MintAsync(rotation, secret, template, KeyNames.Minted(secret.Name, rotation.Token), value, enabled: true);
        }
        catch (ConflictException)
        {
            throw Errors.ValueIsTaken(rotation);
        }
    }

    /// <summary>Continues with a key of this name and value that an earlier attempt created. Returns the plans that the key is not in yet.</summary>
    private static async Task<List<string>> TakeUpAsync(RegionalSecret there, TemplateKey template, TemplatePlans plans, string keyId)
    {
        var (rotation, secret, _) = there;
        if (await there.ApiKeys.ReadAsync(rotation, keyId, key => KeyRing.IsMintedFor(secret.Arn, key)) is not { } key
            || !KeyRing.IsMintedFor(secret.Arn, key))
        {
            throw Errors.ValueIsOfUntaggedKey(rotation, keyId);
        }

        rotation.Log.KeyFound(key.Id);
        var attached = await there.ApiKeys.ListPlanIdsAsync(rotation, key.Id);
        var missing = plans.Ids.Except(attached).ToList();
        if (missing.Count > 0)
        {
            // Before the attach: testSecret counts the activation wait from the key's last change, and an attach does not update that date.
            await there.ApiKeys.TouchAsync(rotation, key, template.Key.Description);
        }

        if (key.Enabled != true)
        {
            await there.ApiKeys.EnableAsync(rotation, key.Id);
            rotation.Log.KeyEnabled(key.Id);
        }

        return missing;
    }

    /// <summary>
    /// Deletes the key in a Region that the secret has left meanwhile: the stack may have deleted the keys there before. Only for that reason, never
    /// because the rotation is over: then the key may be AWSCURRENT's.
    /// </summary>
    private static async Task LeaveAsync(RegionalSecret there, string keyId)
    {
        // Without a read of its tags, which may miss a key of a moment ago: this step has created it, or found it to be the secret's.
        if (await there.ApiKeys.DeleteAsync(there.Invocation, keyId))
        {
            there.Invocation.Log.KeyDeleted(keyId);
        }
    }
}
