using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;

namespace RotationFunction;

/// <summary>
/// Moves AWSCURRENT to the new version, then retires keys that no label needs. A key is pending, current, previous, disabled and deleted,
/// for one rotation each, so that clients that cached a key have a whole period to re-read the secret.
/// </summary>
internal sealed class FinishSecret(
    Secrets secrets, RotationGuard guard, KeyRing keyRing, Quotas quotas, RevokePrevious revokePrevious, TimeProvider time)
{
    public const string Step = "finishSecret";

    public async Task RunAsync(Invocation rotation)
    {
        var (ring, secret, overlap, pending, key) = await ReadAfterWrite.UntilAsync(
            time, ReadAfterWrite.GracePeriodOfKeys, () => FindAsync(rotation), found => found.Pending is null || found.Key?.Enabled == true);
        if (pending is not null)
        {
            if (await PromoteAsync(rotation, secret, ring, pending, key) is { } promotion)
            {
                var kept = await keyRing.FindHeldAsync(rotation, secret, ring, promotion.Previous);
                ring = OlderThan(promotion.PendingKey, ring, promotion.Needed);
                await keyRing.RetireAsync(rotation, secret, ring, promotion.Needed, deleteBefore: promotion.PendingKey.CreatedDate, held: kept);
                await EndOverlapAsync(rotation, ring, overlap);
                return;
            }

            secret = await guard.CheckAsync(rotation);
        }

        rotation.Log.AlreadyCurrent();
        var needed = await secrets.ReadKeysInUseAsync(rotation, secret);
        var own = ring.Find(key => key.Name == KeyNames.Minted(secret.Name, rotation.Token) && needed.Contains(new ApiKeyValue(key.Value)));
        var previous = Hold.Of(rotation, secret) is null ? null : (await secrets.ReadPreviousAsync(rotation, secret))?.ApiKey;
        var held = await keyRing.FindHeldAsync(rotation, secret, ring, previous);
        ring = OlderThan(own, ring, needed);
        if (await secrets.ReadNextKeyAsync(rotation, secret) is { } next)
        {
            needed.Add(next);
        }

        await keyRing.RetireAsync(rotation, secret, ring, needed, held: held);
        await EndOverlapAsync(rotation, ring, overlap);
    }

    /// <summary>
    /// Returns the rotation's own key and older keys. A newer key belongs to a later rotation, which may be about to make it current whatever the
    /// labels are: someone may have removed AWSPENDING from it. A key of the same second may be newer too, because API Gateway's dates have no
    /// fractions, unless a label has its value.
    /// </summary>
    private static List<ApiKey> OlderThan(ApiKey? own, List<ApiKey> ring, HashSet<ApiKeyValue> inUse) =>
        ring.FindAll(key => key.CreatedDate < own?.CreatedDate
            || (key.CreatedDate == own?.CreatedDate && inUse.Contains(new ApiKeyValue(key.Value))));

    // A repeat also disables AWSPREVIOUS's key, so that it does not stay enabled after a crash right after the move.
    private async Task EndOverlapAsync(Invocation rotation, List<ApiKey> ring, Overlap? overlap)
    {
        if (overlap?.Length == TimeSpan.Zero)
        {
            await revokePrevious.DisableAsync(rotation, await guard.CheckAsync(rotation), ring);
        }
    }

    /// <summary>Returns the ring, the labels and the version to promote; null for the version if it is already AWSCURRENT.</summary>
    private async Task<Found> FindAsync(Invocation rotation)
    {
        // The ring before the labels: a key that is minted after the list is never changed, whatever the labels are by then.
        var ring = await keyRing.ListAsync(rotation);
        var secret = await guard.CheckAsync(rotation);
        var overlap = Overlap.Of(rotation, secret);
        Hold.Of(rotation, secret);
        Quotas.AreCarried(rotation, secret);
        if (secret.Current == rotation.Token)
        {
            return new Found(ring, secret, overlap, Pending: null, Key: null);
        }

        var pending = await guard.ReadPendingAsync(rotation);
        return new Found(ring, secret, overlap, pending, ring.Find(key => key.Value == pending.ApiKey.Text));
    }

    /// <summary>
    /// Moves AWSCURRENT. Returns the values that labels have after the move, and AWSPREVIOUS's; null if it was already moved to this version.
    /// </summary>
    private async Task<Promotion?> PromoteAsync(
        Invocation rotation, SecretDescription secret, List<ApiKey> ring, PendingVersion pending, ApiKey? key)
    {
        if (key is not { Enabled: true })
        {
            throw key is null ? Errors.NoKeyToPromote(rotation) : Errors.KeyToPromoteIsDisabled(rotation, key.Id);
        }

        if (secret.Current is not { } from || await secrets.ReadCurrentAsync(rotation, secret) is not { } current)
        {
            throw Errors.NoCurrentVersion(rotation);
        }

        if (!pending.Document.DiffersOnlyInKeyFrom(current))
        {
            throw Errors.CurrentWasEdited(rotation);
        }

        // Just before the move, in every run: the test of the key has used its quota, and clients have used the current key's since.
        if (Quotas.AreCarried(rotation, secret) && current.ApiKey is { } used && await keyRing.FindAsync(rotation, secret, ring, used) is { } usedKey)
        {
            await quotas.CarryAsync(rotation, usedKey.Id, key.Id);
        }

        try
        {
            await secrets.MoveCurrentAsync(rotation, from, to: rotation.Token);
        }
        catch (Exception refused) when (refused is InvalidParameterException or InvalidRequestException)
        {
            // AWSCURRENT has left the version just read: a concurrent invocation moved it, or an earlier call of which the response was lost.
            if ((await guard.CheckAsync(rotation)).Current != rotation.Token)
            {
                throw;
            }

            return null;
        }

        rotation.Log.CurrentMoved(key.Id, from);
        return new Promotion(current.ApiKey is { } previous ? [pending.ApiKey, previous] : [pending.ApiKey], current.ApiKey, key);
    }

    private sealed record Found(List<ApiKey> Ring, SecretDescription Secret, Overlap? Overlap, PendingVersion? Pending, ApiKey? Key);

    private sealed record Promotion(HashSet<ApiKeyValue> Needed, ApiKeyValue? Previous, ApiKey PendingKey);
}
