using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>
/// The keys of one secret: the keys minted for it, and the key that it adopted. A name only shows that a key may belong to the ring;
/// its tags prove it, and are read right before each change.
/// </summary>
internal sealed class KeyRing(ApiKeys apiKeys, KeyUsage keyUsage, TimeProvider time)
{
    /// <summary>The longest ring of a secret's own keys. In a longer list, others have created keys with such names.</summary>
    private const int LongestRing = 20;

    private const string ReservedTagPrefix = "aws:"; // only AWS may set these

    // The remaining time at which the invocation stops to check keys: enough for the changes that follow, and to report the failure.
    private static readonly TimeSpan Reserve = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Lists the keys with names of minted keys of the secret, with their values. List them before you read the labels: then a key that is minted
    /// after the list is never changed, whatever the labels are by then.
    /// </summary>
    public async Task<List<ApiKey>> ListAsync(Invocation invocation) =>
        (await apiKeys.ListAsync(invocation, KeyNames.Prefix(invocation.SecretName)))
            .FindAll(key => KeyNames.IsMinted(key.Name, invocation.SecretName));

    /// <summary>
    /// Mints a key: creates it with the template key's metadata and the tag that proves its owner, or finds the key that an earlier attempt created.
    /// </summary>
    /// <exception cref="ConflictException">API Gateway reports that the value exists, or a concurrent change, and lists no such key.</exception>
    public Task<CreatedKey> MintAsync(
        Invocation invocation, SecretDescription secret, TemplateKey template, string name, ApiKeyValue value, bool enabled)
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
        return apiKeys.CreateAsync(
            invocation, request, async () => (await ListAsync(invocation)).Find(key => key.Value == value.Text && key.Name == name)?.Id);
    }

    /// <summary>
    /// Returns the key that has a value, minted or adopted. Values are unique, so clients use this key, whatever its tags. For reads only, not for a
    /// change.
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

    /// <summary>
    /// Returns the key that has a value and must exist. Repeats the read for a short time until there is one and <paramref name="isSeen"/> returns
    /// true.
    /// </summary>
    public Task<KeyOfValue?> ReadAsync(Invocation invocation, SecretDescription secret, ApiKeyValue value, Func<KeyOfValue, bool>? isSeen = null) =>
        ReadAfterWrite.UntilAsync(
            time,
            ReadAfterWrite.GracePeriodOfKeys,
            async () => await FindAsync(invocation, secret, await ListAsync(invocation), value),
            key => key is not null && isSeen?.Invoke(key) != false);

    /// <summary>Returns a key with its tags if they prove that it was minted for the secret; otherwise null.</summary>
    public async Task<GetApiKeyResponse?> FindMintedAsync(Invocation invocation, SecretDescription secret, string keyId) =>
        await apiKeys.FindAsync(invocation, keyId) is { } key && IsMintedFor(secret.Arn, key) ? key : null;

    /// <summary>
    /// Returns the key that the secret names as adopted, with its value and tags; null without one. Its tags may not prove the adoption.
    /// </summary>
    public async Task<GetApiKeyResponse?> ReadAdoptedAsync(Invocation invocation, SecretDescription secret) =>
        secret.Tag(RotationTags.Adopted) is { } keyId ? await apiKeys.FindAsync(invocation, keyId, includeValue: true) : null;

    /// <summary>
    /// Returns whether the tags are those of a key minted for this secret, or for a deleted secret of the same name:
    /// their ARNs differ only in the six random characters at the end.
    /// </summary>
    public static bool IsMintedFor(string secretArn, GetApiKeyResponse key) =>
        key.Tags?.GetValueOrDefault(RotationTags.MintedFor) is { } owner
        && owner.Length == secretArn.Length && owner.AsSpan(..^6).SequenceEqual(secretArn.AsSpan(..^6));

    /// <summary>Returns whether the tags prove that the key belongs to the secret, minted or adopted.</summary>
    public static bool IsOwn(SecretDescription secret, GetApiKeyResponse key) => IsMintedFor(secret.Arn, key) || IsAdoptedFor(secret.Name, key);

    /// <summary>Returns whether the tags are those of a key that the secret adopted.</summary>
    public static bool IsAdoptedFor(string secretName, GetApiKeyResponse key) => key.Tags?.GetValueOrDefault(RotationTags.AdoptedFor) == secretName;

    /// <summary>
    /// Disables the keys whose value is not needed, and deletes those that were already disabled and not changed since a given time.
    /// An adopted key is never deleted, and disabled only while it and the secret point at each other.
    /// </summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="secret">The secret that owns the keys.</param>
    /// <param name="ring">The keys, as listed before the labels were read.</param>
    /// <param name="needed">The values that are needed.</param>
    /// <param name="disableBefore">Disables only keys that were last changed before this time.</param>
    /// <param name="deleteBefore">Deletes only keys that were last changed before this time; null to delete none.</param>
    /// <param name="held">Keys that stay enabled because clients use them, and with them every key that is younger; null without a hold.</param>
    /// <param name="disabled">Gets the keys that were disabled, also if the method throws then.</param>
    /// <returns>The keys that were disabled, and those that were left enabled.</returns>
    /// <exception cref="RotationException">
    /// More keys have names of this ring than the invocation has time to check. Those that were checked are retired.
    /// </exception>
    public async Task<Retired> RetireAsync(
        Invocation invocation, SecretDescription secret, List<ApiKey> ring, HashSet<ApiKeyValue> needed,
        DateTime? disableBefore = null, DateTime? deleteBefore = null, HeldKeys? held = null, List<RetiredKey>? disabled = null)
    {
        var retirement = new Retirement(apiKeys, invocation, secret, needed, disableBefore, deleteBefore, held) { Disabled = disabled ?? [] };
        // With a hold, the oldest key first: the keys after one that is held say how long it is held, so they are not deleted.
        if (held is not null)
        {
            await retirement.RetireAdoptedAsync(await ReadAdoptedAsync(invocation, secret));
        }

        var toLookAt = ring.FindAll(key => !needed.Contains(new ApiKeyValue(key.Value)) && (key.Enabled == true || deleteBefore is not null));
        foreach (var listed in InTime(invocation, held is null ? toLookAt : [.. toLookAt.OrderBy(key => key.CreatedDate)]))
        {
            await retirement.RetireAsync(listed);
        }

        if (held is null)
        {
            await retirement.RetireAdoptedAsync(await ReadAdoptedAsync(invocation, secret));
        }

        return new Retired(retirement.Disabled, retirement.LeftEnabled);
    }

    /// <summary>
    /// Returns the keys, as long as there is time to check them. Only a read of its tags distinguishes a key of the secret from one to which others
    /// gave such a name. If there are many, the order is random, so that the next attempt reaches other keys.
    /// </summary>
    /// <exception cref="RotationException">There is no time for the remaining keys.</exception>
    public static IEnumerable<ApiKey> InTime(Invocation invocation, List<ApiKey> keys)
    {
        IEnumerable<ApiKey> ordered = keys.Count <= LongestRing ? keys
            : keys.OrderByDescending(key => key.Enabled == true).ThenBy(_ => Random.Shared.Next());
        foreach (var (index, key) in ordered.Index())
        {
            if (index >= LongestRing && invocation.Budget.Remaining < Reserve)
            {
                throw Errors.TooManyForgedNames(invocation, keys.Count - index);
            }

            yield return key;
        }
    }

    /// <summary>Returns what the secret's tag says about keys that clients still use; null without the tag.</summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="secret">The secret that owns the keys.</param>
    /// <param name="ring">Its keys.</param>
    /// <param name="previous">The value that AWSPREVIOUS has.</param>
    public async Task<HeldKeys?> FindHeldAsync(Invocation invocation, SecretDescription secret, List<ApiKey> ring, ApiKeyValue? previous) =>
        Hold.Of(invocation, secret) is { } hold
            ? new HeldKeys(hold, ring, previous is { } value ? (await FindAsync(invocation, secret, ring, value))?.Created : null, keyUsage, time)
            : null;

    private static Dictionary<string, string> TagsOfMintedKey(TemplateKey template, string secretArn)
    {
        var tags = (template.Key.Tags ?? []).Where(tag =>
            !tag.Key.StartsWith(RotationTags.Prefix, StringComparison.Ordinal) && !tag.Key.StartsWith(ReservedTagPrefix, StringComparison.Ordinal));
        return new Dictionary<string, string>(tags) { [RotationTags.MintedFor] = secretArn };
    }
}

/// <summary>A key, found by its value.</summary>
internal sealed record KeyOfValue(string Id, bool Enabled, DateTime? Created, DateTime? Updated);

/// <summary>The result of retiring keys that are not needed.</summary>
/// <param name="Disabled">The keys that were disabled.</param>
/// <param name="LeftEnabled">The ids of the keys that stay enabled, because they lack the tag that shows their owner.</param>
internal sealed record Retired(List<RetiredKey> Disabled, List<string> LeftEnabled);

/// <summary>A key that was disabled.</summary>
internal sealed record RetiredKey(string Id, ApiKeyValue Value);
