using Amazon.APIGateway;
using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>
/// Retries calls that API Gateway throttles or rejects because of a concurrent change. All callers in an account and Region, deployments too, share
/// ten API Gateway management calls a second, and API Gateway makes some changes one at a time. If the SDK's own retries also fail, the call is
/// retried after a random wait. The waits grow exponentially, so that a few concurrent callers finish soon, but never exceed a part of the remaining
/// time: callers that have waited longest retry most often, so that thousands of steps that start at once all succeed before their timeouts.
/// If a person waits for the response, only a concurrent change is retried, and only for some seconds.
/// </summary>
/// <seealso href="https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"/>
internal static class Throttling
{
    // Seconds; each wait is a random part of these.
    private const double FirstWait = 20;
    private const double FirstWaitForChange = 2; // AWS Support recommends a second between attaches
    private const double LongestWaitOfPerson = 4;
    private const double ShortestWait = 0.1;
    private const int TriesOfPerson = 5;

    // With less time left, the invocation reports the failure itself before Lambda ends it.
    private static readonly TimeSpan TimeToReportFailure = TimeSpan.FromSeconds(15);

    public static async Task<T> AwaitAsync<T>(Invocation invocation, TimeProvider time, Func<Task<T>> call)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (AmazonAPIGatewayException refused) when (
                refused is TooManyRequestsException or ConflictException && NextWait(invocation, refused is ConflictException) is { } wait)
            {
                invocation.Log.TurnAwaited(isChange: refused is ConflictException, wait);
                await Task.Delay(wait, time);
            }
        }
    }

    /// <summary>Returns the next wait, or null if there is no time for another attempt.</summary>
    private static TimeSpan? NextWait(Invocation invocation, bool isChange)
    {
        var longest = (isChange ? FirstWaitForChange : FirstWait) * Math.Pow(2, invocation.Budget.Refusals++);
        if (invocation.IsWaitedFor)
        {
            return isChange && invocation.Budget.Refusals <= TriesOfPerson ? Random(Math.Min(longest, LongestWaitOfPerson)) : null;
        }

        var left = invocation.Budget.Remaining - invocation.Budget.Reserved - TimeToReportFailure;
        // Two thirds of the time at first, and less later: of the values that were tried, these let the fewest steps run out of time.
        var share = Math.Pow(Math.Max(0, left / FunctionContract.LongestInvocation), 1.5) * 2 / 3;
        var wait = Random(Math.Min(longest, left.TotalSeconds * share));
        return wait < left ? wait : null;
    }

    private static TimeSpan Random(double longest) => TimeSpan.FromSeconds(System.Random.Shared.NextDouble() * Math.Max(ShortestWait, longest));
}
