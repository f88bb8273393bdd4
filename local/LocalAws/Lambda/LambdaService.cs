using System.Collections.Concurrent;
using System.Globalization;
using LocalAws.Lambda;

namespace LocalAws;

/// <summary>Lambda: functions are handlers in this process, or processes of their own.</summary>
public sealed class LambdaService
{
    private readonly EmbeddedAws _aws;
    private readonly ConcurrentDictionary<string, Function> _functions = new();
    private readonly ConcurrentQueue<ExecutionEnvironments> _processes = new();

    internal LambdaService(EmbeddedAws aws) => _aws = aws;

    /// <summary>Creates a function, or replaces the one of that name.</summary>
    /// <param name="functionName">The function's name.</param>
    /// <param name="handler">Runs the function; an exception is the function's error. It is not stopped when the timeout runs out.</param>
    /// <param name="timeout">The function's timeout; Lambda's longest, 15 minutes, where null.</param>
    /// <returns>The function's ARN.</returns>
    public string Register(string functionName, Func<FunctionInvocation, Task<ReadOnlyMemory<byte>>> handler, TimeSpan? timeout = null)
    {
        var arn = ArnOf(functionName);
        _functions[arn] = new Function(arn, (invocation, _) => handler(invocation), timeout ?? TimeSpan.FromMinutes(15));
        return arn;
    }

    /// <summary>
    /// Creates a function that runs in processes of its own, or replaces the one of that name. A process is started when an invocation finds none idle, and
    /// again after one has died; it ends with this instance. It lives by the machine's clock, so this instance should too.
    /// </summary>
    /// <param name="functionName">The function's name.</param>
    /// <param name="process">What to start.</param>
    /// <param name="timeout">The function's timeout, after which its process is killed; Lambda's longest, 15 minutes, where null.</param>
    /// <returns>The function's ARN.</returns>
    public string RegisterProcess(string functionName, FunctionProcess process, TimeSpan? timeout = null)
    {
        var arn = ArnOf(functionName);
        var limit = timeout ?? TimeSpan.FromMinutes(15);
        var environments = new ExecutionEnvironments(_aws, functionName, process, limit);
        _processes.Enqueue(environments);
        _functions[arn] = new Function(arn, environments.InvokeAsync, limit);
        return arn;
    }

    /// <summary>Ends the processes of functions.</summary>
    internal Task EndProcessesAsync() => Task.WhenAll(_processes.Select(environments => environments.DisposeAsync().AsTask()));

    /// <summary>Whether there is such a function.</summary>
    internal bool Exists(string functionNameOrArn) => _functions.ContainsKey(ArnOf(functionNameOrArn));

    internal string ArnOf(string functionNameOrArn) =>
        functionNameOrArn.StartsWith("arn:", StringComparison.Ordinal)
            ? functionNameOrArn
            : $"arn:aws:lambda:{_aws.Region}:{_aws.AccountId}:function:{functionNameOrArn}";

    /// <summary>Runs a function and waits for it.</summary>
    /// <exception cref="AwsException">There is no such function.</exception>
    internal async Task<FunctionResult> InvokeAsync(string functionNameOrArn, ReadOnlyMemory<byte> payload)
    {
        var arn = ArnOf(functionNameOrArn);
        if (!_functions.TryGetValue(arn, out var function))
        {
            throw new AwsException(404, "ResourceNotFoundException", $"Function not found: {arn}");
        }

        var invocation = new FunctionInvocation(Guid.NewGuid().ToString(), arn, payload, _aws.TimeProvider.GetUtcNow() + function.Timeout);
        using var ended = new CancellationTokenSource();
        // On the pool: a handler that works before its first await must not hold up the caller.
        var run = Task.Run(() => function.Handler(invocation, ended.Token));
        // A hung function is given up in real time; one that ran past its deadline by this instance's clock has timed out all the same.
        await Task.WhenAny(run, Task.Delay(function.Timeout, ended.Token));
        await ended.CancelAsync();
        if (!run.IsCompleted || _aws.TimeProvider.GetUtcNow() > invocation.Deadline)
        {
            var timedOut = TimedOut(invocation, function.Timeout);
            return FunctionResult.Failure(timedOut.ErrorType, timedOut.Message);
        }

        try
        {
            return FunctionResult.Success(await run);
        }
        catch (FunctionErrorException exception)
        {
            return FunctionResult.Failure(exception.ErrorType, exception.Message);
        }
        // Whatever a function throws is an answer of Lambda's.
        catch (Exception exception)
        {
            return FunctionResult.Failure(exception.GetType().Name, exception.Message);
        }
    }

    internal static FunctionErrorException TimedOut(FunctionInvocation invocation, TimeSpan timeout) => new(
        "Sandbox.Timedout",
        $"RequestId: {invocation.RequestId} Error: Task timed out after {timeout.TotalSeconds.ToString("F2", CultureInfo.InvariantCulture)} seconds");

    private sealed record Function(string Arn, Func<FunctionInvocation, CancellationToken, Task<ReadOnlyMemory<byte>>> Handler, TimeSpan Timeout);
}
