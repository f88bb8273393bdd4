using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;

namespace RotationFunction;

/// <summary>
/// Moves AWSCURRENT to the new version, then retires keys that no label needs. A key is pending, current, previous, disabled and deleted, for one
/// rotation each, so that clients that cached a key have a whole period to re-read the secret. A Region that cannot be reached stops the rotation
/// before the move. After the move, the keys of the other Regions are retired, and the next rotation retires those of that Region.
/// </summary>
internal sealed class FinishSecret(Secrets secrets, RotationGuard guard, Regions regions, RevokePrevious revokePrevious, TimeProvider time)
{
    public const string Step = "finishSecret";

    public async Task RunAsync(Invocation rotation)
    {
        var found = await ReadAfterWrite.UntilAsync(
            time, ReadAfterWrite.GracePeriodOfKeys, () => FindAsync(rotation), found => found.Pending is null || found.FindDisabled() is null);
        if (found.Pending is { } pending && await PromoteAsync(rotation, found, pending) is { } promotion)
        {
            await Regions.EachAsync(found.Rings, async listed =>
            {
                var own = listed.Find(pending.ApiKey)!;
                await RetireAsync(listed, own, promotion.Needed, promotion.Previous, deleteBefore: own.CreatedDate);
            });
            return;
        }

        var secret = found.Pending is null ? found.Secret : await guard.CheckAsync(rotation);
        rotation.Log.AlreadyCurrent();
        var needed = await secrets.ReadKeysInUseAsync(rotation, secret);
        var previous = Hold.Of(rotation, secret) is null ? null : (await secrets.ReadPreviousAsync(rotation, secret))?.ApiKey;
        if (await secrets.ReadNextKeyAsync(rotation, secret) is { } next)
        {
            needed.Add(next);
        }

        await Regions.EachAsync(found.Rings, listed => RetireAsync(
            listed,
            listed.Keys.Find(key => key.Name == KeyNames.Minted(secret.Name, rotation.Token) && needed.Contains(new ApiKeyValue(key.Value))),
            needed,
            previous));
    }

    // A repeat also disables AWSPREVIOUS's key, so that it does not stay enabled after a crash right after the move.
    private async Task RetireAsync(
        RegionalRing listed, ApiKey? own, HashSet<ApiKeyValue> needed, ApiKeyValue? previous, DateTime? deleteBefore = null)
    {
        var ((rotation, secret, region), ring, _) = listed;
        var held = await region.KeyRing.FindHeldAsync(rotation, secret, ring, previous);
        ring = OlderThan(own, ring, needed);
        await region.KeyRing.RetireAsync(rotation, secret, ring, needed, deleteBefore: deleteBefore, held: held);
        if (Overlap.Of(rotation, secret)?.Length == TimeSpan.Zero)
        {
            secret = await ReadAfterWrite.UntilAsync(
                time, ReadAfterWrite.GracePeriodOfSecrets, () => guard.CheckAsync(rotation), moved => moved.Current == rotation.Token);
            await revokePrevious.DisableAsync(new RegionalRing(listed.Secret.With(secret), ring));
        }
    }

    /// <summary>
    /// Returns the rotation's own key and older keys. A newer key belongs to a later rotation, which may be about to make it current whatever the
    /// labels are: someone may have removed AWSPENDING from it. A key of the same second may be newer too, because API Gateway's dates have no
    /// fractions, unless a label has its value.
    /// </summary>
    private static List<ApiKey> OlderThan(ApiKey? own, List<ApiKey> ring, HashSet<ApiKeyValue> inUse) =>
        ring.FindAll(key => key.CreatedDate < own?.CreatedDate
            || (key.CreatedDate == own?.CreatedDate && inUse.Contains(new ApiKeyValue(key.Value))));

    /// <summary>Returns the rings, the labels and the version to promote; null for the version if it is already AWSCURRENT.</summary>
    private async Task<Found> FindAsync(Invocation rotation)
    {
        // The rings before the labels: a key that is minted after the list is never changed, whatever the labels are by then.
        var (secret, rings) = await regions.ListAsync(rotation, () => guard.CheckAsync(rotation));
        Overlap.Of(rotation, secret);
        Hold.Of(rotation, secret);
        Quotas.AreCarried(rotation, secret);
        if (secret.Current == rotation.Token)
        {
            return new Found(secret, rings, Pending: null);
        }

        Regions.CheckListed(rings);
        return new Found(secret, rings, await guard.ReadPendingAsync(rotation));
    }

    /// <summary>
    /// Moves AWSCURRENT. Returns the values that labels have after the move, and AWSPREVIOUS's; null if it was already moved to this version.
    /// </summary>
    private async Task<Promotion?> PromoteAsync(Invocation rotation, Found found, PendingVersion pending)
    {
        var secret = found.Secret;
        if (found.FindDisabled() is { Secret.Invocation: var there } ring)
        {
            throw ring.Find(pending.ApiKey) is { } disabled ? Errors.KeyToPromoteIsDisabled(there, disabled.Id) : Errors.NoKeyToPromote(there);
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
        if (Quotas.AreCarried(rotation, secret) && current.ApiKey is { } used)
        {
            await Regions.EachAsync(found.Rings, listed => CarryAsync(listed, used, pending.ApiKey));
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

        rotation.Log.CurrentMoved(found.Rings[0].Find(pending.ApiKey)!.Id, from);
        return new Promotion(current.ApiKey is { } previous ? [pending.ApiKey, previous] : [pending.ApiKey], current.ApiKey);
    }

    private static async Task CarryAsync(RegionalRing listed, ApiKeyValue used, ApiKeyValue pending)
    {
        var ((rotation, secret, region), ring, _) = listed;
        if (await region.KeyRing.FindAsync(rotation, secret, ring, used) is { } usedKey)
        {
            await region.Quotas.CarryAsync(rotation, usedKey.Id, listed.Find(pending)!.Id);
        }
    }

    private sealed record Found(SecretDescription Secret, List<RegionalRing> Rings, PendingVersion? Pending)
    {
        /// <summary>Returns a Region in which the version's key is not enabled; null without one.</summary>
        public RegionalRing? FindDisabled() => Rings.Find(listed => listed.Find(Pending!.ApiKey) is not { Enabled: true });
    }

    private sealed record Promotion(HashSet<ApiKeyValue> Needed, ApiKeyValue? Previous);
}
