namespace LocalAws.Lambda;

/// <summary>Counts the invocations of a function that are under way, and those that were refused for it.</summary>
internal sealed class ConcurrencyMeter
{
    private readonly Lock _gate = new();
    private int _underWay;

    public int Throttles { get; private set; }

    /// <summary>Takes a place, to be disposed when the invocation ends; null when none is free.</summary>
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
