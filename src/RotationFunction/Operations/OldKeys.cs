using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>
/// Finds clients that have not re-read the secret: they use an enabled key other than AWSCURRENT's and AWSPENDING's, on a day after the labels moved.
/// </summary>
internal sealed class OldKeys(KeyUsage keyUsage, TimeProvider time)
{
    private static readonly TimeSpan TimeToReRead = TimeSpan.FromDays(1);

    /// <summary>Returns a finding for each such key, and the number of their requests yesterday and today; null if it is not known.</summary>
    public async Task<(List<Finding> Findings, long? Requests)> FindAsync(
        Invocation invocation, SecretDescription secret, IEnumerable<InspectedKey> keys)
    {
        var findings = new List<Finding>();
        var old = keys.Where(key => key.Status is { Enabled: true, Kind: not KeyKind.Foreign }
            && !key.Status.Labels.Intersect(["AWSCURRENT", "AWSPENDING"], StringComparer.Ordinal).Any()).ToList();
        if (old.Count > 0 && Now - secret.LabelsMovedBy < TimeToReRead)
        {
            return (findings, null);
        }

        long? requests = 0;
        foreach (var key in old)
        {
            var (today, yesterday) = (keyUsage.Today, keyUsage.Today.AddDays(-1));
            var use = RecentUse.Of(key.Usage ?? await keyUsage.ReadAsync(invocation, key.Status.KeyId, key.Plans, yesterday), today);
            // The day on which the labels moved has requests from before that.
            var isYesterdayAfter = DateOnly.FromDateTime(secret.LabelsMovedBy) < yesterday;
            var since = isYesterdayAfter && use.Yesterday is { } number ? number + (use.Today ?? 0) : use.Today;
            requests = since is { } counted ? requests + counted : null;
            if (since > 0)
            {
                findings.Add(Describe(invocation, secret, key.Status, use, isYesterdayAfter));
            }
        }

        return (findings, requests);
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private Finding Describe(Invocation invocation, SecretDescription secret, KeyStatus key, RecentUse use, bool isYesterdayAfter)
    {
        var (cutOff, when) = CutOff(invocation, secret, key);
        var period = Inspection.PeriodOf(secret) ?? secret.NextRotation - secret.LastRotated;
        var label = key.Labels is [var held, ..] ? $"{held}'s key" : "key";
        return new Finding(
            $"Clients have not re-read the secret since {secret.LabelsMovedBy:u}: they made {RecentUse.Printed(use.Yesterday)} requests with {label} "
            + $"{key.KeyId} yesterday{(isYesterdayAfter ? "" : ", some of them before that time,")} and {RecentUse.Printed(use.Today)} today "
            + $"(days in UTC; API Gateway counts late). {when} Have them read the secret again. "
            + "An access log of the API with $context.identity.apiKeyId shows who they are.")
        {
            LeavesHealthy = cutOff is null || period is null || cutOff - Now >= period / 4,
        };
    }

    /// <summary>Returns when the key is disabled, and a sentence that says so.</summary>
    private static (DateTime? CutOff, string When) CutOff(Invocation invocation, SecretDescription secret, KeyStatus key)
    {
        if (key.HeldUntil is { } heldUntil)
        {
            return (heldUntil, $"The key is held while it is used, until {heldUntil:u} at the latest. Then they are refused.");
        }

        // Only AWSPREVIOUS's key: another one without a label is not held.
        if (secret.NextRotation is { } rotation && key.Labels.Count > 0 && Hold.Of(invocation, secret) is { } hold)
        {
            return (rotation + hold.Length, $"The next rotation, due {rotation:u}, leaves the key enabled while it is used, for "
                + $"{secret.Tag(RotationTags.Hold)} at the longest. Then they are refused.");
        }

        return (secret.NextRotation, Overlap.Of(invocation, secret)?.EndOf(secret)) switch
        {
            (var next, { } end) when !(next < end) => (end, $"The overlap ends {end:u}. Then the key is disabled, and they are refused."),
            ({ } next, _) => (next, $"The next rotation, due {next:u}, disables the key, and they are refused."),
            _ => (null, "The next rotation disables the key, and they are refused."),
        };
    }
}

/// <summary>A key of a secret, with what an inspection read about it.</summary>
internal sealed record InspectedKey(KeyStatus Status, ApiKeyValue Value, List<UsagePlan> Plans)
{
    /// <summary>Gets the requests of the key; null if they were not read.</summary>
    public List<PlanUsage>? Usage { get; init; }

    /// <summary>Gets when CloudTrail's events last reached the watch while this was AWSCURRENT's key; null if they did not.</summary>
    public DateTime? Watched { get; init; }
}
