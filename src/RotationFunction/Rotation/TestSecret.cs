namespace RotationFunction;

/// <summary>
/// Checks that clients can use the pending key as AWSCURRENT: it is enabled, in every usage plan of the template key, and active, in
/// each Region of the secret. Changes nothing. With RotateImmediately=false, Secrets Manager calls only this step, on a copy of AWSCURRENT.
/// </summary>
internal sealed class TestSecret(Secrets secrets, RotationGuard guard, Regions regions, Probe probe, Settings settings, TimeProvider time)
{
    public const string Step = "testSecret";

    /// <returns>How long the probe took to accept the key in each Region; null without a conclusive probe.</returns>
    public async Task<List<Activation>> RunAsync(Invocation rotation)
    {
        if (await guard.CheckPendingAsync(rotation) is not { } secret)
        {
            return [];
        }

        rotation.Budget.Reserved = settings.ActivationWait;
        var pending = guard.ReadPendingAsync(rotation, copied: secret);
        return await Regions.EachAsync(regions.Of(rotation, secret), async there =>
        {
            var ((_, value), template) = await ConcurrentReads.BothAsync(
                pending, TemplateKey.ReadWithPlansAsync(there.Invocation, there.Secret, there.ApiKeys));
            return new Activation(there.Region.Name, await TestAsync(there, value, template));
        });
    }

    /// <summary>
    /// Checks that clients of a Region can use the key with this value. Waits until it is active. If a probe of the only stage accepts the value,
    /// that proves that the key is enabled and attached, and nothing else is read.
    /// </summary>
    /// <returns>How long the probe took to accept the key; null without a conclusive probe.</returns>
    public async Task<TimeSpan?> TestAsync(RegionalSecret there, ApiKeyValue value, Template template)
    {
        var rotation = there.Invocation;
        var (templateKey, plans) = template;
        plans.CheckStages(rotation);
        var key = templateKey.ProbeUrl is not null && plans.HaveOneStage ? null : await FindAsync(there, value, plans);
        TimeSpan? activation = null;
        if (templateKey.ProbeUrl is { } url)
        {
            var current = await secrets.ReadCurrentAsync(rotation, there.Secret);
            (activation, var inconclusive) = await probe.RunAsync(
                rotation, url, value, current?.ApiKey, isFresh: key is null || SinceAttach(key) < TimeSpan.Zero,
                async () => (key ??= await FindAsync(there, value, plans)).Id);
            if (inconclusive is not null)
            {
                rotation.Log.ProbeInconclusive(url, inconclusive);
            }
        }

        if (activation is null)
        {
            await WaitForActivationAsync(rotation, key ?? await FindAsync(there, value, plans));
        }

        rotation.Log.KeyTested();
        return activation;
    }

    /// <summary>Returns the key with this value. Throws if it is not enabled, or not in every usage plan of the template key.</summary>
    private static async Task<KeyOfValue> FindAsync(RegionalSecret there, ApiKeyValue value, TemplatePlans plans)
    {
        var rotation = there.Invocation;
        var key = await there.KeyRing.ReadAsync(rotation, there.Secret, value, key => key.Enabled) ?? throw Errors.NoKeyToTest(rotation);
        if (!key.Enabled)
        {
            throw Errors.KeyToTestIsDisabled(rotation, key.Id);
        }

        var missing = plans.Ids.Except(await there.ApiKeys.ListPlanIdsAsync(rotation, key.Id, plans.Ids)).ToList();
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
        time.GetUtcNow().UtcDateTime - (LastChange(key).ToUniversalTime() + FunctionContract.LongestInvocation);

    private static DateTime LastChange(KeyOfValue key) =>
        key.Updated > key.Created ? key.Updated.Value : key.Created ?? throw Errors.KeyWithoutDate(key.Id);
}

/// <summary>How long a probe took to accept a key in a Region, which is null for the function's own; null without a conclusive probe.</summary>
internal sealed record Activation(string? Region, TimeSpan? After);
