using System.Collections.Concurrent;
using System.Globalization;
using LocalAws.Iam;
using LocalAws.Lambda;

namespace LocalAws;

/// <summary>Lambda: functions are handlers in this process, or processes of their own.</summary>
public sealed class LambdaService
{
    private readonly EmbeddedAws _aws;
    private readonly ConcurrentDictionary<string, Function> _functions = new();
    private readonly ConcurrentQueue<ExecutionEnvironments> _processes = new();

    internal LambdaService(EmbeddedAws aws) => _aws = aws;

    /// <summary>The functions' names.</summary>
    public IReadOnlyList<string> Functions => [.. _functions.Keys.Select(arn => arn.Split(':')[^1])];

    /// <summary>Creates a function, or replaces the one of that name.</summary>
    /// <param name="functionName">The function's name.</param>
    /// <param name="handler">Runs the function; an exception is the function's error. It is not stopped when the timeout runs out.</param>
    /// <param name="options">The function's configuration; the defaults where null.</param>
    /// <returns>The function's ARN.</returns>
    /// <exception cref="AwsException">There is no such role, or Lambda may not assume it.</exception>
    public string Register(string functionName, Func<FunctionInvocation, Task<ReadOnlyMemory<byte>>> handler, FunctionOptions? options = null)
    {
        var arn = ArnOf(functionName);
        Put(arn, (invocation, _) => handler(invocation), options ?? new FunctionOptions());
        return arn;
    }

    /// <summary>
    /// Creates a function that runs in processes of its own, or replaces the one of that name. A process is started when an invocation finds none idle, and
    /// again after one has died or was killed for its timeout; it ends with this instance. It lives by the machine's clock, so this instance should too.
    /// </summary>
    /// <param name="functionName">The function's name.</param>
    /// <param name="process">What to start.</param>
    /// <param name="options">The function's configuration; the defaults where null.</param>
    /// <returns>The function's ARN.</returns>
    /// <exception cref="AwsException">There is no such role, or Lambda may not assume it.</exception>
    public string RegisterProcess(string functionName, FunctionProcess process, FunctionOptions? options = null)
    {
        var arn = ArnOf(functionName);
        var environments = new ExecutionEnvironments(_aws, arn, functionName, process, options ?? new FunctionOptions());
        Put(arn, environments.InvokeAsync, options ?? new FunctionOptions());
        _processes.Enqueue(environments);
        return arn;
    }

    /// <summary>Deletes a function, with its policy.</summary>
    /// <param name="functionName">The function's name or ARN.</param>
    /// <exception cref="AwsException">There is no such function.</exception>
    public void Delete(string functionName) => _functions.TryRemove(FunctionOf(functionName).Arn, out _);

    /// <summary>Runs a function and waits for what it returns.</summary>
    /// <param name="functionName">The function's name or ARN.</param>
    /// <param name="payload">The event as JSON.</param>
    /// <exception cref="AwsException">There is no such function.</exception>
    /// <exception cref="FunctionErrorException">The function failed.</exception>
    public async Task<ReadOnlyMemory<byte>> InvokeAsync(string functionName, ReadOnlyMemory<byte> payload)
    {
        var result = await RunAsync(functionName, payload);
        return result.Error is { } error ? throw new FunctionErrorException(error.ErrorType, error.ErrorMessage) : result.Payload;
    }

    /// <summary>Ends the processes of a function at once, as a crash does; an invocation under way fails. A handler of this process goes on.</summary>
    /// <param name="functionName">The function's name or ARN.</param>
    /// <exception cref="AwsException">There is no such function.</exception>
    public Task KillProcessesAsync(string functionName)
    {
        var arn = FunctionOf(functionName).Arn;
        return Task.WhenAll(_processes.Where(environments => environments.FunctionArn == arn).Select(environments => environments.KillAsync()));
    }

    /// <summary>Lets somebody invoke a function. Secrets Manager rotates with no function whose policy does not name it.</summary>
    /// <param name="request">Who may do what with which function.</param>
    /// <returns>The statement that the function's policy got, as JSON.</returns>
    /// <exception cref="AwsException">There is no such function, or its policy has a statement of this id.</exception>
    public string AddPermission(AddPermissionRequest request) => FunctionOf(request.FunctionName).Policy.Add(request);

    /// <summary>Takes a permission back.</summary>
    /// <param name="functionName">The function's name or ARN.</param>
    /// <param name="statementId">The statement's id.</param>
    /// <exception cref="AwsException">There is no such function or statement.</exception>
    public void RemovePermission(string functionName, string statementId)
    {
        if (!_functions.TryGetValue(ArnOf(functionName), out var function))
        {
            // Recorded on AWS.
            throw new AwsException(404, "ResourceNotFoundException", $"No policy found for: {ArnOf(functionName)}");
        }

        function.Policy.Remove(statementId);
    }

    /// <summary>How many invocations of a function were throttled: what CloudWatch counts as AWS/Lambda Throttles.</summary>
    /// <param name="functionName">The function's name or ARN.</param>
    /// <exception cref="AwsException">There is no such function.</exception>
    public int ThrottlesOf(string functionName) => FunctionOf(functionName).Concurrency.Throttles;

