namespace RotationFunction.Tests;

/// <summary>A clock that moves to the next time that a timer waits for, whenever the thread pool has nothing to do.</summary>
internal sealed class VirtualTime : TimeProvider
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly PriorityQueue<Timer, (long Due, long Order)> _timers = new();
    private long _now = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).Ticks;
    private long _order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Gets or sets whether work goes on outside of this process, during which the clock must not move.</summary>
    public Func<bool>? OthersWork { get; set; }

    private bool NobodyWorks
    {
        get
        {
            if (OthersWork?.Invoke() == true)
            {
                return false;
            }

            ThreadPool.GetMaxThreads(out var all, out _);
            return Idle() && ThreadPool.PendingWorkItemCount == 0 && Idle() && OthersWork?.Invoke() != true;

            bool Idle()
            {
                ThreadPool.GetAvailableThreads(out var idle, out _);
                return idle == all;
            }
        }
    }

    public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    /// <summary>Moves the clock until the task completes. The task must wait only for work and for this clock.</summary>
    /// <exception cref="InvalidOperationException">The task cannot complete: there was no work for some time, and no timer waits on this clock.</exception>
    public async Task RunUntilAsync(Task over)
    {
        // Its own thread: a thread of the pool would count as work.
        await Task.Factory.StartNew(() => Run(over), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await over;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private void Run(Task over)
    {
        var wait = new SpinWait();
        var stirred = System.GetTimestamp();
        while (!over.IsCompleted)
        {
            if (NobodyWorks && !over.IsCompleted)
            {
                if (TakeNext() is var (timer, due))
                {
                    timer.Fire(due);
                    stirred = System.GetTimestamp();
                    continue;
                }

                if (System.GetElapsedTime(stirred) > LongestWait)
                {
                    throw new InvalidOperationException("The task has not completed, but there is no work, and no timer waits on the clock.");
                }
            }

            wait.SpinOnce(sleep1Threshold: -1);
        }
    }

    private (Timer Timer, long Due)? TakeNext()
    {
        lock (_gate)
        {
            if (!_timers.TryDequeue(out var timer, out var at))
            {
                return null;
            }

            Interlocked.Exchange(ref _now, Math.Max(_now, at.Due));
            return (timer, at.Due);
        }
    }

    private sealed class Timer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private long? _due;
        private TimeSpan _period;

        /// <summary>Fires if the timer has not been changed since it was queued for this time.</summary>
        public void Fire(long due)
        {
            lock (time._gate)
            {
                if (_due != due)
                {
                    return;
                }

                Arm(_period > TimeSpan.Zero ? _period : Timeout.InfiniteTimeSpan);
            }

            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                _period = period;
                Arm(dueTime);
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Arm(TimeSpan dueTime)
        {
            _due = dueTime >= TimeSpan.Zero ? time.GetTimestamp() + dueTime.Ticks : null;
            if (_due is { } due)
            {
                time._timers.Enqueue(this, (due, time._order++));
            }
        }
    }
}
