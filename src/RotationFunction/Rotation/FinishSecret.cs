using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;

namespace RotationFunction;

/// <summary>
/// Moves AWSCURRENT to the new version, then retires keys that no label needs: a key's life is pending, current, previous, disabled, deleted,
/// a rotation each, so that clients which cached a key have a whole period to re-read the secret.
/// </summary>
internal sealed class FinishSecret(Secrets secrets, ApiKeys apiKeys, Retire retire, RevokePrevious revokePrevious, TimeProvider time)
{
    public const string Step = "finishSecret";

    public async Task RunAsync(Invocation rotation)
    {
        var (ring, secret, overlap, pending) = await ReadAfterWrite.UntilAsync(
            time, ReadAfterWrite.PatienceWithKeys, () => FindAsync(rotation), found => found.Pending is null or { Key.Enabled: true });
        if (pending is not null)
        {
            if (await PromoteAsync(rotation, secret, pending) is { } promotion)
            {
                ring = OlderThan(promotion.PendingKey, ring, promotion.Needed);
                await retire.RunAsync(rotation, secret, ring, promotion.Needed, deleteBefore: promotion.PendingKey.CreatedDate);
                await EndOverlapAsync(rotation, ring, overlap);
                return;
            }

            secret = await secrets.DescribeRotationAsync(rotation);
        }

        rotation.Log.AlreadyCurrent();
        var needed = await secrets.ReadKeysInUseAsync(rotation, secret);
        var own = ring.Find(key => key.Name == KeyNames.Minted(secret.Name, rotation.Token) && needed.Contains(new ApiKeyValue(key.Value)));
        ring = OlderThan(own, ring, needed);
        if (await secrets.ReadNextKeyAsync(rotation, secret) is { } next)
        {
            needed.Add(next);
        }

        await retire.RunAsync(rotation, secret, ring, needed);
        await EndOverlapAsync(rotation, ring, overlap);
    }

    /// <summary>
    /// The rotation's own key and those before it. A key that came later is a later rotation's, which may be about to make it current whatever the
    /// labels say: somebody may have taken AWSPENDING off it. Of the same second it may be later too, as API Gateway's dates have no fractions,
    /// unless it is the key in use before.
    /// </summary>
    private static List<ApiKey> OlderThan(ApiKey? own, List<ApiKey> ring, HashSet<ApiKeyValue> inUse) =>
        ring.FindAll(key => key.CreatedDate < own?.CreatedDate
            || (key.CreatedDate == own?.CreatedDate && inUse.Contains(new ApiKeyValue(key.Value))));

    // A repeat comes here too: AWSPREVIOUS's key does not outlive a crash right after the move.
    private async Task EndOverlapAsync(Invocation rotation, List<ApiKey> ring, TimeSpan? overlap)
    {
        if (overlap == TimeSpan.Zero)
        {
            await revokePrevious.DisableAsync(rotation, await secrets.DescribeRotationAsync(rotation), ring);
        }
    }

    /// <summary>The ring, the labels, and what is to become current; null when it is.</summary>
    private async Task<(List<ApiKey> Ring, Secret Secret, TimeSpan? Overlap, PendingVersion? Pending)> FindAsync(Invocation rotation)
    {
        // The ring first, then the labels: a key that is minted after the list is never touched, whatever the labels say by then.
        var ring = await apiKeys.ListRingAsync(rotation);
        var secret = await secrets.DescribeRotationAsync(rotation);
        var overlap = EndOverlap.OverlapOf(rotation, secret);
        if (secret.Current == rotation.Token)
        {
            return (ring, secret, overlap, null);
        }

        var (document, value) = await secrets.ReadPendingAsync(rotation);
        return (ring, secret, overlap, new PendingVersion(document, value, ring.Find(key => key.Value == value.Text)));
    }

    /// <summary>Moves AWSCURRENT. Returns the values that labels hold after the move; null when it was moved to this version already.</summary>
    private async Task<(HashSet<ApiKeyValue> Needed, ApiKey PendingKey)?> PromoteAsync(Invocation rotation, Secret secret, PendingVersion pending)
    {
        var (document, value, key) = pending;
        if (key is not { Enabled: true })
        {
            throw rotation.Failed(key is null
                ? "no key of this secret has the version's value: setSecret must create it first. Rotation will be tried again."
                : $"key {key.Id} is disabled: somebody disabled it after testSecret. Rotation will be tried again, and enables it.");
        }

        if (secret.Current is not { } from || await secrets.ReadCurrentAsync(rotation, secret) is not { } current)
        {
            throw rotation.Failed("the secret has no AWSCURRENT version to move the label from. " + rotation.Clearing);
        }

        if (!document.DiffersOnlyInKeyFrom(current))
        {
            throw rotation.Failed("AWSCURRENT was edited after createSecret copied it, and promoting the copy would undo the edit. " + rotation.Clearing);
        }

        try
        {
            await secrets.MoveCurrentAsync(rotation, from, to: rotation.Token);
        }
        catch (Exception refused) when (refused is InvalidParameterException or InvalidRequestException)
        {
            // AWSCURRENT has left the version just read: a twin moved it, or our own call did and its answer was lost. Anything else is a failure.
            if ((await secrets.DescribeRotationAsync(rotation)).Current != rotation.Token)
            {
                throw;
            }

            return null;
        }

        rotation.Log.CurrentMoved(key.Id, from);
        HashSet<ApiKeyValue> needed = current.ApiKey is { } previous ? [value, previous] : [value];
        return (needed, key);
    }

    private sealed record PendingVersion(SecretDocument Document, ApiKeyValue Value, ApiKey? Key);
}
