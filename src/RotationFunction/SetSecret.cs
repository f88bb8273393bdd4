namespace RotationFunction;

/// <summary>Gives the stored value to API Gateway: a new key, enabled, with the template's metadata, in each of the template's usage plans.</summary>
internal sealed class SetSecret(Secrets secrets, ApiKeys apiKeys)
{
    public const string Step = "setSecret";

    public async Task RunAsync(Invocation rotation)
    {
        if (await secrets.DescribePendingAsync(rotation) is not { } secret)
        {
            return;
        }

        var ((_, value), template) = await Together.AwaitAsync(secrets.ReadPendingAsync(rotation), Template.ReadAsync(rotation, secret, apiKeys));
        var missing = template.Plans;
        var keyId = await apiKeys.TryCreateAsync(rotation, secret, template, value);
        if (keyId is not null)
        {
            rotation.Log.KeyCreated(keyId);
        }
        else
        {
            (keyId, missing) = await TakeUpAsync(rotation, secret, template, value);
        }

        // One after the other: API Gateway refuses concurrent attaches.
        foreach (var plan in missing)
        {
            await apiKeys.AttachAsync(rotation, keyId, plan);
            rotation.Log.KeyAttached(keyId, plan);
        }
    }

    /// <summary>A key with the value exists: an earlier try made it. Returns its id and the plans that it still lacks.</summary>
    private async Task<(string KeyId, List<string> Missing)> TakeUpAsync(Invocation rotation, Secret secret, Template template, ApiKeyValue value)
    {
        var ring = await apiKeys.ListRingAsync(rotation);
        var listed = ring.Find(key => key.Value == value.Text && key.Name == KeyNames.Minted(secret.Name, rotation.Token));
        if (listed is null || await apiKeys.FindAsync(rotation, listed.Id) is not { } key || !Tags.AreOfKeyMintedFor(secret.Arn, key.Tags))
        {
            var found = listed is null ? "none of that rotation's name is listed" : $"key {listed.Id} lacks the tag {Tags.MintedFor}";
            throw rotation.Failed($"API Gateway says that a key with this version's value exists, but {found}. Rotation will be tried again; if that does not help, somebody else made the key. " + rotation.Clearing);
        }

        rotation.Log.KeyFound(key.Id);
        var attached = await apiKeys.ListPlanIdsAsync(rotation, key.Id);
        var missing = template.Plans.Except(attached).ToList();
        if (missing.Count > 0)
        {
            // Before the attach: testSecret counts the activation wait from the key's last change, and an attach does not show there.
            await apiKeys.TouchAsync(rotation, key.Id, template.Key.Description);
        }

        if (key.Enabled != true)
        {
            await apiKeys.EnableAsync(rotation, key.Id);
            rotation.Log.KeyEnabled(key.Id);
        }

        return (key.Id, missing);
    }
}
