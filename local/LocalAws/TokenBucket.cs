namespace LocalAws;

/// <summary>A rate limit: tokens come back steadily up to the burst, and each request takes one.</summary>
/// <param name="timeProvider">The clock.</param>
/// <param name="rate">Tokens a second.</param>
/// <param name="burst">The most tokens, and how many there are at first.</param>
internal sealed class TokenBucket(TimeProvider timeProvider, double rate, int burst)
{
    private readonly Lock _gate = new();
    private double _tokens = burst;
    private DateTimeOffset _at = timeProvider.GetUtcNow();

    /// <summary>Takes a token where there is one; else tells how long it takes until there is, which is forever without a rate.</summary>
    public bool TryTake(out TimeSpan wait)
    {
        lock (_gate)
        {
            var now = timeProvider.GetUtcNow();
            _tokens = Math.Min(burst, _tokens + (Math.Max(0, (now - _at).TotalSeconds) * rate));
            _at = now;
            // Fractions of a token add up to a little less than a whole one.
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
