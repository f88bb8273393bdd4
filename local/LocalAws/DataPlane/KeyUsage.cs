using LocalAws.ApiGateway;

namespace LocalAws.DataPlane;

/// <summary>The usage of one key in one usage plan.</summary>
internal sealed class KeyUsage
{
    private readonly Dictionary<DateOnly, long> _usedByDay = [];
    private (DateOnly PeriodStart, long Requests) _extension;
    private TokenBucket? _bucket;
    private ThrottleSettings? _throttle;

    public bool IsThrottled(ThrottleSettings? throttle, TimeProvider timeProvider)
    {
        if (throttle != _throttle)
        {
            _throttle = throttle;
            _bucket = throttle is null ? null : new TokenBucket(timeProvider, throttle.RateLimit, throttle.BurstLimit);
        }

        return _bucket?.TryTake(out _) == false;
    }

    public long UsedOn(DateOnly day) => _usedByDay.GetValueOrDefault(day);

    public void Count(DateOnly day) => _usedByDay[day] = UsedOn(day) + 1;

    /// <summary>Returns the remaining quota at the end of a day.</summary>
    public long RemainingOn(DateOnly day, QuotaSettings quota)
    {
        var start = QuotaPeriod.StartOf(day, quota);
        return Math.Max(0, quota.Limit - UsedBetween(start, day) + (_extension.PeriodStart == start ? _extension.Requests : 0));
    }

    /// <summary>Sets the remaining quota until the end of the period that contains a day.</summary>
    public void SetRemaining(DateOnly day, QuotaSettings quota, long remaining)
    {
        var start = QuotaPeriod.StartOf(day, quota);
        _extension = (start, remaining - quota.Limit + UsedBetween(start, day));
    }

    private long UsedBetween(DateOnly first, DateOnly last)
    {
        var used = 0L;
        for (var day = first; day <= last; day = day.AddDays(1))
        {
            used += UsedOn(day);
        }

        return used;
    }
}
