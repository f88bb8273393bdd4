namespace LocalAws;

/// <summary>A rate limit. The bucket refills at a constant rate up to the burst, and each request takes a token.</summary>
/// <param name="timeProvider">The clock.</param>
/// <param name="rate">Tokens per second.</param>
/// <param name="burst">The capacity, and the number of tokens at the start.</param>
internal sealed class TokenBucket(TimeProvider timeProvider, double rate, int burst)
{
    private readonly Lock _gate = new();
    private double _tokens = burst;
    private DateTimeOffset _at = timeProvider.GetUtcNow();

    /// <summary>Takes a token if there is one. Otherwise returns the time until there is one, which is infinite without a rate.</summary>
    public bool TryTake(out TimeSpan wait)
    {
        lock (_gate)
        {
            var now = timeProvider.GetUtcNow();
            _tokens = Math.Min(burst, _tokens + (Math.Max(0, (now - _at).TotalSeconds) * rate));
            _at = now;
            // The sum of fractions of a token can be slightly less than one.
            if (_tokens >= 1 - 1e-9)
            {
                _tokens = Math.Max(0, _tokens - 1);
                wait = TimeSpan.Zero;
                return true;
            }

            wait = rate > 0 ? TimeSpan.FromSeconds((1 - _tokens) / rate) : Timeout.InfiniteTimeSpan;
            return false;
        }
    }

    /// <summary>Undoes a <see cref="TryTake"/>.</summary>
    public void GiveBack()
    {
        lock (_gate)
        {
            _tokens = Math.Min(burst, _tokens + 1);
        }
    }
}
