using LocalAws.Lambda;

namespace LocalAws;

/// <content>
/// Asynchronous invocations. Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation": Lambda retries a throttled
/// event for 6 hours, with delays from 1 second to 5 minutes, and an error of the function twice, after a minute and after two more.
/// </content>
public sealed partial class LambdaService
{
    private const int MostErrors = 3;

    private static readonly TimeSpan MaximumEventAge = TimeSpan.FromHours(6);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(5);

    /// <summary>Runs a function for an event in Lambda's queue. Returns the last result.</summary>
    /// <exception cref="AwsException">The function does not exist, or was throttled until the event was discarded.</exception>
    internal async Task<FunctionResult> RunAsynchronouslyAsync(string functionArn, ReadOnlyMemory<byte> payload, CancellationToken stopped)
    {
        var discarded = _aws.TimeProvider.GetUtcNow() + MaximumEventAge;
        var delay = TimeSpan.FromSeconds(1);
        for (var errors = 0; ;)
        {
            TimeSpan wait;
            try
            {
                var result = await RunAsync(functionArn, payload);
                if (result.Error is null || ++errors == MostErrors)
                {
                    return result;
                }

                wait = TimeSpan.FromMinutes(errors);
                if (stopped.IsCancellationRequested || _aws.TimeProvider.GetUtcNow() + wait > discarded)
                {
                    return result;
                }
            }
            catch (AwsException throttled) when (
                throttled.Status == 429 && !stopped.IsCancellationRequested && _aws.TimeProvider.GetUtcNow() + delay <= discarded)
            {
                wait = delay;
                delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
            }

            await Task.Delay(wait, _aws.TimeProvider, stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
