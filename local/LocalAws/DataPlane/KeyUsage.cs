using LocalAws.ApiGateway;

namespace LocalAws.DataPlane;

/// <summary>The usage of one key in one usage plan. Quotas apply to the exact count; GetUsage shows a request only after a lag.</summary>
internal sealed class KeyUsage
{
    private readonly Dictionary<DateOnly, long> _usedByDay = [];
    private readonly Dictionary<DateOnly, long> _shownByDay = [];
    private readonly Queue<RequestsOfSecond> _notShown = [];
    private RequestsOfSecond? _last;
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

    public void Count(DateTimeOffset now, DateOnly day)
    {
        _usedByDay[day] = _usedByDay.GetValueOrDefault(day) + 1;
        if (_last is not { } last || last.Second != now.ToUnixTimeSeconds() || _notShown.Count == 0)
        {
            _notShown.Enqueue(_last = new RequestsOfSecond(now.ToUnixTimeSeconds(), day));
        }

        _last.Count++;
    }

    /// <summary>Shows the requests up to a time.</summary>
    public void ShowUntil(DateTimeOffset time)
    {
        while (_notShown.TryPeek(out var requests) && requests.Second <= time.ToUnixTimeSeconds())
        {
            _notShown.Dequeue();
            _shownByDay[requests.Day] = ShownOn(requests.Day) + requests.Count;
        }
    }

    public long ShownOn(DateOnly day) => _shownByDay.GetValueOrDefault(day);

    /// <summary>Returns the remaining quota at the end of a day.</summary>
    public long RemainingOn(DateOnly day, QuotaSettings quota) => Remaining(day, quota, _usedByDay);

    /// <summary>Returns the remaining quota at the end of a day as GetUsage shows it.</summary>
    public long ShownRemainingOn(DateOnly day, QuotaSettings quota) => Remaining(day, quota, _shownByDay);

    /// <summary>Sets the remaining quota until the end of the period that contains a day.</summary>
    public void SetRemaining(DateOnly day, QuotaSettings quota, long remaining)
    {
        var start = QuotaPeriod.StartOf(day, quota);
        _extension = (start, remaining - quota.Limit + Between(start, day, _usedByDay));
        ShowUntil(DateTimeOffset.MaxValue);
    }

    private long Remaining(DateOnly day, QuotaSettings quota, Dictionary<DateOnly, long> counts)
    {
        var start = QuotaPeriod.StartOf(day, quota);
        return Math.Max(0, quota.Limit - Between(start, day, counts) + (_extension.PeriodStart == start ? _extension.Requests : 0));
    }

    private static long Between(DateOnly first, DateOnly last, Dictionary<DateOnly, long> counts)
    {
        var used = 0L;
        for (var day = first; day <= last; day = day.AddDays(1))
        {
            used += counts.GetValueOrDefault(day);
        }

        return used;
    }

    private sealed class RequestsOfSecond(long second, DateOnly day)
    {
        public long Second { get; } = second;

        public DateOnly Day { get; } = day;

        public long Count { get; set; }
    }
}
