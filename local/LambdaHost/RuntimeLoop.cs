namespace LambdaHost;

/// <summary>Does what the managed runtime does: loads the handler, fetches one invocation after the other, runs it and reports the result.</summary>
internal sealed class RuntimeLoop(RuntimeApi api, LambdaEnvironment environment, RuntimeLog log)
{
    /// <summary>Runs until <paramref name="stop"/>.</summary>
    /// <returns>False if the handler could not be loaded, which has been reported.</returns>
    /// <exception cref="RuntimeApiException">The Runtime API cannot be used any more.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was canceled. A running handler is not stopped.</exception>
    public async Task<bool> RunAsync(CancellationToken stop)
    {
        HandlerBinding handler;
        try
        {
            handler = await UntilStopAsync(() => Task.FromResult(HandlerBinding.Load(environment.Handler, environment.TaskRoot)), stop);
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            log.Failure(failure);
            await api.ReportInitErrorAsync(failure, stop);
            return false;
        }

        while (true)
        {
            await RunOneAsync(handler, await api.NextAsync(stop), stop);
        }
    }

    private async Task RunOneAsync(HandlerBinding handler, RuntimeInvocation invocation, CancellationToken stop)
    {
        // The X-Ray SDK and the AWS SDK in the function read it from there.
        Environment.SetEnvironmentVariable("_X_AMZN_TRACE_ID", invocation.TraceId);
        ReadOnlyMemory<byte> response;
        try
        {
            response = await UntilStopAsync(() => handler.InvokeAsync(invocation.Payload, Context(handler, invocation)), stop);
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            log.Failure(failure, invocation.RequestId, invocation.TraceId);
            await api.ReportErrorAsync(invocation.RequestId, failure, stop);
            return;
        }

        if (!await api.RespondAsync(invocation.RequestId, response, stop))
        {
            log.For(invocation.RequestId, invocation.TraceId)
                .LogError("The Runtime API did not take the response of {size} bytes: it is too large or too late.", response.Length);
        }
    }

    private InvocationContext Context(HandlerBinding handler, RuntimeInvocation invocation) => new(
        invocation.RequestId, invocation.FunctionArn, invocation.Deadline, TimeProvider.System, log.For(invocation.RequestId, invocation.TraceId))
    {
        FunctionName = environment.FunctionName,
        FunctionVersion = environment.FunctionVersion,
        MemoryLimitInMB = environment.MemorySize,
        LogGroupName = environment.LogGroupName,
        LogStreamName = environment.LogStreamName,
        TraceId = invocation.TraceId,
        Serializer = handler.Serializer,
    };

    // On the thread pool: a function that never awaits must not keep the process from ending.
    private static Task<T> UntilStopAsync<T>(Func<Task<T>> run, CancellationToken stop) => Task.Run(run, stop).WaitAsync(stop);
}