    /// <summary>Shows a function's resource policy.</summary>
    /// <param name="functionName">The function's name or ARN.</param>
    /// <exception cref="AwsException">There is no such function, or it has no policy.</exception>
    public FunctionPolicy GetPolicy(string functionName) =>
        _functions.TryGetValue(ArnOf(functionName), out var function) ? function.Policy.Read() : throw ResourcePolicy.None();

    /// <summary>Whether there is such a function and a service of AWS may invoke it on behalf of this account.</summary>
    internal bool Admits(string functionNameOrArn, string service, string? sourceArn = null, bool namesAccount = true)
    {
        var arn = ArnOf(functionNameOrArn);
        var keys = new ConditionKeys();
        keys.Add("aws:SourceAccount", namesAccount ? _aws.AccountId : null);
        keys.Add("aws:SourceArn", sourceArn);
        return PolicyOf(arn)?.Evaluate(new AccessRequest(new Principal(_aws.AccountId, service, RoleArn: null), "lambda:InvokeFunction", arn, keys)) is Verdict.Allowed;
    }

    /// <summary>A function's policy; null where it has none.</summary>
    internal Policy? PolicyOf(string functionArn) => _functions.TryGetValue(functionArn, out var function) ? function.Policy.Policy : null;

    /// <summary>GetFunctionConfiguration's answer, as far as it is known here.</summary>
    internal object Describe(string functionNameOrArn)
    {
        var function = FunctionOf(functionNameOrArn);
        return new
        {
            FunctionName = function.Arn.Split(':')[^1],
            FunctionArn = function.Arn,
            Role = function.Options.RoleArn,
            Timeout = (int)function.Options.Timeout.TotalSeconds,
            Environment = new { Variables = function.Options.Environment },
            Version = "$LATEST",
            PackageType = "Zip",
            State = "Active",
            LastUpdateStatus = "Successful",
            LastModified = function.Modified.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>Ends the processes of functions.</summary>
    internal Task EndProcessesAsync() => Task.WhenAll(_processes.Select(environments => environments.DisposeAsync().AsTask()));

    internal string ArnOf(string functionNameOrArn) =>
        functionNameOrArn.StartsWith("arn:", StringComparison.Ordinal)
            ? functionNameOrArn
            : $"arn:aws:lambda:{_aws.Region}:{_aws.AccountId}:function:{functionNameOrArn}";

    /// <summary>Runs a function and waits for it.</summary>
    /// <exception cref="AwsException">There is no such function, or it runs as often as its reserved concurrency lets it.</exception>
    internal async Task<FunctionResult> RunAsync(string functionNameOrArn, ReadOnlyMemory<byte> payload)
    {
        var function = FunctionOf(functionNameOrArn);
        using var place = function.Concurrency.Enter(function.Options.ReservedConcurrency)
            ?? throw new AwsException(429, "TooManyRequestsException", "Rate Exceeded.") { Reason = "ReservedFunctionConcurrentInvocationLimitExceeded" };
        return await RunAsync(function, payload);
    }

    private async Task<FunctionResult> RunAsync(Function function, ReadOnlyMemory<byte> payload)
    {
        var limit = function.Options.Timeout;
        var invocation = new FunctionInvocation(Guid.NewGuid().ToString(), function.Arn, payload, _aws.TimeProvider.GetUtcNow() + limit);
        using var ended = new CancellationTokenSource();
        // On the pool: a handler that works before its first await must not hold up the caller.
        var run = Task.Run(() => function.Handler(invocation, ended.Token));
        // A hung function is given up in real time; one that ran past its deadline by this instance's clock has timed out all the same.
        await Task.WhenAny(run, Task.Delay(limit, ended.Token));
        await ended.CancelAsync();
        if (!run.IsCompleted || _aws.TimeProvider.GetUtcNow() > invocation.Deadline)
        {
            var timedOut = TimedOut(invocation, limit);
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

    // One that is replaced keeps its policy, as with an update of its code.
    private void Put(string arn, Func<FunctionInvocation, CancellationToken, Task<ReadOnlyMemory<byte>>> handler, FunctionOptions options)
    {
        if (options.RoleArn is { } role && !_aws.Iam.Trusts(role, "lambda.amazonaws.com"))
        {
            // Seen in the field, also for a role that was just made.
            throw new AwsException(400, "InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda.");
        }

        var replaced = _functions.GetValueOrDefault(arn);
        _functions[arn] = new Function(
            arn, handler, options, replaced?.Policy ?? new ResourcePolicy(arn), replaced?.Concurrency ?? new ConcurrencyMeter(), _aws.TimeProvider.GetUtcNow());
    }

    private Function FunctionOf(string functionNameOrArn)
    {
        var arn = ArnOf(functionNameOrArn);
        return _functions.TryGetValue(arn, out var function) ? function : throw new AwsException(404, "ResourceNotFoundException", $"Function not found: {arn}");
    }

    private sealed record Function(
        string Arn,
        Func<FunctionInvocation, CancellationToken, Task<ReadOnlyMemory<byte>>> Handler,
        FunctionOptions Options,
        ResourcePolicy Policy,
        ConcurrencyMeter Concurrency,
        DateTimeOffset Modified);
}
