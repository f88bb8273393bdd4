using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>Takes keys out of use that are not needed any more. Only the secret's own: their tags show it right before.</summary>
internal sealed class Retire(ApiKeys apiKeys)
{
    /// <summary>
    /// Disables the keys whose value is not needed; deletes those that were disabled already and untouched since a given time.
    /// An adopted key is only ever disabled, and only while it and the secret point at each other.
    /// </summary>
    /// <param name="invocation">What for.</param>
    /// <param name="secret">Whose keys.</param>
    /// <param name="ring">The keys, as listed before the labels were read.</param>
    /// <param name="needed">The values that stay.</param>
    /// <param name="disableBefore">Only keys that were last changed before this are disabled.</param>
    /// <param name="deleteBefore">Only keys that were last changed before this are deleted; without it none is.</param>
    /// <returns>The keys that it disabled.</returns>
    public async Task<List<RetiredKey>> RunAsync(
        Invocation invocation, Secret secret, List<ApiKey> ring, HashSet<ApiKeyValue> needed, DateTime? disableBefore = null, DateTime? deleteBefore = null)
    {
        var disabled = new List<RetiredKey>();
        foreach (var listed in ring.Where(key => !needed.Contains(new ApiKeyValue(key.Value))))
        {
            if ((listed.Enabled != true && deleteBefore is null) || await apiKeys.FindAsync(invocation, listed.Id) is not { } key)
            {
                continue;
            }

            if (!Tags.AreOfKeyMintedFor(secret.Arn, key.Tags))
            {
                invocation.Log.ForeignKeyLeft(key.Id);
            }
            else if (key.Enabled == true)
            {
                await DisableAsync(key, new ApiKeyValue(listed.Value));
            }
            else if (key.LastUpdatedDate < deleteBefore)
            {
                await apiKeys.DeleteAsync(invocation, key.Id);
                invocation.Log.KeyDeleted(key.Id);
            }
        }

        if (secret.Tag(Tags.Adopted) is { } adoptedId
            && await apiKeys.FindAsync(invocation, adoptedId, includeValue: true) is { Enabled: true } adopted
            && adopted.Tags?.GetValueOrDefault(Tags.AdoptedFor) == secret.Name
            && !needed.Contains(new ApiKeyValue(adopted.Value)))
        {
            await DisableAsync(adopted, new ApiKeyValue(adopted.Value));
        }

        return disabled;

        async Task DisableAsync(GetApiKeyResponse key, ApiKeyValue value)
        {
            if (disableBefore is null || key.LastUpdatedDate < disableBefore)
            {
                await apiKeys.DisableAsync(invocation, key.Id);
                invocation.Log.KeyDisabled(key.Id);
                disabled.Add(new RetiredKey(key.Id, value));
            }
        }
    }
}

/// <summary>A key that was disabled.</summary>
internal readonly record struct RetiredKey(string Id, ApiKeyValue Value);
