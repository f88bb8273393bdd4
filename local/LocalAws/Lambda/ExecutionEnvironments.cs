using System.Collections.Concurrent;

namespace LocalAws.Lambda;

/// <summary>A function's processes: each runs one invocation at a time, and one more is started when all are busy, as Lambda does.</summary>
internal sealed class ExecutionEnvironments(EmbeddedAws aws, string functionArn, string functionName, FunctionProcess process, FunctionOptions options) : IAsyncDisposable
{
    private readonly ConcurrentStack<ExecutionEnvironment> _idle = new();
    private readonly ConcurrentDictionary<ExecutionEnvironment, byte> _all = new();
    private volatile bool _disposed;

    public string FunctionArn { get; } = functionArn;

    /// <param name="invocation">What to run.</param>
    /// <param name="ended">Cancelled when nobody waits for the result any more.</param>
    /// <exception cref="FunctionErrorException">The function's error, or that of its process.</exception>
    public async Task<ReadOnlyMemory<byte>> InvokeAsync(FunctionInvocation invocation, CancellationToken ended)
    {
        // The time-out by this machine's clock, whatever the time is by that of the embedded AWS.
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
        var environment = await ExecutionEnvironment.StartAsync(aws, functionName, process, options, invocation.RequestId);
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
