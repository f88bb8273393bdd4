namespace LocalAws.Lambda;

/// <summary>Counts the invocations of a function in progress, and the throttled ones.</summary>
internal sealed class ConcurrencyMeter
{
    private readonly Lock _gate = new();
    private int _underWay;

    public int Throttles { get; private set; }

    /// <summary>Starts an invocation. Returns an object that ends it when disposed, or null if the concurrency is exhausted.</summary>
    public IDisposable? Enter(int? reserved)
    {
        lock (_gate)
        {
            if (_underWay >= reserved)
            {
                Throttles++;
                return null;
            }

            _underWay++;
            return new Place(this);
        }
    }

    private sealed class Place(ConcurrencyMeter meter) : IDisposable
    {
        public void Dispose()
        {
            lock (meter._gate)
            {
                meter._underWay--;
            }
        }
    }
}
