namespace LocalAws.ApiGateway;

/// <summary>
/// How often an account may call API Gateway's control plane. AWS developer guide, "Amazon API Gateway quotas": some operations have a rate of their
/// own, all others share one. The bursts of the former are not documented: here it is one second's worth, and at least one call.
/// </summary>
internal sealed class AccountRates(TimeProvider timeProvider)
{
    private readonly TokenBucket _others = new(timeProvider, rate: 10, burst: 40);

    private readonly Dictionary<string, TokenBucket> _own = new()
    {
        ["CreateApiKey"] = new TokenBucket(timeProvider, rate: 5, burst: 5),
        ["DeleteApiKey"] = new TokenBucket(timeProvider, rate: 5, burst: 5),
        ["UpdateUsagePlan"] = new TokenBucket(timeProvider, rate: 0.05, burst: 1),
    };

    /// <summary>Counts a call, or refuses it.</summary>
    public void Take(string operation)
    {
        if (!_own.GetValueOrDefault(operation, _others).TryTake(out var wait))
        {
            throw ApiGatewayErrors.TooManyRequests(wait);
        }
    }
}
