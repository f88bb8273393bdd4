namespace LocalAws;

/// <summary>Every call that an <see cref="EmbeddedAws"/> has answered. A client that has its answer finds its call here.</summary>
public sealed class CallLog
{
    private readonly Lock _gate = new();
    private readonly List<CallRecord> _records = [];
    private long _sequence;
    private int _forgotten;

    internal CallLog()
    {
    }

    /// <summary>The number of calls so far, forgotten ones too.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _forgotten + _records.Count;
            }
        }
    }

    /// <summary>The calls so far, or since <see cref="Clear"/>, in the order in which they ended.</summary>
    public IReadOnlyList<CallRecord> Snapshot() => Since(0);

    /// <summary>Forgets the calls so far, for runs of very many; <see cref="Count"/> goes on.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _forgotten += _records.Count;
            _records.Clear();
        }
    }

    internal IReadOnlyList<CallRecord> Since(int count)
    {
        lock (_gate)
        {
            return _records[Math.Max(0, count - _forgotten)..];
        }
    }

    internal AwsCall Begin(string accessKeyId, string service, string operation, string resource) =>
        new(Interlocked.Increment(ref _sequence), accessKeyId, service, operation, resource);

    internal void End(AwsCall call, int status, string? errorCode, DateTimeOffset at)
    {
        lock (_gate)
        {
            _records.Add(new CallRecord(call, status, errorCode, at));
        }
    }
}
