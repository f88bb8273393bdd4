using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.Runtime;

namespace RotationFunction;

/// <summary>
/// Retries calls that AWS throttles, and calls that API Gateway rejects because of a concurrent change. All callers in an account and Region,
/// deployments too, share ten API Gateway management calls a second, and API Gateway makes some changes one at a time. If the SDK's own retries also
/// fail, the call is retried after a random wait, about twice as long as the invocation's calls have waited on average. The waits so follow the
/// number of callers, whatever it is: hundreds get their turns equally often, the rate is used, and others still get through. As a wait is also a
/// small part of the remaining time at most, callers that have waited longest retry most often.
/// If a person waits for the response, only a concurrent change is retried, and only for some seconds.
/// </summary>
/// <seealso href="https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"/>
/// <seealso href="https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html"/>
internal static class Throttling
{
    private const int RetriesOfPerson = 5;

    // Of the values that were tried, these let crowds of 20 to 500 invocations finish soonest and refused a deployment least. A change is over in a
    // second, so that more retries find their turn.
    private const double LongerThanBefore = 2;
    private const double ShareOfTimeLeft = 0.03;
    private const double ShareOfTimeLeftForChange = 0.01;

    // Seconds, on average.
    private const double FirstWait = 1; // AWS Support recommends a second between attaches
    private const double ShortestWait = 0.05;
    private const double WaitOfPerson = 2;

    // With less time left, the invocation reports the failure itself before Lambda ends it.
    private static readonly TimeSpan TimeToReportFailure = TimeSpan.FromSeconds(15);

    public static async Task<T> AwaitAsync<T>(Invocation invocation, TimeProvider time, Func<Task<T>> call)
    {
        invocation.Budget.Calls++;
        while (true)
        {
            try
            {
                return await call();
            }
            catch (AmazonServiceException refused) when (
                refused is TooManyRequestsException or ConflictException or { ErrorCode: "ThrottlingException" }
                && NextWait(invocation, refused is ConflictException) is { } wait)
            {
                invocation.Log.TurnAwaited(refused is AmazonAPIGatewayException
                    ? "API Gateway" : "Secrets Manager", refused is ConflictException, wait);
                invocation.Budget.Waited += wait;
                await Task.Delay(wait, time);
            }
        }
    }

    /// <summary>Returns the next wait, or null if there is no time for another attempt.</summary>
    private static TimeSpan? NextWait(Invocation invocation, bool isChange)
    {
        var budget = invocation.Budget;
        if (invocation.IsWaitedFor)
        {
            return isChange && ++budget.RetriesForPerson <= RetriesOfPerson ? Random(WaitOfPerson) : null;
        }

        var left = budget.Remaining - budget.Reserved - TimeToReportFailure;
        var usual = Math.Max(FirstWait, LongerThanBefore * budget.Waited.TotalSeconds / budget.Calls);
        var longest = (isChange ? ShareOfTimeLeftForChange : ShareOfTimeLeft) * left.TotalSeconds;
        var wait = Random(Math.Max(ShortestWait, Math.Min(usual, longest)));
        return wait < left ? wait : null;
    }

    private static TimeSpan Random(double average) => TimeSpan.FromSeconds(average * (0.5 + System.Random.Shared.NextDouble()));
}
