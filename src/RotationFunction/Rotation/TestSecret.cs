namespace RotationFunction;

/// <summary>
/// Checks that clients can use the pending key as AWSCURRENT: it is enabled, in every usage plan of the template key, and active.
/// Changes nothing. With RotateImmediately=false, Secrets Manager calls only this step, on a copy of AWSCURRENT.
/// </summary>
internal sealed class TestSecret(Secrets secrets, RotationGuard guard, ApiKeys apiKeys, KeyRing ring, Probe probe, Settings settings, TimeProvider time)
{
    public const string Step = "testSecret";

    /// <returns>How long the probe took to accept the key; null without a conclusive probe.</returns>
    public async Task<TimeSpan?> RunAsync(Invocation rotation)
    {
        if (await guard.CheckPendingAsync(rotation) is not { } secret)
        {
            return null;
        }

        rotation.Budget.Reserved = settings.ActivationWait;
        var ((_, value), template) = await ConcurrentReads.BothAsync(guard.ReadPendingAsync(rotation, copied: secret), TemplateKey.ReadAsync(rotation, secret, apiKeys));
        return await TestAsync(rotation, secret, value, template);
    }

    /// <summary>Checks that clients can use the key with this value. Waits until it is active.</summary>
    /// <returns>How long the probe took to accept the key; null without a conclusive probe.</returns>
    public async Task<TimeSpan?> TestAsync(Invocation rotation, SecretDescription secret, ApiKeyValue value, TemplateKey template)
    {
        template.CheckStages(rotation);
        var key = await ring.ReadAsync(rotation, secret, value, key => key.Enabled) ?? throw Errors.NoKeyToTest(rotation);
        if (!key.Enabled)
        {
            throw Errors.KeyToTestIsDisabled(rotation, key.Id);
        }

        var missing = template.Plans.Except(await apiKeys.ListPlanIdsAsync(rotation, key.Id, template.Plans)).ToList();
        if (missing.Count > 0)
        {
            throw Errors.KeyToTestIsNotInPlan(rotation, key.Id, missing);
        }

        var activation = template.ProbeUrl is { } url ? await ProbeAsync(rotation, secret, url, key, value) : null;
        if (activation is null)
        {
            await WaitForActivationAsync(rotation, key);
        }

        rotation.Log.KeyTested(key.Id);
        return activation;
    }

    /// <summary>Returns how long the key took to become active; null if the probe is inconclusive.</summary>
    private async Task<TimeSpan?> ProbeAsync(Invocation rotation, SecretDescription secret, Uri url, KeyOfValue key, ApiKeyValue value)
    {
        var current = await secrets.ReadCurrentAsync(rotation, secret);
        var (activation, inconclusive) = await probe.RunAsync(rotation, url, key.Id, value, current?.ApiKey, isFresh: SinceAttach(key) < TimeSpan.Zero);
        if (inconclusive is not null)
        {
            rotation.Log.ProbeInconclusive(url, inconclusive);
        }

        return activation;
    }

    private async Task WaitForActivationAsync(Invocation rotation, KeyOfValue key)
    {
        var sinceAttach = SinceAttach(key);
        var wait = sinceAttach < TimeSpan.Zero ? settings.ActivationWait : settings.ActivationWait - sinceAttach;
        if (wait <= TimeSpan.Zero)
        {
            return;
        }

        if (wait >= rotation.Budget.Remaining)
        {
            throw Errors.NoTimeForActivation(rotation, key.Id, wait, settings.ActivationWait);
        }

        rotation.Log.WaitingForActivation(key.Id, wait);
        await Task.Delay(wait, time);
    }

    // An attach does not update the key's dates. It came after the last change, in the same invocation.
    private TimeSpan SinceAttach(KeyOfValue key) => time.GetUtcNow().UtcDateTime - (Later(key.Created, key.Updated).ToUniversalTime() + FunctionContract.LongestInvocation);

    private static DateTime Later(DateTime? created, DateTime? updated) => updated > created ? updated.Value : created ?? throw Errors.KeyWithoutDate();
}
