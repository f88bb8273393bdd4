using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>Takes keys out of use that are not needed any more. Only the secret's own: their tags show it right before.</summary>
internal sealed class Retire(ApiKeys apiKeys)
{
    /// <summary>No ring of a secret's own keys is longer: others have made keys of such names.</summary>
    private const int LongestRing = 20;

    // What is left of the invocation when it stops to look at keys: time for the changes that follow, and to say so.
    private static readonly TimeSpan Reserve = TimeSpan.FromMinutes(1);

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
    /// <returns>The keys that it disabled, and those that it left enabled.</returns>
    /// <exception cref="RotationException">More keys have names of this ring than there is time to look at. Those that were looked at are retired.</exception>
    public async Task<Retired> RunAsync(
        Invocation invocation, Secret secret, List<ApiKey> ring, HashSet<ApiKeyValue> needed, DateTime? disableBefore = null, DateTime? deleteBefore = null)
    {
        var disabled = new List<RetiredKey>();
        var left = new List<string>();
        var toLookAt = ring.FindAll(key => !needed.Contains(new ApiKeyValue(key.Value)) && (key.Enabled == true || deleteBefore is not null));
        foreach (var listed in InTime(invocation, secret, toLookAt))
        {
            if (await apiKeys.FindAsync(invocation, listed.Id) is not { } key)
            {
                continue;
            }

            if (!Tags.AreOfKeyMintedFor(secret.Arn, key.Tags))
            {
                Leave(key);
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

        if (secret.Tag(RotationTags.Adopted) is { } adoptedId
            && await apiKeys.FindAsync(invocation, adoptedId, includeValue: true) is { Enabled: true } adopted
            && !needed.Contains(new ApiKeyValue(adopted.Value)))
        {
            if (adopted.Tags?.GetValueOrDefault(RotationTags.AdoptedFor) == secret.Name)
            {
                await DisableAsync(adopted, new ApiKeyValue(adopted.Value));
            }
            else
            {
                Leave(adopted);
            }
        }

        return new Retired(disabled, left);

        void Leave(GetApiKeyResponse key)
        {
            invocation.Log.ForeignKeyLeft(key.Id);
            if (key.Enabled == true)
            {
                left.Add(key.Id);
            }
        }

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

    /// <summary>
    /// Only a look tells a key of the secret from one that others named like it. Where those are many, the order is another each time: what one try does not get to,
    /// the next one may.
    /// </summary>
    private static IEnumerable<ApiKey> InTime(Invocation invocation, Secret secret, List<ApiKey> keys)
    {
        IEnumerable<ApiKey> ordered = keys.Count <= LongestRing ? keys : keys.OrderByDescending(key => key.Enabled == true).ThenBy(_ => Random.Shared.Next());
        foreach (var (index, key) in ordered.Index())
        {
            if (index >= LongestRing && invocation.RemainingTime < Reserve)
            {
                throw invocation.Failed($"{keys.Count - index} keys named like keys of this secret are left to look at, and the invocation has no time for them: "
                    + "a key that must be disabled may be among them. Somebody makes keys of such names. Find and delete those without the tag "
                    + $"{RotationTags.MintedFor}: {Commands.ListRing(secret.Name)}. {invocation.Again}");
            }

            yield return key;
        }
    }
}

/// <summary>What became of keys that are not needed.</summary>
/// <param name="Disabled">Those that were disabled.</param>
/// <param name="LeftEnabled">The ids of those that stay enabled, as they lack the tag that shows whose they are.</param>
internal sealed record Retired(List<RetiredKey> Disabled, List<string> LeftEnabled);

/// <summary>A key that was disabled.</summary>
internal readonly record struct RetiredKey(string Id, ApiKeyValue Value);
