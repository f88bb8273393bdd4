using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>
/// Decides which keys that no label needs stay enabled because clients use them: those created before AWSPREVIOUS's key, until the hold's time after
/// the second key that was created after them. That key is not newer than the rotation that would have disabled them, so nothing has to remember the
/// time. A key that was rolled back from is newer than AWSPREVIOUS's, and never held.
/// </summary>
internal sealed record HeldKeys(Hold Hold, List<ApiKey> Ring, DateTime? PreviousCreated, KeyUsage KeyUsage, TimeProvider Time)
{
    /// <summary>
    /// Gets when AWSCURRENT's key was created, if only keys that a rotation has left are decided about, and others are left to the next rotation;
    /// null to decide about all keys.
    /// </summary>
    public DateTime? CurrentCreated { get; init; }

    /// <summary>Gets whether a key is held until its time has ended, used or not.</summary>
    public bool OnlyEnds { get; init; }

    private DateTime Now => Time.GetUtcNow().UtcDateTime;

    /// <summary>Returns until when a key without a label is held at the latest; null if it is not held at all.</summary>
    public DateTime? EndOf(DateTime? created)
    {
        var own = created?.ToUniversalTime();
        return own < PreviousCreated?.ToUniversalTime()
            ? Ring.Select(key => key.CreatedDate?.ToUniversalTime()).Where(other => other > own).Order().ElementAtOrDefault(1) + Hold.Length
            : null;
    }

    /// <summary>Returns whether the time of a key has not ended.</summary>
    public bool MayHold(DateTime? created) => Now < EndOf(created);

    /// <summary>
    /// Returns whether a rotation has left a key: it is held, or it was created between AWSPREVIOUS's and AWSCURRENT's. The rotation to AWSCURRENT
    /// would have disabled the latter, rolled back from or abandoned, but for a crash. The next one would hold it.
    /// </summary>
    public bool IsLeft(DateTime? created) => EndOf(created) is not null
        || (PreviousCreated?.ToUniversalTime() < created?.ToUniversalTime() && created?.ToUniversalTime() < CurrentCreated?.ToUniversalTime());

    /// <summary>Returns whether a key without a label stays enabled. Logs why.</summary>
    public async Task<bool> HoldsAsync(Invocation invocation, GetApiKeyResponse key)
    {
        if (EndOf(key.CreatedDate) is not { } end)
        {
            return CurrentCreated is not null && !IsLeft(key.CreatedDate);
        }

        if (OnlyEnds && Now < end)
        {
            return true;
        }

        var use = await KeyUsage.ReadRecentAsync(invocation, key.Id);
        if (Now >= end)
        {
            invocation.Log.HoldEnded(key.Id, end, use);
            return false;
        }

        if (use.IsUnused)
        {
            return false;
        }

        invocation.Log.KeyHeld(key.Id, end, use);
        return true;
    }
}
