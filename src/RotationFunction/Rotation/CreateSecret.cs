namespace RotationFunction;

/// <summary>
/// Generates the new value and stores it in the AWSPENDING version before any key has it, so that no key exists whose value is not stored.
/// Calls Secrets Manager only.
/// </summary>
internal sealed class CreateSecret(Secrets secrets, RotationGuard guard, Regions regions, TimeProvider time)
{
    public const string Step = "createSecret";

    // The start of the rotation was itself a change of the secret. AWS publishes no time in which it reaches the replicas.
    private static readonly TimeSpan GracePeriodOfReplicas = TimeSpan.FromMinutes(1);

    public async Task RunAsync(Invocation rotation)
    {
        if (await ReadAfterWrite.UntilAsync(time, GracePeriodOfReplicas, () => guard.CheckPendingAsync(rotation), IsInSync) is not { } secret)
        {
            return;
        }

        foreach (var there in regions.Of(rotation, secret))
        {
            TemplateKey.CheckTags(there.Invocation, there.Secret);
            CheckInSync(there);
        }

        var current = await secrets.ReadCurrentAsync(rotation, secret) ?? throw Errors.NoCurrentValue(rotation);
        if (current.ApiKey is { } retiring)
        {
            current.FieldsHolding(retiring).ForEach(rotation.Log.KeyCopied);
        }

        // No read first: Secrets Manager rejects a second value.
        if (await secrets.TryPutPendingAsync(rotation, Secrets.PutKeyInto(rotation, current, ApiKeyValue.Draw())))
        {
            rotation.Log.ValueStored();
            return;
        }

        var (_, value) = await guard.ReadPendingAsync(rotation, copied: secret);
        if (value == current.ApiKey)
        {
            throw Errors.PendingKeyIsCurrent(rotation);
        }

        rotation.Log.ValueAlreadyStored();
    }

    private static bool IsInSync(SecretDescription? secret) => secret?.Regions.All(region => secret.WhyBehind(region) is null) != false;

    /// <summary>
    /// Clients in another Region read the replica there. Until it has the key that is AWSCURRENT now, this rotation must not begin: it retires the
    /// key before that.
    /// </summary>
    private static void CheckInSync(RegionalSecret there)
    {
        if (there.Region.Name is { } name && there.Secret.WhyBehind(name) is { } why)
        {
            throw Errors.ReplicaIsBehind(there.Invocation, why);
        }
    }
}
