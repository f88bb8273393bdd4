using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>
/// The keys of one secret: those minted for it, and the one that it adopted. A name only says that a key may be one of them; its tags, read right before
/// each change, prove it.
/// </summary>
internal sealed class KeyRing(ApiKeys apiKeys, TimeProvider time)
{
    /// <summary>No ring of a secret's own keys is longer: others have made keys of such names.</summary>
    private const int LongestRing = 20;

    private const string ReservedTagPrefix = "aws:"; // only AWS may set these

    // What is left of the invocation when it stops to look at keys: time for the changes that follow, and to report the failure.
    private static readonly TimeSpan Reserve = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The keys that are named like minted keys of the secret, with their values. List them before you read the labels: a key that is minted after the list is never
    /// touched, whatever the labels say by then.
    /// </summary>
    public async Task<List<ApiKey>> ListAsync(Invocation invocation) =>
        (await apiKeys.ListAsync(invocation, KeyNames.Prefix(invocation.SecretName))).FindAll(key => KeyNames.IsMinted(key.Name, invocation.SecretName));

    /// <summary>Mints a key: one with the template's metadata and the tag that proves its owner. Where an earlier try made it, finds that one.</summary>
    /// <returns>Its id, and whether it is new.</returns>
    /// <exception cref="ConflictException">API Gateway says that the value exists, or that it makes another change, and no such key is listed.</exception>
    public Task<(string Id, bool IsNew)> MintAsync(Invocation invocation, SecretDescription secret, TemplateKey template, string name, ApiKeyValue value, bool enabled)
    {
        invocation.Confidential.Add(value.Text);
        var request = new CreateApiKeyRequest
        {
            Name = name,
            Value = value.Text,
            Enabled = enabled, // API Gateway's default is false
            Description = template.Key.Description,
            CustomerId = template.Key.CustomerId,
            Tags = TagsOfMintedKey(template, secret.Arn),
        };
        return apiKeys.CreateAsync(invocation, request, async () => (await ListAsync(invocation)).Find(key => key.Value == value.Text && key.Name == name)?.Id);
    }

    /// <summary>
    /// The key that has a value, minted or adopted. Values are unique, so it is the one that clients use, whatever its tags: for a look, not for a change.
    /// </summary>
    public async Task<KeyOfValue?> FindAsync(Invocation invocation, SecretDescription secret, List<ApiKey> ring, ApiKeyValue value)
    {
        if (ring.Find(key => key.Value == value.Text) is { } minted)
        {
            return new KeyOfValue(minted.Id, minted.Enabled == true, minted.CreatedDate, minted.LastUpdatedDate);
        }

        return await ReadAdoptedAsync(invocation, secret) is { } adopted && adopted.Value == value.Text
            ? new KeyOfValue(adopted.Id, adopted.Enabled == true, adopted.CreatedDate, adopted.LastUpdatedDate)
            : null;
    }

    /// <summary>The same for a key that must exist: asks again for a short time while there is none, or it is not as it must be.</summary>
    public Task<KeyOfValue?> ReadAsync(Invocation invocation, SecretDescription secret, ApiKeyValue value, Func<KeyOfValue, bool>? isSeen = null) => ReadAfterWrite.UntilAsync(
        time,
        ReadAfterWrite.GracePeriodOfKeys,
        async () => await FindAsync(invocation, secret, await ListAsync(invocation), value),
        key => key is not null && isSeen?.Invoke(key) != false);

    /// <summary>A key with its tags, if these prove that it was minted for the secret.</summary>
    public async Task<GetApiKeyResponse?> FindMintedAsync(Invocation invocation, SecretDescription secret, string keyId) =>
        await apiKeys.FindAsync(invocation, keyId) is { } key && IsMintedFor(secret.Arn, key) ? key : null;

    /// <summary>The key that the secret names as adopted, with its value and tags; null without one. Its tags may not prove it.</summary>
    public async Task<GetApiKeyResponse?> ReadAdoptedAsync(Invocation invocation, SecretDescription secret) =>
        secret.Tag(RotationTags.Adopted) is { } keyId ? await apiKeys.FindAsync(invocation, keyId, includeValue: true) : null;

