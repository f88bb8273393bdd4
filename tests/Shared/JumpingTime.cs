namespace RotationFunction.Tests;

/// <summary>
/// A clock without real waits: a wait moves it forward and ends at once. Only timers of 15 minutes or more, which guard something
/// (Lambda's longest time-out), and those that repeat, which belong to a schedule, wait until the clock has been moved that far.
/// </summary>
internal sealed class JumpingTime : TimeProvider
{
    private static readonly TimeSpan ShortestGuard = TimeSpan.FromMinutes(15);

    private readonly Lock _gate = new();
    private readonly List<Timer> _waiting = [];
    private long _now = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public void Advance(TimeSpan by)
    {
        List<Timer> due;
        lock (_gate)
        {
            _now += by.Ticks;
            due = _waiting.FindAll(timer => timer.Due <= _now);
            _waiting.RemoveAll(due.Contains);
            due.ForEach(timer => timer.Repeat());
        }

        due.ForEach(timer => timer.Fire());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(JumpingTime time, TimerCallback callback, object? state) : ITimer
    {
        private long _period;

        public long Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime >= ShortestGuard || period > TimeSpan.Zero)
            {
                lock (time._gate)
                {
                    Due = time._now + dueTime.Ticks;
                    _period = Math.Max(0, period.Ticks);
                    time._waiting.Add(this);
                }
            }
            else if (dueTime >= TimeSpan.Zero)
            {
                time.Advance(dueTime);
                Fire();
            }

            return true;
        }

        /// <summary>A schedule's timer waits again; what it missed in a long jump does not fire later.</summary>
        public void Repeat()
        {
            if (_period > 0)
            {
                Due += (((time._now - Due) / _period) + 1) * _period;
                time._waiting.Add(this);
            }
        }

        public void Fire() => ThreadPool.QueueUserWorkItem(_ => callback(state));

        public void Dispose()
        {
            lock (time._gate)
            {
                time._waiting.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
