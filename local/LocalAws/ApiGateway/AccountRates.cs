namespace LocalAws.ApiGateway;

/// <summary>
/// The rates of an account's calls to API Gateway's control plane. AWS developer guide, "Amazon API Gateway quotas": all operations share one rate,
/// and some have an additional lower rate. The bursts of the lower rates are not documented: here they are one second's worth, and at least one call.
/// Whether a throttled call counts is not documented either: here it does not.
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

    /// <summary>Counts a call, or throttles it.</summary>
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
