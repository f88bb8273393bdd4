using Amazon.APIGateway.Model;
using Amazon.Runtime;
using LocalAws;

namespace Deployer;

/// <summary>
/// Makes the provider's calls, and retries them like the provider: throttled calls, API Gateway's concurrent modifications, server errors and broken
/// connections, up to 25 attempts with exponential waits. From the provider's code (hashicorp/terraform-provider-aws, internal/conns and the service
/// package of internal/service/apigateway; hashicorp/aws-sdk-go-base). The SDK's clients must not retry.
/// </summary>
/// <param name="time">The clock of the waits.</param>
internal sealed class ProviderCalls(TimeProvider time)
{
    private const int Attempts = 25; // max_retries

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan FirstWaitOfThrottled = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    /// <summary>Makes a call until it succeeds, fails otherwise, or has no attempts left.</summary>
    public async Task<T> MakeAsync<T>(Func<Task<T>> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan first;
            try
            {
                return await call();
            }
            catch (Exception refused) when (attempt < Attempts && FirstWaitAfter(refused) is { } wait)
            {
                first = wait;
            }

            await Task.Delay(WaitAfter(attempt, first), time);
        }
    }

    private static TimeSpan? FirstWaitAfter(Exception refused) => refused switch
    {
        // The SDK for Go counts a quota as throttling.
        TooManyRequestsException or LimitExceededException or AwsException { Status: 429 } => FirstWaitOfThrottled,
        ConflictException conflict when conflict.Message.Contains("try again later", StringComparison.Ordinal) => FirstWait,
        AmazonServiceException { StatusCode: >= System.Net.HttpStatusCode.InternalServerError } or HttpRequestException => FirstWait,
        _ => null,
    };

    private static TimeSpan WaitAfter(int attempt, TimeSpan first)
    {
        var wait = Jittered(first) * Math.Pow(2, attempt);
        return wait <= LongestWait ? wait : Jittered(LongestWait / 2);
    }

    private static TimeSpan Jittered(TimeSpan wait) => wait * (1 + Random.Shared.NextDouble());
}
