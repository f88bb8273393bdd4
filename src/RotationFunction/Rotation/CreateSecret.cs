namespace RotationFunction;

/// <summary>Draws the new value and stores it in the AWSPENDING version, before any key has it: no key ever exists whose value is not stored.</summary>
internal sealed class CreateSecret(Secrets secrets, ApiKeys apiKeys)
{
    public const string Step = "createSecret";

    public async Task RunAsync(Invocation rotation)
    {
        if (await secrets.DescribePendingAsync(rotation) is not { } secret)
        {
            return;
        }

        var (template, current) = await Together.AwaitAsync(Template.ReadAsync(rotation, secret, apiKeys), ReadCurrentAsync(rotation, secret));
        template.CheckStages(rotation);
        if (current.ApiKey is { } retiring)
        {
            current.FieldsHolding(retiring).ForEach(rotation.Log.KeyCopied);
        }

        // Nobody asks before whether an earlier try has stored a value: Secrets Manager refuses a second one.
        if (await secrets.TryPutPendingAsync(rotation, Secrets.PutKeyInto(rotation, current, ApiKeyValue.Draw())))
        {
            rotation.Log.ValueStored();
            return;
        }

        var (_, value) = await secrets.ReadPendingAsync(rotation, copied: secret);
        if (value == current.ApiKey)
        {
            throw rotation.Failed("the version holds AWSCURRENT's own key, as an aborted test leaves it: there is nothing to rotate to. " + rotation.Clearing);
        }

        rotation.Log.ValueAlreadyStored();
    }

    private async Task<SecretDocument> ReadCurrentAsync(Invocation rotation, Secret secret) =>
        await secrets.ReadCurrentAsync(rotation, secret)
        ?? throw rotation.Failed($"the secret has no AWSCURRENT value to start from. Deploy the stack again, or store a first document with: {Commands.StoreFirstDocument(rotation.SecretId)}");
}