    /// <summary>
    /// True when the tags are those of a key minted for this secret, or for a deleted one of the same name:
    /// their ARNs differ only in the six random characters at the end.
    /// </summary>
    public static bool IsMintedFor(string secretArn, GetApiKeyResponse key) =>
        key.Tags?.GetValueOrDefault(RotationTags.MintedFor) is { } owner && owner.Length == secretArn.Length && owner.AsSpan(..^6).SequenceEqual(secretArn.AsSpan(..^6));

    /// <summary>True when the tags prove that the key is the secret's own, minted or adopted.</summary>
    public static bool IsOwn(SecretDescription secret, GetApiKeyResponse key) => IsMintedFor(secret.Arn, key) || IsAdoptedFor(secret.Name, key);

    /// <summary>True when the tags are those of a key that the secret adopted.</summary>
    public static bool IsAdoptedFor(string secretName, GetApiKeyResponse key) => key.Tags?.GetValueOrDefault(RotationTags.AdoptedFor) == secretName;

    /// <summary>
    /// Disables the keys whose value is not needed; deletes those that were disabled already and untouched since a given time.
    /// An adopted key is only ever disabled, and only while it and the secret point at each other.
    /// </summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="secret">The secret that owns the keys.</param>
    /// <param name="ring">The keys, as listed before the labels were read.</param>
    /// <param name="needed">The values that stay.</param>
    /// <param name="disableBefore">Only keys that were last changed before this are disabled.</param>
    /// <param name="deleteBefore">Only keys that were last changed before this are deleted; without it none is.</param>
    /// <returns>The keys that it disabled, and those that it left enabled.</returns>
    /// <exception cref="RotationException">More keys have names of this ring than there is time to look at. Those that were looked at are retired.</exception>
    public async Task<Retired> RetireAsync(
        Invocation invocation, SecretDescription secret, List<ApiKey> ring, HashSet<ApiKeyValue> needed, DateTime? disableBefore = null, DateTime? deleteBefore = null)
    {
        var disabled = new List<RetiredKey>();
        var left = new List<string>();
        var toLookAt = ring.FindAll(key => !needed.Contains(new ApiKeyValue(key.Value)) && (key.Enabled == true || deleteBefore is not null));
        foreach (var listed in InTime(invocation, toLookAt))
        {
            if (await apiKeys.FindAsync(invocation, listed.Id) is not { } key)
            {
                continue;
            }

            if (!IsMintedFor(secret.Arn, key))
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

        if (await ReadAdoptedAsync(invocation, secret) is { Enabled: true } adopted && !needed.Contains(new ApiKeyValue(adopted.Value)))
        {
            if (IsAdoptedFor(secret.Name, adopted))
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
    /// The keys, as long as there is time to look at them. Only a look tells a key of the secret from one that others named like it. Where those are many, the order is
    /// another each time: what one try does not get to, the next one may.
    /// </summary>
    /// <exception cref="RotationException">There is no time for the rest.</exception>
    public static IEnumerable<ApiKey> InTime(Invocation invocation, List<ApiKey> keys)
    {
        IEnumerable<ApiKey> ordered = keys.Count <= LongestRing ? keys : keys.OrderByDescending(key => key.Enabled == true).ThenBy(_ => Random.Shared.Next());
        foreach (var (index, key) in ordered.Index())
        {
            if (index >= LongestRing && invocation.Budget.Remaining < Reserve)
            {
                throw Errors.TooManyForgedNames(invocation, keys.Count - index);
            }

            yield return key;
        }
    }

    private static Dictionary<string, string> TagsOfMintedKey(TemplateKey template, string secretArn)
    {
        var tags = (template.Key.Tags ?? []).Where(tag =>
            !tag.Key.StartsWith(RotationTags.Prefix, StringComparison.Ordinal) && !tag.Key.StartsWith(ReservedTagPrefix, StringComparison.Ordinal));
        return new Dictionary<string, string>(tags) { [RotationTags.MintedFor] = secretArn };
    }
}

/// <summary>The key that has a value.</summary>
internal sealed record KeyOfValue(string Id, bool Enabled, DateTime? Created, DateTime? Updated);

/// <summary>What became of keys that are not needed.</summary>
/// <param name="Disabled">Those that were disabled.</param>
/// <param name="LeftEnabled">The ids of those that stay enabled, as they lack the tag that shows whose they are.</param>
internal sealed record Retired(List<RetiredKey> Disabled, List<string> LeftEnabled);

/// <summary>A key that was disabled.</summary>
internal readonly record struct RetiredKey(string Id, ApiKeyValue Value);
