using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;

namespace RotationFunction;

/// <summary>
/// Moves AWSCURRENT back to AWSPREVIOUS, once that version's key is active. The labels are exchanged and no key is disabled.
/// It only goes back: if AWSCURRENT is the older of the two versions, the rollback is done, so that a repeat does not undo it.
/// </summary>
internal sealed class Rollback(Secrets secrets, ApiKeys apiKeys, KeyRing keyRing, Quotas quotas, TestSecret testSecret)
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

        var (keyId, template) = await CheckAsync(invocation, secret, current, previous);
        await testSecret.TestAsync(invocation, secret, previous.ApiKey!, template);
        // The test may have taken minutes.
        await DescribeIdleAsync(invocation);
        if (Quotas.AreCarried(invocation, secret) && current.ApiKey is { } used && await keyRing.ReadAsync(invocation, secret, used) is { } usedKey)
        {
            await quotas.CarryAsync(invocation, usedKey.Id, keyId, onlyLowers: true);
        }

        await MoveAsync(invocation, from: secret.Current!, to: secret.Previous!);
        invocation.Log.CurrentMoved(keyId, secret.Current!);
        return $"AWSCURRENT is version {secret.Previous} again, with key {keyId}. "
            + $"Version {secret.Current} is AWSPREVIOUS; its key is unchanged. To disable it, invoke revokePrevious.";
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

    /// <summary>
    /// Checks that a rollback would change only the key, and that the key exists. Enables it if it is disabled.
    /// Returns its id, the template key and its usage plans.
    /// </summary>
    private async Task<(string KeyId, Template Template)> CheckAsync(
        Invocation invocation, SecretDescription secret, SecretDocument current, SecretDocument previous)
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

        var template = await TemplateKey.ReadWithPlansAsync(invocation, secret, apiKeys);
        var key = await FindOwnKeyAsync(invocation, secret, value)
            ?? throw Errors.PreviousKeyIsGone(invocation);
        if (template.Plans.Ids.Except(await apiKeys.ListPlanIdsAsync(invocation, key.Id, template.Plans.Ids)).ToList() is [var missing, ..])
        {
            throw Errors.PreviousKeyIsNotInPlan(invocation, key.Id, missing);
        }

        if (key.Enabled != true)
        {
            await apiKeys.EnableAsync(invocation, key.Id);
            invocation.Log.KeyEnabled(key.Id);
        }

        return (key.Id, template);
    }

    /// <summary>
    /// Enables the key if a concurrent revokePrevious has just disabled it. revokePrevious makes the same check after it disables a key.
    /// </summary>
    private async Task EnableCurrentAsync(Invocation invocation, SecretDescription secret)
    {
        if (await secrets.ReadCurrentAsync(invocation, secret) is { ApiKey: { } value }
            && await FindOwnKeyAsync(invocation, secret, value) is { Enabled: not true } key)
        {
            await apiKeys.EnableAsync(invocation, key.Id);
            invocation.Log.KeyEnabled(key.Id);
        }
    }

    /// <summary>Returns the key with this value if its tags prove that it belongs to the secret, because it may have to be enabled.</summary>
    private async Task<GetApiKeyResponse?> FindOwnKeyAsync(Invocation invocation, SecretDescription secret, ApiKeyValue value) =>
        await keyRing.ReadAsync(invocation, secret, value) is { Id: var id }
        && await apiKeys.FindAsync(invocation, id) is { } key && KeyRing.IsOwn(secret, key) ? key : null;
}
