namespace Demo;

/// <summary>The system clock, which can be moved forward. Timers that are due by then fire at once.</summary>
internal sealed class MovableTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly HashSet<MovableTimer> _timers = [];
    private TimeSpan _ahead;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;

    public override long GetTimestamp() => base.GetTimestamp() + (long)(Ahead.TotalSeconds * TimestampFrequency);

    private TimeSpan Ahead
    {
        get
        {
            lock (_gate)
            {
                return _ahead;
            }
        }
    }

    public void MoveForward(TimeSpan by)
    {
        MovableTimer[] timers;
        lock (_gate)
        {
            _ahead += by;
            timers = [.. _timers];
        }

        foreach (var timer in timers)
        {
            timer.Rearm();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new MovableTimer(this, callback, state);
        timer.Change(dueTime, period);
        lock (_gate)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    private void Remove(MovableTimer timer)
    {
        lock (_gate)
        {
            _timers.Remove(timer);
        }
    }

    /// <summary>A system timer that is set again when the clock moves.</summary>
    private sealed class MovableTimer : ITimer
    {
        private readonly MovableTime _time;
        private readonly ITimer _inner;
        private DateTimeOffset? _due;
        private TimeSpan _period;

        public MovableTimer(MovableTime time, TimerCallback callback, object? state)
        {
            _time = time;
            _inner = System.CreateTimer(
                argument =>
                {
                    _due = null;
                    callback(argument);
                },
                state,
                Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _due = dueTime < TimeSpan.Zero ? null : _time.GetUtcNow() + dueTime;
            _period = period;
            return _inner.Change(dueTime, period);
        }

        public void Rearm()
        {
            if (_due is { } due)
            {
                var left = due - _time.GetUtcNow();
                _inner.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, _period);
            }
        }

        public void Dispose()
        {
            _time.Remove(this);
            _inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            _time.Remove(this);
            return _inner.DisposeAsync();
        }
    }
}
