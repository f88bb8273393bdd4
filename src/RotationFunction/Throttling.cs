using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>
/// Waits its turn: all callers of an account and Region, deployments too, share ten calls of API Gateway a second. A step may be repeated at any time,
/// so one that is refused for its rate, the SDK's own retries included, starts again after a random wait.
/// </summary>
/// <seealso href="https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"/>
internal static class Throttling
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    /// <summary>Whether there is time left to wait and to run the step.</summary>
    public static bool HasTime(Invocation rotation) => rotation.RemainingTime > LongestWait;

    public static async Task AwaitAsync(Invocation rotation, TimeProvider time, Func<Task> step)
    {
        for (var longest = ShortestWait; ; longest = longest * 2 < LongestWait ? longest * 2 : LongestWait)
        {
            try
            {
                await step();
                return;
            }
            catch (TooManyRequestsException) when (HasTime(rotation))
            {
                var wait = Random.Shared.NextDouble() * longest;
                rotation.Log.Throttled(wait);
                await Task.Delay(wait, time);
            }
        }
    }
}
