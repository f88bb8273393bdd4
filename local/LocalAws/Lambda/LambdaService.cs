using System.Collections.Concurrent;
using System.Globalization;
using LocalAws.Lambda;

namespace LocalAws;

/// <summary>Lambda: functions are handlers in this process.</summary>
public sealed class LambdaService
{
    private readonly EmbeddedAws _aws;
    private readonly ConcurrentDictionary<string, Function> _functions = new();

    internal LambdaService(EmbeddedAws aws) => _aws = aws;

    /// <summary>Creates a function, or replaces the one of that name.</summary>
    /// <param name="functionName">The function's name.</param>
    /// <param name="handler">Runs the function; an exception is the function's error. It is not stopped when the timeout runs out.</param>
    /// <param name="timeout">The function's timeout; Lambda's longest, 15 minutes, where null.</param>
    /// <returns>The function's ARN.</returns>
    public string Register(string functionName, Func<FunctionInvocation, Task<ReadOnlyMemory<byte>>> handler, TimeSpan? timeout = null)
    {
        var arn = ArnOf(functionName);
        _functions[arn] = new Function(arn, handler, timeout ?? TimeSpan.FromMinutes(15));
        return arn;
    }

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
        // On the pool: a handler that works before its first await must not hold up the caller.
        var run = Task.Run(() => function.Handler(invocation));
        // A hung function is given up in real time; one that ran past its deadline by this instance's clock has timed out all the same.
        using var ended = new CancellationTokenSource();
        await Task.WhenAny(run, Task.Delay(function.Timeout, ended.Token));
        await ended.CancelAsync();
        if (!run.IsCompleted || _aws.TimeProvider.GetUtcNow() > invocation.Deadline)
        {
            var seconds = function.Timeout.TotalSeconds.ToString("F2", CultureInfo.InvariantCulture);
            return FunctionResult.Failure("Sandbox.Timedout", $"RequestId: {invocation.RequestId} Error: Task timed out after {seconds} seconds");
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

    private sealed record Function(string Arn, Func<FunctionInvocation, Task<ReadOnlyMemory<byte>>> Handler, TimeSpan Timeout);
}
