using LocalAws.ApiGateway;

namespace LocalAws.DataPlane;

/// <summary>Counts the usage of plans by keys. AWS developer guide: throttle and quota apply to each key, over all stages of its plan.</summary>
internal sealed class UsageMeter(TimeProvider timeProvider, TimeSpan lag)
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

            var now = timeProvider.GetUtcNow();
            usage.Count(now, Today);
            usage.ShowUntil(quota is not null && usage.RemainingOn(Today, quota) == 0 ? now : now - lag);
            return Admission.Served;
        }
    }

    /// <summary>Returns the used and remaining requests of a key for each day, without those of the lag. Without a quota, remaining is 0.</summary>
    public IReadOnlyList<IReadOnlyList<long>> Show(string planId, string keyId, QuotaSettings? quota, DateOnly first, DateOnly last)
    {
        lock (_gate)
        {
            var usage = UsageOf(planId, keyId);
            usage.ShowUntil(timeProvider.GetUtcNow() - lag);
            return [.. Enumerable.Range(0, last.DayNumber - first.DayNumber + 1)
                .Select(first.AddDays)
                .Select(day => (long[])[usage.ShownOn(day), quota is null ? 0 : usage.ShownRemainingOn(day, quota)])];
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
