using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>
/// Waits its turn: all callers of an account and Region, deployments too, share ten calls of API Gateway a second. A step's call that is refused for its rate,
/// the SDK's own retries included, is made again after a random wait. createSecret waits longer than the other steps:
/// a rotation that has begun comes to its end, and one that has not leaves it room.
/// </summary>
/// <seealso href="https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"/>
internal static class Throttling
{
    private static readonly TimeSpan ToBegin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestToBegin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ToGoOn = TimeSpan.FromSeconds(5);

    // A step that has less left says so itself, before Lambda ends it.
    private static readonly TimeSpan ToFail = TimeSpan.FromSeconds(30);

    public static async Task<T> AwaitAsync<T>(Invocation invocation, TimeProvider time, Func<Task<T>> call)
    {
        for (var longest = ToBegin; ; longest = longest * 2 < LongestToBegin ? longest * 2 : LongestToBegin)
        {
            var wait = Random.Shared.NextDouble() * (invocation.What == CreateSecret.Step ? longest : ToGoOn);
            try
            {
                return await call();
            }
            catch (TooManyRequestsException) when (invocation.IsStep && invocation.RemainingTime > wait + ToFail)
            {
                invocation.Log.Throttled(wait);
                await Task.Delay(wait, time);
            }
        }
    }
}
