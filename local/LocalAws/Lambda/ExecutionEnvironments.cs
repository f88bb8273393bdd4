using System.Collections.Concurrent;

namespace LocalAws.Lambda;

/// <summary>The processes of a function. Like Lambda, runs one invocation at a time in each, and starts another process if all are busy.</summary>
internal sealed class ExecutionEnvironments(
    EmbeddedAws aws, AwsRegion region, string functionArn, string functionName, FunctionProcess process, FunctionOptions options) : IAsyncDisposable
{
    private readonly ConcurrentStack<ExecutionEnvironment> _idle = new();
    private readonly ConcurrentDictionary<ExecutionEnvironment, byte> _all = new();
    private volatile bool _disposed;

    public string FunctionArn { get; } = functionArn;

    /// <param name="invocation">The invocation to run.</param>
    /// <param name="ended">Canceled when the caller no longer waits for the result.</param>
    /// <exception cref="FunctionErrorException">The error of the function or of its process.</exception>
    public async Task<ReadOnlyMemory<byte>> InvokeAsync(FunctionInvocation invocation, CancellationToken ended)
    {
        // The timeout uses this machine's clock, whatever clock the embedded AWS has.
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(ended);
        giveUp.CancelAfter(options.Timeout);
        var environment = await TakeIdleAsync() ?? await StartAsync(invocation);
        try
        {
            return await environment.InvokeAsync(invocation, giveUp.Token);
        }
        catch (OperationCanceledException)
        {
            await environment.KillAsync();
            throw LambdaService.TimedOut(invocation, options.Timeout);
        }
        finally
        {
            if (environment.IsUsable)
            {
                _idle.Push(environment);
            }
            else
            {
                await DiscardAsync(environment);
            }
        }
    }

    public Task KillAsync() => Task.WhenAll(_all.Keys.Select(environment => environment.KillAsync()));

    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        await Task.WhenAll(_all.Keys.Select(DiscardAsync));
    }

    private async Task<ExecutionEnvironment?> TakeIdleAsync()
    {
        while (_idle.TryPop(out var environment))
        {
            if (environment.IsUsable)
            {
                return environment;
            }

            await DiscardAsync(environment);
        }

        return null;
    }

    private async Task<ExecutionEnvironment> StartAsync(FunctionInvocation invocation)
    {
        var environment = await ExecutionEnvironment.StartAsync(aws, region, functionName, process, options, invocation.RequestId);
        _all.TryAdd(environment, 0);
        if (_disposed)
        {
            await DiscardAsync(environment);
            throw new ObjectDisposedException(functionName);
        }

        return environment;
    }

    private async Task DiscardAsync(ExecutionEnvironment environment)
    {
        if (_all.TryRemove(environment, out _))
        {
            await environment.DisposeAsync();
        }
    }
}
