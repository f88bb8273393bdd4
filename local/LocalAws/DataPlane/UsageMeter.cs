using LocalAws.ApiGateway;

namespace LocalAws.DataPlane;

/// <summary>Counts the usage of plans by keys. AWS developer guide: throttle and quota apply to each key, over all stages of its plan.</summary>
internal sealed class UsageMeter(TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string PlanId, string KeyId), KeyUsage> _usage = [];

    private DateOnly Today => DateOnly.FromDateTime(timeProvider.GetUtcNow().UtcDateTime);

    /// <summary>Counts a request if the plan permits it.</summary>
    public Admission Admit(string planId, string keyId, ThrottleSettings? throttle, QuotaSettings? quota)
    {
        lock (_gate)
        {
            var usage = UsageOf(planId, keyId);
            if (usage.IsThrottled(throttle, timeProvider))
            {
                return Admission.Throttled;
            }

            if (quota is not null && usage.RemainingOn(Today, quota) == 0)
            {
                return Admission.QuotaExceeded;
            }

            usage.Count(Today);
            return Admission.Served;
        }
    }

    /// <summary>
    /// Returns the used and remaining requests of a key for each day. Without a quota, remaining is 0: what AWS returns then is not known.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<long>> Show(string planId, string keyId, QuotaSettings? quota, DateOnly first, DateOnly last)
    {
        lock (_gate)
        {
            var usage = UsageOf(planId, keyId);
            return [.. Enumerable.Range(0, last.DayNumber - first.DayNumber + 1)
                .Select(first.AddDays)
                .Select(day => (long[])[usage.UsedOn(day), quota is null ? 0 : usage.RemainingOn(day, quota)])];
        }
    }

    /// <summary>Sets the remaining requests of a key until the end of the current period, at once.</summary>
    public void SetRemaining(string planId, string keyId, QuotaSettings quota, long remaining)
    {
        lock (_gate)
        {
            UsageOf(planId, keyId).SetRemaining(Today, quota, remaining);
        }
    }

    private KeyUsage UsageOf(string planId, string keyId)
    {
        if (!_usage.TryGetValue((planId, keyId), out var usage))
        {
            _usage.Add((planId, keyId), usage = new KeyUsage());
        }

        return usage;
    }
}
