using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;

namespace RotationFunction;

/// <summary>
/// Moves AWSCURRENT back to AWSPREVIOUS, once that version's key is active in each Region. The labels are exchanged and no key is disabled.
/// It only goes back: if AWSCURRENT is the older of the two versions, the rollback is done, so that a repeat does not undo it.
/// </summary>
internal sealed class Rollback(Secrets secrets, Regions regions, TestSecret testSecret, TimeProvider time)
{
    public const string Action = "rollback";

    public async Task<string> RunAsync(Invocation invocation)
    {
        var secret = await DescribeIdleAsync(invocation);
        if (await secrets.ReadCurrentAsync(invocation, secret) is not { } current
            || await secrets.ReadPreviousAsync(invocation, secret) is not { } previous)
        {
            throw Errors.NoPreviousVersion(invocation);
        }

        if (previous.Created > current.Created)
        {
            await EnableCurrentAsync(invocation, secret);
            return $"AWSCURRENT was already rolled back: its version {secret.Current} is older than AWSPREVIOUS, {secret.Previous}.";
        }

        var value = CheckDocuments(invocation, secret, current, previous);
        var keys = await Regions.EachAsync(regions.Of(invocation, secret), async there =>
        {
            var (keyId, template, isChanged) = await CheckKeyAsync(there, value);
            if (isChanged && template.Key.ProbeUrl is not null)
            {
                // The API may accept the key only because it has not received yet that the key was disabled: then a probe proves nothing.
                await testSecret.TestAsync(there, value, template with { Key = template.Key with { ProbeUrl = null } });
            }

            await testSecret.TestAsync(there, value, template);
            return (There: there, Id: keyId);
        });
        // The test may have taken minutes.
        await DescribeIdleAsync(invocation);
        if (Quotas.AreCarried(invocation, secret) && current.ApiKey is { } used)
        {
            await Regions.EachAsync(keys, key => key.There.Invocation, key => CarryAsync(key.There, used, key.Id));
        }

        await MoveAsync(invocation, from: secret.Current!, to: secret.Previous!);
        invocation.Log.CurrentMoved(keys[0].Id, secret.Current!);
        return $"AWSCURRENT is version {secret.Previous} again, with key {keys[0].Id}"
            + string.Concat(keys.Skip(1).Select(key => $", in Region {key.There.Region.Name} with key {key.Id}"))
            + $". Version {secret.Current} is AWSPREVIOUS; its key is unchanged. To disable it, invoke revokePrevious.";
    }

    private static async Task<bool> CarryAsync(RegionalSecret there, ApiKeyValue used, string keyId)
    {
        if (await there.KeyRing.ReadAsync(there.Invocation, there.Secret, used) is not { } usedKey)
        {
            return false;
        }

        await there.Region.Quotas.CarryAsync(there.Invocation, usedKey.Id, keyId, onlyLowers: true);
        return true;
    }

    private async Task MoveAsync(Invocation invocation, string from, string to)
    {
        Exception? refusal = null;
        try
        {
            await secrets.MoveCurrentAsync(invocation, from, to);
        }
        catch (Exception refused) when (refused is InvalidParameterException or InvalidRequestException)
        {
            // As in finishSecret.
            refusal = refused;
        }

        // A revokePrevious that has not seen the move may disable the key until then. One that disables it later sees the move, and enables it again.
        await Task.Delay(ReadAfterWrite.GracePeriodOfSecrets, time);
        var secret = await secrets.DescribeAsync(invocation);
        if (refusal is not null && secret.Current != to)
        {
            throw Errors.CurrentMovedWhileRollingBack(invocation, secret.Current);
        }

        await EnableCurrentAsync(invocation, secret);
    }

    /// <summary>Describes the secret. Throws during a rotation, which would move AWSCURRENT again.</summary>
    private async Task<SecretDescription> DescribeIdleAsync(Invocation invocation)
    {
        var secret = await secrets.DescribeAsync(invocation);
        return secret.Pending is not { } pending ? secret : throw Errors.RotationIsUnderWay(invocation, pending);
    }

    /// <summary>Checks that a rollback would change only the key. Returns the value of AWSPREVIOUS's key.</summary>
    private static ApiKeyValue CheckDocuments(Invocation invocation, SecretDescription secret, SecretDocument current, SecretDocument previous)
    {
        if (previous.ApiKey is not { } value)
        {
            throw Errors.PreviousHoldsNoKey(invocation);
        }

        if (value == current.ApiKey)
        {
            throw Errors.PreviousHoldsCurrentKey(invocation);
        }

        if (!previous.DiffersOnlyInKeyFrom(current))
        {
            throw Errors.PreviousDiffers(invocation, secret.Current, secret.Previous);
        }

        return value;
    }

    /// <summary>
    /// Checks that a Region has AWSPREVIOUS's key. Enables it if it is disabled. Returns its id, the template key with its usage plans, and whether
    /// the key was changed after it was created, as by a revoke or by an earlier attempt to roll back.
    /// </summary>
    private async Task<(string KeyId, Template Template, bool IsChanged)> CheckKeyAsync(RegionalSecret there, ApiKeyValue value)
    {
        var invocation = there.Invocation;
        var template = await TemplateKey.ReadWithPlansAsync(invocation, there.Secret, there.ApiKeys);
        // A revokePrevious of a moment ago: reads may still show the key enabled, and APIs may still accept it.
        await Task.Delay(ReadAfterWrite.GracePeriodOfKeys, time);
        var key = await FindOwnKeyAsync(there, value)
            ?? throw Errors.PreviousKeyIsGone(invocation);
        if (template.Plans.Ids.Except(await there.ApiKeys.ListPlanIdsAsync(invocation, key.Id, template.Plans.Ids)).ToList() is [var missing, ..])
        {
            throw Errors.PreviousKeyIsNotInPlan(invocation, key.Id, missing);
        }

        if (key.Enabled != true)
        {
            await there.ApiKeys.EnableAsync(invocation, key.Id);
            invocation.Log.KeyEnabled(key.Id);
        }

        return (key.Id, template, key.Enabled != true || key.LastUpdatedDate > key.CreatedDate);
    }

    /// <summary>
    /// Enables the key also if it seems to be enabled: a concurrent revokePrevious may have just disabled it, and a read may miss that.
    /// revokePrevious checks AWSCURRENT after it disables a key.
    /// </summary>
    private async Task EnableCurrentAsync(Invocation invocation, SecretDescription secret)
    {
        if (await secrets.ReadCurrentAsync(invocation, secret) is { ApiKey: { } value })
        {
            await Regions.EachAsync(regions.Of(invocation, secret), async there =>
            {
                if (await FindOwnKeyAsync(there, value) is { } key)
                {
                    await there.ApiKeys.EnableAsync(there.Invocation, key.Id);
                    if (key.Enabled != true)
                    {
                        there.Invocation.Log.KeyEnabled(key.Id);
                    }
                }
            });
        }
    }

    /// <summary>Returns the key with this value if its tags prove that it belongs to the secret, because it may have to be enabled.</summary>
    private static async Task<GetApiKeyResponse?> FindOwnKeyAsync(RegionalSecret there, ApiKeyValue value) =>
        await there.KeyRing.ReadAsync(there.Invocation, there.Secret, value) is { Id: var id }
        && await there.ApiKeys.FindAsync(there.Invocation, id) is { } key && KeyRing.IsOwn(there.Secret, key) ? key : null;
}
