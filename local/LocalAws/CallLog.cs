namespace LocalAws;

/// <summary>The calls that an <see cref="EmbeddedAws"/> has completed. A client that has received its response finds its call here.</summary>
public sealed class CallLog
{
    private readonly Lock _gate = new();
    private readonly List<CallRecord> _records = [];
    private long _sequence;
    private int _forgotten;

    internal CallLog()
    {
    }

    /// <summary>Gets the number of calls so far, including cleared ones.</summary>
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

    /// <summary>Returns the calls so far, or since <see cref="Clear"/>, in the order in which they ended.</summary>
    public IReadOnlyList<CallRecord> Snapshot() => Since(0);

    /// <summary>Removes the calls so far, for runs with very many calls. <see cref="Count"/> continues.</summary>
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
