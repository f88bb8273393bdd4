namespace RotationFunction;

/// <summary>
/// Checks that clients can use the pending key as AWSCURRENT: it is enabled, in every usage plan of the template key, and active.
/// Changes nothing. With RotateImmediately=false, Secrets Manager calls only this step, on a copy of AWSCURRENT.
/// </summary>
internal sealed class TestSecret(
    Secrets secrets, RotationGuard guard, ApiKeys apiKeys, KeyRing ring, Probe probe, Settings settings, TimeProvider time)
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
        var ((_, value), template) = await ConcurrentReads.BothAsync(
            guard.ReadPendingAsync(rotation, copied: secret), TemplateKey.ReadWithPlansAsync(rotation, secret, apiKeys));
        return await TestAsync(rotation, secret, value, template);
    }

    /// <summary>
    /// Checks that clients can use the key with this value. Waits until it is active. If a probe of the only stage accepts the value,
    /// that proves that the key is enabled and attached, and nothing else is read.
    /// </summary>
    /// <returns>How long the probe took to accept the key; null without a conclusive probe.</returns>
    public async Task<TimeSpan?> TestAsync(Invocation rotation, SecretDescription secret, ApiKeyValue value, Template template)
    {
        var (templateKey, plans) = template;
        plans.CheckStages(rotation);
        var key = templateKey.ProbeUrl is not null && plans.HaveOneStage ? null : await FindAsync(rotation, secret, value, plans);
        TimeSpan? activation = null;
        if (templateKey.ProbeUrl is { } url)
        {
            var current = await secrets.ReadCurrentAsync(rotation, secret);
            (activation, var inconclusive) = await probe.RunAsync(
                rotation, url, value, current?.ApiKey, isFresh: key is null || SinceAttach(key) < TimeSpan.Zero,
                async () => (key ??= await FindAsync(rotation, secret, value, plans)).Id);
            if (inconclusive is not null)
            {
                rotation.Log.ProbeInconclusive(url, inconclusive);
            }
        }

        if (activation is null)
        {
            await WaitForActivationAsync(rotation, key ?? await FindAsync(rotation, secret, value, plans));
        }

        rotation.Log.KeyTested();
        return activation;
    }

    /// <summary>Returns the key with this value. Throws if it is not enabled, or not in every usage plan of the template key.</summary>
    private async Task<KeyOfValue> FindAsync(Invocation rotation, SecretDescription secret, ApiKeyValue value, TemplatePlans plans)
    {
        var key = await ring.ReadAsync(rotation, secret, value, key => key.Enabled) ?? throw Errors.NoKeyToTest(rotation);
        if (!key.Enabled)
        {
            throw Errors.KeyToTestIsDisabled(rotation, key.Id);
        }

        var missing = plans.Ids.Except(await apiKeys.ListPlanIdsAsync(rotation, key.Id, plans.Ids)).ToList();
        return missing.Count == 0 ? key : throw Errors.KeyToTestIsNotInPlan(rotation, key.Id, missing);
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
    private TimeSpan SinceAttach(KeyOfValue key) =>
        time.GetUtcNow().UtcDateTime - (Later(key.Created, key.Updated).ToUniversalTime() + FunctionContract.LongestInvocation);

    private static DateTime Later(DateTime? created, DateTime? updated) =>
        updated > created ? updated.Value : created ?? throw Errors.KeyWithoutDate();
}
