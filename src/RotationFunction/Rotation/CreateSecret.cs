namespace RotationFunction;

/// <summary>
/// Generates the new value and stores it in the AWSPENDING version before any key has it, so that no key exists whose value is not stored.
/// Calls Secrets Manager only.
/// </summary>
internal sealed class CreateSecret(Secrets secrets, RotationGuard guard)
{
    public const string Step = "createSecret";

    public async Task RunAsync(Invocation rotation)
    {
        if (await guard.CheckPendingAsync(rotation) is not { } secret)
        {
            return;
        }

        TemplateKey.CheckTags(rotation, secret);
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
}
