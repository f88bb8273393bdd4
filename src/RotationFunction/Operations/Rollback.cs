using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;

namespace RotationFunction;

/// <summary>
/// Moves AWSCURRENT back to AWSPREVIOUS, once that version's key is known to be served. The labels swap and no key is disabled.
/// It only ever goes back: where AWSCURRENT is the older version of the two it has been done, so that a repeat does not undo it.
/// </summary>
internal sealed class Rollback(Secrets secrets, ApiKeys apiKeys, TestSecret testSecret)
{
    public const string Action = "rollback";

    public async Task<string> RunAsync(Invocation invocation)
    {
        var secret = await DescribeIdleAsync(invocation);
        if (await secrets.ReadCurrentAsync(invocation, secret) is not { } current || await secrets.ReadPreviousAsync(invocation, secret) is not { } previous)
        {
            throw invocation.Failed("the secret has no AWSPREVIOUS version to go back to. Nothing was changed. " + invocation.StartingAnew);
        }

        if (previous.Created > current.Created)
        {
            await EnableCurrentAsync(invocation, secret);
            return $"AWSCURRENT was moved back already: its version {secret.Current} is older than AWSPREVIOUS, {secret.Previous}.";
        }

        var (keyId, template) = await CheckAsync(invocation, secret, current, previous);
        await testSecret.TestAsync(invocation, secret, previous.ApiKey!.Value, template);
        // The test may have taken minutes.
        await DescribeIdleAsync(invocation);
        await MoveAsync(invocation, from: secret.Current!, to: secret.Previous!);
        invocation.Log.CurrentMoved(keyId, secret.Current!);
        return $"AWSCURRENT is version {secret.Previous} again, with key {keyId}. Version {secret.Current} is AWSPREVIOUS; its key stays as it is. To end that: revokePrevious.";
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
            throw invocation.Failed($"AWSCURRENT moved to version {secret.Current} meanwhile. {invocation.Again}");
        }

        await EnableCurrentAsync(invocation, secret);
    }

    /// <summary>A rotation that is not complete would move AWSCURRENT again.</summary>
    private async Task<Secret> DescribeIdleAsync(Invocation invocation)
    {
        var secret = await secrets.DescribeAsync(invocation);
        return secret.Pending is not { } pending ? secret : throw invocation.Failed(
            $"version {pending} is AWSPENDING: a rotation that is not complete would move AWSCURRENT again. Nothing was changed. Wait until it is, or give it up: {Commands.ClearPending(invocation.SecretId, pending)}");
    }

    /// <summary>Sees that going back would undo nothing but the key, and that the key is there; enables it if it is not. Returns its id, and the template.</summary>
    private async Task<(string KeyId, Template Template)> CheckAsync(Invocation invocation, Secret secret, SecretDocument current, SecretDocument previous)
    {
        var byHand = $"To go back all the same: {Commands.MoveCurrent(invocation.SecretId, from: secret.Current, to: secret.Previous)}";
        if (previous.ApiKey is not { } value)
        {
            throw invocation.Failed("AWSPREVIOUS holds no key. Nothing was changed. " + invocation.StartingAnew);
        }

        if (value == current.ApiKey)
        {
            throw invocation.Failed("AWSPREVIOUS holds the same key as AWSCURRENT: the document was edited since the last rotation. Nothing was changed. " + invocation.StartingAnew);
        }

        if (!previous.DiffersOnlyInKeyFrom(current))
        {
            throw invocation.Failed("AWSPREVIOUS differs from AWSCURRENT in more than the key, and going back would undo an edit. Nothing was changed. " + byHand);
        }

        var template = await Template.ReadAsync(invocation, secret, apiKeys);
        var key = await FindOwnKeyAsync(invocation, secret, value)
            ?? throw invocation.Failed("no key of this secret has AWSPREVIOUS's value any more. Nothing was changed. " + invocation.StartingAnew);
        if (template.Plans.Except(await apiKeys.ListPlanIdsAsync(invocation, key.Id, template.Plans)).ToList() is [var missing, ..])
        {
            throw invocation.Failed($"AWSPREVIOUS's key {key.Id} is not in usage plan {missing}, but the template is. Nothing was changed. Put it there with: {Commands.AttachKey(missing, key.Id)}");
        }

        if (key.Enabled != true)
        {
            await apiKeys.EnableAsync(invocation, key.Id);
            invocation.Log.KeyEnabled(key.Id);
        }

        return (key.Id, template);
    }

    /// <summary>The other half of what revokePrevious does after it has disabled a key: that may have been this one, a moment ago.</summary>
    private async Task EnableCurrentAsync(Invocation invocation, Secret secret)
    {
        if (await secrets.ReadCurrentAsync(invocation, secret) is { ApiKey: { } value } && await FindOwnKeyAsync(invocation, secret, value) is { Enabled: not true } key)
        {
            await apiKeys.EnableAsync(invocation, key.Id);
            invocation.Log.KeyEnabled(key.Id);
        }
    }

    private async Task<GetApiKeyResponse?> FindOwnKeyAsync(Invocation invocation, Secret secret, ApiKeyValue value) =>
        await testSecret.FindKeyAsync(invocation, secret, value) is { Id: var id } && await apiKeys.FindAsync(invocation, id) is { } key
            && (Tags.AreOfKeyMintedFor(secret.Arn, key.Tags) || key.Tags?.GetValueOrDefault(RotationTags.AdoptedFor) == secret.Name) ? key : null;
}
