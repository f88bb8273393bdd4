namespace Bench;

/// <summary>A clock that moves when everybody waits on it: to the next time that somebody waits for.</summary>
internal sealed class VirtualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Timer, (long Due, long Order)> _timers = new();
    private long _now = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).Ticks;
    private long _order;
    private int _working;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    /// <summary>Runs something that works unless it waits on this clock: while it works, time stands still.</summary>
    public async Task<T> WorkAsync<T>(Func<Task<T>> work)
    {
        Interlocked.Increment(ref _working);
        try
        {
            return await work();
        }
        finally
        {
            Interlocked.Decrement(ref _working);
        }
    }

    /// <summary>Waits within <see cref="WorkAsync"/>.</summary>
    public async Task DelayAsync(TimeSpan delay)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var timer = CreateTimer(
            _ =>
            {
                Interlocked.Increment(ref _working);
                over.SetResult();
            },
            state: null,
            delay,
            Timeout.InfiniteTimeSpan);
        Interlocked.Decrement(ref _working);
        await over.Task;
    }

    /// <summary>Moves the clock on until this is over.</summary>
    /// <exception cref="InvalidOperationException">It never will be: for some time nobody has worked, and nobody waits on this clock.</exception>
    public void RunUntil(Task over)
    {
        var patience = new SpinWait();
        var stirred = TimeProvider.System.GetTimestamp();
        while (!over.IsCompleted)
        {
            if (Volatile.Read(ref _working) > 0)
            {
                stirred = TimeProvider.System.GetTimestamp();
                patience.SpinOnce(sleep1Threshold: -1);
                continue;
            }

            Timer? due;
            lock (_gate)
            {
                if (_timers.TryDequeue(out due, out var at))
                {
                    Interlocked.Exchange(ref _now, Math.Max(_now, at.Due));
                }
            }

            if (due is not null)
            {
                stirred = TimeProvider.System.GetTimestamp();
                due.Fire();
            }
            else if (TimeProvider.System.GetElapsedTime(stirred) > TimeSpan.FromSeconds(30))
            {
                throw new InvalidOperationException("Nobody works and nobody waits on the clock, but it is not over.");
            }

            patience.SpinOnce(sleep1Threshold: -1);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private bool _armed;

        public void Fire()
        {
            if (_armed)
            {
                _armed = false;
                callback(state);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _armed = dueTime >= TimeSpan.Zero;
            if (_armed)
            {
                lock (time._gate)
                {
                    time._timers.Enqueue(this, (time.GetTimestamp() + dueTime.Ticks, time._order++));
                }
            }

            return true;
        }

        public void Dispose() => _armed = false;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>The same clock for what works on it: who waits does not work.</summary>
internal sealed class WorkersTime(VirtualTime time) : TimeProvider
{
    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Wait(time, callback, state, dueTime);

    private sealed class Wait : ITimer
    {
        public Wait(VirtualTime time, TimerCallback callback, object? state, TimeSpan dueTime) => _ = RunAsync(time, callback, state, dueTime);

        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static async Task RunAsync(VirtualTime time, TimerCallback callback, object? state, TimeSpan dueTime)
        {
            await time.DelayAsync(dueTime);
            callback(state);
        }
    }
}
