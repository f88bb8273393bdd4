using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>
/// Waits its turn: all callers of an account and Region, deployments too, share ten calls of API Gateway a second. A step's call that is refused for its rate,
/// the SDK's own retries included, is made again after a random wait. The waits grow as usual, so that a small crowd is gone soon, but never beyond a part of
/// the time left: those who have waited longest ask oftenest, and of thousands of steps that begin at once each has its turn before its time is over.
/// </summary>
/// <seealso href="https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"/>
internal static class Throttling
{
    // Seconds; each wait is a random part of these.
    private const double FirstWait = 20;
    private const double ShortestWait = 0.1;

    // A step that has less left says so itself, before Lambda ends it.
    private static readonly TimeSpan ToFail = TimeSpan.FromSeconds(15);

    public static async Task<T> AwaitAsync<T>(Invocation invocation, TimeProvider time, Func<Task<T>> call)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (TooManyRequestsException) when (invocation.IsStep && NextWait(invocation) is { } wait)
            {
                invocation.Log.Throttled(wait);
                await Task.Delay(wait, time);
            }
        }
    }

    /// <summary>Null when there is no time for another try.</summary>
    private static TimeSpan? NextWait(Invocation step)
    {
        var left = step.RemainingTime - step.Kept - ToFail;
        // Two thirds of the time at first and less and less of it later: of what was tried, the fewest steps ran out of time with these.
        var share = Math.Pow(Math.Max(0, left / TestSecret.LongestInvocation), 1.5) * 2 / 3;
        var longest = Math.Min(FirstWait * Math.Pow(2, step.Refusals++), left.TotalSeconds * share);
        var wait = TimeSpan.FromSeconds(Random.Shared.NextDouble() * Math.Max(ShortestWait, longest));
        return wait < left ? wait : null;
    }
}
