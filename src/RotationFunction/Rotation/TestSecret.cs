namespace RotationFunction;

/// <summary>
/// Checks that the pending key would serve clients as AWSCURRENT: enabled, in every usage plan of the template, and active.
/// Changes nothing. With RotateImmediately=false Secrets Manager calls this step alone, on a copy of AWSCURRENT.
/// </summary>
internal sealed class TestSecret(Secrets secrets, ApiKeys apiKeys, Probe probe, Settings settings, TimeProvider time)
{
    public const string Step = "testSecret";

    public async Task RunAsync(Invocation rotation)
    {
        if (await secrets.DescribePendingAsync(rotation) is not { } secret)
        {
            return;
        }

        rotation.Kept = settings.ActivationWait;
        var ((_, value), template) = await Together.AwaitAsync(
            secrets.ReadPendingAsync(rotation, copied: secret), Template.ReadAsync(rotation, secret, apiKeys));
        await TestAsync(rotation, secret, value, template);
    }

    /// <summary>Checks that clients are served with the key of this value; waits until they are.</summary>
    public async Task TestAsync(Invocation rotation, Secret secret, ApiKeyValue value, Template template)
    {
        template.CheckStages(rotation);
        var key = await FindKeyAsync(rotation, secret, value, key => key.Enabled == true)
            ?? throw rotation.Failed("no key of this secret has the version's value: setSecret must create it first. " + rotation.Again);
        if (key.Enabled != true)
        {
            throw rotation.Failed($"key {key.Id} is disabled: somebody disabled it after setSecret. Rotation will be tried again, and enables it.");
        }

        var missing = template.Plans.Except(await apiKeys.ListPlanIdsAsync(rotation, key.Id, template.Plans)).ToList();
        if (missing.Count > 0)
        {
            throw rotation.Failed($"key {key.Id} is not in usage plan {string.Join(", ", missing)}, but the template is. Rotation will be tried again, and attaches it.");
        }

        if (template.Probe is not { } url || !await ProbeAsync(rotation, secret, url, key, value))
        {
            await WaitForActivationAsync(rotation, key);
        }

        rotation.Log.KeyTested(key.Id);
    }

    /// <summary>
    /// The key with this value: one of the ring, or the adopted one, which RotateImmediately=false may have to test. Asks again for a short time
    /// while there is none, or it is not as it must be.
    /// </summary>
    public Task<TestedKey?> FindKeyAsync(Invocation invocation, Secret secret, ApiKeyValue value, Func<TestedKey, bool>? isSeen = null) =>
        ReadAfterWrite.UntilAsync(
            time, ReadAfterWrite.PatienceWithKeys, () => ReadKeyAsync(invocation, secret, value), key => key is not null && isSeen?.Invoke(key) != false);

    private async Task<TestedKey?> ReadKeyAsync(Invocation invocation, Secret secret, ApiKeyValue value)
    {
        if ((await apiKeys.ListRingAsync(invocation)).Find(key => key.Value == value.Text) is { } minted)
        {
            return new TestedKey(minted.Id, minted.Enabled, minted.CreatedDate, minted.LastUpdatedDate);
        }

        return secret.Tag(RotationTags.Adopted) is { } adoptedId && await apiKeys.FindAsync(invocation, adoptedId, includeValue: true) is { } adopted && adopted.Value == value.Text
            ? new TestedKey(adopted.Id, adopted.Enabled, adopted.CreatedDate, adopted.LastUpdatedDate)
            : null;
    }

    /// <summary>True when the probe has shown that the key is served.</summary>
    private async Task<bool> ProbeAsync(Invocation rotation, Secret secret, Uri url, TestedKey key, ApiKeyValue value)
    {
        var current = await secrets.ReadCurrentAsync(rotation, secret);
        var inconclusive = await probe.RunAsync(rotation, url, key.Id, value, current?.ApiKey, isFresh: SinceAttach(key) < TimeSpan.Zero);
        if (inconclusive is not null)
        {
            rotation.Log.ProbeInconclusive(url, inconclusive);
        }

        return inconclusive is null;
    }

    private async Task WaitForActivationAsync(Invocation rotation, TestedKey key)
    {
        var (keyId, sinceAttach) = (key.Id, SinceAttach(key));
        var wait = sinceAttach < TimeSpan.Zero ? settings.ActivationWait : settings.ActivationWait - sinceAttach;
        if (wait <= TimeSpan.Zero)
        {
            return;
        }

        if (wait >= rotation.RemainingTime)
        {
            throw rotation.Failed($"key {keyId} needs {wait.TotalSeconds:F0} s more until it is surely served (ACTIVATION_WAIT is {settings.ActivationWait.TotalSeconds:F0} s), "
                + $"but this invocation has only {rotation.RemainingTime.TotalSeconds:F0} s left. Give the function a longer time-out than ACTIVATION_WAIT. {rotation.Again}");
        }

        rotation.Log.WaitingForActivation(keyId, wait);
        await Task.Delay(wait, time);
    }

    // An attach does not show in the key's dates; it came after the last change, in the same invocation.
    private TimeSpan SinceAttach(TestedKey key) => time.GetUtcNow().UtcDateTime - (Later(key.Created, key.Updated).ToUniversalTime() + FunctionContract.LongestInvocation);

    private static DateTime Later(DateTime? created, DateTime? updated) =>
        updated > created ? updated.Value : created ?? throw new InvalidOperationException("API Gateway sent a key without its createdDate.");
}

/// <summary>A key that is tested, and what its test needs.</summary>
internal sealed record TestedKey(string Id, bool? Enabled, DateTime? Created, DateTime? Updated);
