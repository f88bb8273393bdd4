namespace RotationFunction;

/// <summary>
/// Checks that the pending key would serve clients as AWSCURRENT: enabled, in every usage plan of the template, and active.
/// Changes nothing. With RotateImmediately=false Secrets Manager calls this step alone, on a copy of AWSCURRENT.
/// </summary>
internal sealed class TestSecret(Secrets secrets, ApiKeys apiKeys, Settings settings, TimeProvider time)
{
    public const string Step = "testSecret";

    public async Task RunAsync(Rotation rotation)
    {
        var secret = await secrets.DescribeAsync(rotation);
        if (secret.Current == rotation.Token)
        {
            rotation.Log.AlreadyCurrent();
            return;
        }

        var (_, value) = await secrets.ReadPendingAsync(rotation);
        var template = await Template.ReadAsync(rotation, secret, apiKeys);
        var key = (await apiKeys.ListRingAsync(secret.Name)).Find(key => key.Value == value.Text)
            ?? throw rotation.Failed("no key of this secret has the version's value: setSecret must create it first. Rotation will be tried again.");
        if (key.Enabled != true)
        {
            throw rotation.Failed($"key {key.Id} is disabled: somebody disabled it after setSecret. Rotation will be tried again, and enables it.");
        }

        var missing = template.Plans.Except(await apiKeys.ListPlansAsync(key.Id)).ToList();
        if (missing.Count > 0)
        {
            throw rotation.Failed($"key {key.Id} is not in usage plan {string.Join(", ", missing)}, but the template is. Rotation will be tried again, and attaches it.");
        }

        await WaitForActivationAsync(rotation, key.Id, lastChange: Later(key.CreatedDate, key.LastUpdatedDate));
        rotation.Log.KeyTested(key.Id);
    }

    private async Task WaitForActivationAsync(Rotation rotation, string keyId, DateTime lastChange)
    {
        var wait = lastChange.ToUniversalTime() + settings.ActivationWait - time.GetUtcNow().UtcDateTime;
        if (wait <= TimeSpan.Zero)
        {
            return;
        }

        if (wait >= rotation.RemainingTime)
        {
            throw rotation.Failed($"key {keyId} needs {wait.TotalSeconds:F0} s more until it is surely served (ACTIVATION_WAIT is {settings.ActivationWait.TotalSeconds:F0} s), "
                + $"but this invocation has only {rotation.RemainingTime.TotalSeconds:F0} s left. Give the function a longer time-out than ACTIVATION_WAIT. Rotation will be tried again.");
        }

        rotation.Log.WaitingForActivation(keyId, wait);
        await Task.Delay(wait, time);
    }

    private static DateTime Later(DateTime? created, DateTime? updated) =>
        updated > created ? updated.Value : created ?? throw new InvalidOperationException("API Gateway sent a key without its createdDate.");
}
