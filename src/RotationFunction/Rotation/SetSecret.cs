using Amazon.APIGateway.Model;

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
        var (keyId, isNew) = await CreateAsync(rotation, secret, template, value);
        var missing = template.Plans;
        if (isNew)
        {
            rotation.Log.KeyCreated(keyId);
        }
        else
        {
            missing = await TakeUpAsync(rotation, secret, template, keyId);
        }

        // One after the other: API Gateway refuses concurrent attaches.
        foreach (var plan in missing)
        {
            await apiKeys.AttachAsync(rotation, keyId, plan);
            rotation.Log.KeyAttached(keyId, plan);
        }
    }

    private async Task<(string Id, bool IsNew)> CreateAsync(Invocation rotation, Secret secret, Template template, ApiKeyValue value)
    {
        try
        {
            return await apiKeys.CreateAsync(rotation, secret, template, KeyNames.Minted(secret.Name, rotation.Token), value, enabled: true);
        }
        catch (ConflictException)
        {
            throw rotation.Failed("API Gateway says that a key with this version's value exists, but none of that rotation's name is listed. Rotation will be tried again; if that does not help, somebody else made the key. " + rotation.Clearing);
        }
    }

    /// <summary>A key with the name and the value exists: an earlier try made it. Returns the plans that it still lacks.</summary>
    private async Task<List<string>> TakeUpAsync(Invocation rotation, Secret secret, Template template, string keyId)
    {
        if (await apiKeys.ReadAsync(rotation, keyId, key => Tags.AreOfKeyMintedFor(secret.Arn, key.Tags)) is not { } key || !Tags.AreOfKeyMintedFor(secret.Arn, key.Tags))
        {
            throw rotation.Failed($"API Gateway says that a key with this version's value exists, but key {keyId} lacks the tag {RotationTags.MintedFor}. Rotation will be tried again; if that does not help, somebody else made the key. " + rotation.Clearing);
        }

        rotation.Log.KeyFound(key.Id);
        var attached = await apiKeys.ListPlanIdsAsync(rotation, key.Id);
        var missing = template.Plans.Except(attached).ToList();
        if (missing.Count > 0)
        {
            // Before the attach: testSecret counts the activation wait from the key's last change, and an attach does not show there.
            await apiKeys.TouchAsync(rotation, key, template.Key.Description);
        }

        if (key.Enabled != true)
        {
            await apiKeys.EnableAsync(rotation, key.Id);
            rotation.Log.KeyEnabled(key.Id);
        }

        return missing;
    }
}
