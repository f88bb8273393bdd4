namespace LocalAws.ApiGateway;

/// <summary>
/// How often an account may call API Gateway's control plane. AWS developer guide, "Amazon API Gateway quotas": all operations share one rate, and some
/// have a lower one of their own besides. The bursts of the latter are not documented: here it is one second's worth, and at least one call. Nor is
/// whether a refused call counts: here it does not.
/// </summary>
internal sealed class AccountRates(TimeProvider timeProvider)
{
    private readonly TokenBucket _all = new(timeProvider, rate: 10, burst: 40);

    private readonly Dictionary<string, TokenBucket> _own = new()
    {
        ["CreateApiKey"] = new TokenBucket(timeProvider, rate: 5, burst: 5),
        ["DeleteApiKey"] = new TokenBucket(timeProvider, rate: 5, burst: 5),
        ["UpdateUsagePlan"] = new TokenBucket(timeProvider, rate: 0.05, burst: 1),
    };

    /// <summary>Counts a call, or refuses it.</summary>
    public void Take(string operation)
    {
        var own = _own.GetValueOrDefault(operation);
        if (own?.TryTake(out var wait) == false)
        {
            throw ApiGatewayErrors.TooManyRequests(wait);
        }

        if (!_all.TryTake(out wait))
        {
            own?.GiveBack();
            throw ApiGatewayErrors.TooManyRequests(wait);
        }
    }
}
