using Amazon.APIGateway;
using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>
/// Waits its turn: all callers of an account and Region, deployments too, share ten calls of API Gateway a second, and it makes some changes one
/// at a time. A call that is refused for its rate, the SDK's own retries included, or for another's change is made again after a random wait.
/// The waits grow as usual, so that a small crowd is gone soon, but never beyond a part of the time left: those who have waited longest ask
/// oftenest, and of thousands of steps that begin at once each has its turn before its time is over. Where a person waits for the answer, only
/// another's change is waited out, and only for some seconds.
/// </summary>
/// <seealso href="https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"/>
internal static class Throttling
{
    // Seconds; each wait is a random part of these.
    private const double FirstWait = 20;
    private const double FirstWaitForChange = 2; // AWS's support tells attaches to keep a second apart
    private const double LongestWaitOfPerson = 4;
    private const double ShortestWait = 0.1;
    private const int TriesOfPerson = 5;

    // An invocation that has less left says so itself, before Lambda ends it.
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

    /// <summary>Null when there is no time for another try.</summary>
    private static TimeSpan? NextWait(Invocation invocation, bool isChange)
    {
        var longest = (isChange ? FirstWaitForChange : FirstWait) * Math.Pow(2, invocation.Budget.Refusals++);
        if (invocation.IsWaitedFor)
        {
            return isChange && invocation.Budget.Refusals <= TriesOfPerson ? Random(Math.Min(longest, LongestWaitOfPerson)) : null;
        }

        var left = invocation.Budget.Remaining - invocation.Budget.Reserved - TimeToReportFailure;
        // Two thirds of the time at first and less and less of it later: of what was tried, the fewest steps ran out of time with these.
        var share = Math.Pow(Math.Max(0, left / FunctionContract.LongestInvocation), 1.5) * 2 / 3;
        var wait = Random(Math.Min(longest, left.TotalSeconds * share));
        return wait < left ? wait : null;
    }

    private static TimeSpan Random(double longest) => TimeSpan.FromSeconds(System.Random.Shared.NextDouble() * Math.Max(ShortestWait, longest));
}
