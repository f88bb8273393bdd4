using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>
/// Waits its turn: all callers of an account and Region, deployments too, share ten calls of API Gateway a second. A step's call that is refused for its rate,
/// the SDK's own retries included, is made again after a random wait. The less time a step has left, the oftener it asks: callers who know nothing of each other
/// come near to a queue so, and of thousands of steps that begin at once each has its turn before its time is over.
/// </summary>
/// <seealso href="https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"/>
internal static class Throttling
{
    // Most crowds are gone in a moment: only a step that is refused again stands in line.
    private static readonly TimeSpan LongestFirstWait = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    // A step that has less left says so itself, before Lambda ends it.
    private static readonly TimeSpan ToFail = TimeSpan.FromSeconds(30);

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
        // Of the whole time two thirds, and falling faster than the time: docs/performance.md has what else was tried.
        var longest = step.WasRefused ? left * (left / TestSecret.LongestInvocation) * 2 / 3 : LongestFirstWait < left ? LongestFirstWait : left;
        step.WasRefused = true;
        var wait = Random.Shared.NextDouble() * (longest > Shortest ? longest : Shortest);
        return wait < left ? wait : null;
    }
}
