using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using LocalAws.Iam;
using LocalAws.Lambda;

namespace LocalAws;

/// <summary>Lambda. Functions are handlers in this process, or separate processes.</summary>
public sealed partial class LambdaService
{
    private const string Latest = "$LATEST";

    private readonly EmbeddedAws _aws;
    private readonly AwsRegion _region;
    private readonly ConcurrentDictionary<string, Function> _functions = new();
    private readonly ConcurrentQueue<ExecutionEnvironments> _processes = new();

    internal LambdaService(EmbeddedAws aws, AwsRegion region) => (_aws, _region) = (aws, region);

    /// <summary>Gets the names of the functions.</summary>
    public IReadOnlyList<string> Functions => [.. _functions.Keys.Select(arn => arn.Split(':')[^1])];

    /// <summary>Creates a function, or replaces the function of that name.</summary>
    /// <param name="functionName">The function's name.</param>
    /// <param name="handler">Runs the function. An exception is the function's error. A timeout does not stop the handler.</param>
    /// <param name="options">The configuration, or null for the defaults.</param>
    /// <returns>The function's ARN.</returns>
    /// <exception cref="AwsException">The role does not exist, or Lambda cannot assume it.</exception>
    public string Register(string functionName, Func<FunctionInvocation, Task<ReadOnlyMemory<byte>>> handler, FunctionOptions? options = null)
    {
        var arn = ArnOf(functionName);
        Put(arn, (invocation, _) => handler(invocation), options ?? new FunctionOptions());
        return arn;
    }

    /// <summary>
    /// Creates a function that runs in separate processes, or replaces the function of that name. A process starts when no process is idle, and again
    /// after one has died or was killed at its timeout. All end with this instance. The processes use the machine's clock, so this instance should
    /// use it too.
    /// </summary>
    /// <param name="functionName">The function's name.</param>
    /// <param name="process">The process to start.</param>
    /// <param name="options">The configuration, or null for the defaults.</param>
    /// <returns>The function's ARN.</returns>
    /// <exception cref="AwsException">The role does not exist, or Lambda cannot assume it.</exception>
    public string RegisterProcess(string functionName, FunctionProcess process, FunctionOptions? options = null)
    {
        var arn = ArnOf(functionName);
        var environments = new ExecutionEnvironments(_aws, _region, arn, functionName, process, options ?? new FunctionOptions());
        Put(arn, environments.InvokeAsync, options ?? new FunctionOptions());
        _processes.Enqueue(environments);
        return arn;
    }

    /// <summary>Deletes a function and its policy.</summary>
    /// <param name="functionName">The function's name or ARN.</param>
    /// <exception cref="AwsException">The function does not exist.</exception>
    public void Delete(string functionName) => _functions.TryRemove(FunctionOf(functionName).Arn, out _);

    /// <summary>Creates an alias of a function. Versions are not published here, so the alias points to $LATEST.</summary>
    /// <param name="functionName">The function's name or ARN.</param>
    /// <param name="name">The name of the alias.</param>
    /// <param name="functionVersion">The version of the alias.</param>
    /// <returns>The ARN of the alias.</returns>
    /// <exception cref="AwsException">The function or the version does not exist, the alias exists, or its name is not valid.</exception>
    public string CreateAlias(string functionName, string name, string functionVersion)
    {
        var function = FunctionOf(functionName);
        if (!AliasName().IsMatch(name))
        {
            throw new AwsException(400, "ValidationException",
                "An alias has 1 to 128 letters, digits, hyphens and underscores, and not digits alone.");
        }

        if (functionVersion != Latest)
        {
            throw new AwsException(404, "ResourceNotFoundException", $"Function not found: {function.Arn}:{functionVersion}");
        }

        var arn = $"{function.Arn}:{name}";
        return function.Policies.TryAdd(arn, new ResourcePolicy(arn))
            ? arn : throw new AwsException(409, "ResourceConflictException", $"Alias already exists: {arn}");
    }

    /// <summary>Returns whether a function has an alias.</summary>
    /// <param name="functionName">The function's name or ARN.</param>
    /// <param name="name">The name of the alias.</param>
    /// <exception cref="AwsException">The function does not exist.</exception>
    public bool HasAlias(string functionName, string name) =>
        FunctionOf(functionName) is var function && function.Policies.ContainsKey($"{function.Arn}:{name}");

    /// <summary>Deletes an alias and its policy.</summary>
    /// <param name="functionName">The function's name or ARN.</param>
    /// <param name="name">The name of the alias.</param>
    /// <exception cref="AwsException">The function or the alias does not exist.</exception>
    public void DeleteAlias(string functionName, string name)
    {
        var arn = ArnOf(functionName, name);
        if (!FunctionOf(functionName).Policies.TryRemove(arn, out _))
        {
            throw new AwsException(404, "ResourceNotFoundException", $"Cannot find alias arn: {arn}");
        }
    }

    /// <summary>Runs a function and waits for its result.</summary>
    /// <param name="functionName">The name or ARN of the function, or the ARN of its alias.</param>
    /// <param name="payload">The event as JSON.</param>
    /// <exception cref="AwsException">The function does not exist.</exception>
    /// <exception cref="FunctionErrorException">The function failed.</exception>
    public async Task<ReadOnlyMemory<byte>> InvokeAsync(string functionName, ReadOnlyMemory<byte> payload)
    {
        var result = await RunAsync(functionName, payload);
        return result.Error is { } error ? throw new FunctionErrorException(error.ErrorType, error.ErrorMessage) : result.Payload;
    }

    /// <summary>Kills the processes of a function, like a crash. An invocation in progress fails. A handler in this process continues.</summary>
    /// <param name="functionName">The function's name or ARN.</param>
    /// <exception cref="AwsException">The function does not exist.</exception>
    public Task KillProcessesAsync(string functionName)
    {
        var arn = FunctionOf(functionName).Arn;
        return Task.WhenAll(_processes.Where(environments => environments.FunctionArn == arn).Select(environments => environments.KillAsync()));
    }

    /// <summary>Adds a permission to invoke a function. Secrets Manager rotates only with a function whose policy permits it.</summary>
    /// <param name="request">The statement and its function.</param>
    /// <returns>The new statement of the function's policy, as JSON.</returns>
    /// <exception cref="AwsException">The function or the alias does not exist, or its policy already has a statement of this id.</exception>
    public string AddPermission(AddPermissionRequest request)
    {
        var arn = ArnOf(request.FunctionName, request.Qualifier);
        // Observed in the field.
        return QualifierOf(arn) == Latest
            ? throw new AwsException(400, "InvalidParameterValueException", $"We currently do not support adding policies for {Latest}.")
            : WritablePolicyOf(arn).Add(request);
    }

    /// <summary>Removes a permission.</summary>
    /// <param name="functionName">The function's name or ARN.</param>
    /// <param name="statementId">The statement's id.</param>
    /// <param name="qualifier">The alias whose policy has the statement, or null for the function's own policy.</param>
    /// <exception cref="AwsException">The function, the alias or the statement does not exist.</exception>
    public void RemovePermission(string functionName, string statementId, string? qualifier = null)
    {
        var arn = ArnOf(functionName, qualifier);
        // Recorded on AWS.
        var policy = FindPolicy(arn) ?? throw new AwsException(404, "ResourceNotFoundException", $"No policy found for: {arn}");
        policy.Remove(statementId);
    }

    /// <summary>Returns the number of throttled invocations of a function, which CloudWatch reports as AWS/Lambda Throttles.</summary>
    /// <param name="functionName">The function's name or ARN.</param>
    /// <exception cref="AwsException">The function does not exist.</exception>
    public int ThrottlesOf(string functionName) => FunctionOf(functionName).Concurrency.Throttles;

    /// <summary>Returns the resource policy of a function or an alias.</summary>
    /// <param name="functionName">The function's name or ARN.</param>
    /// <param name="qualifier">The alias, or null for the function itself.</param>
    /// <exception cref="AwsException">The function or the alias does not exist, or has no policy.</exception>
    public FunctionPolicy GetPolicy(string functionName, string? qualifier = null) =>
        (FindPolicy(ArnOf(functionName, qualifier)) ?? throw ResourcePolicy.None()).Read();

    /// <summary>
    /// Returns whether the function exists and permits an AWS service to invoke it, on behalf of this account or of a resource in it. AWS contradicts
    /// itself on whether EventBridge sends the account too; the stricter variant is assumed.
    /// </summary>
    internal bool Admits(string functionNameOrArn, string service, string? sourceArn = null)
    {
        var arn = ArnOf(functionNameOrArn);
        var keys = new ConditionKeys();
        keys.Add("aws:SourceAccount", sourceArn is null ? _aws.AccountId : null);
        keys.Add("aws:SourceArn", sourceArn);
        return PolicyOf(arn)?.Evaluate(
            new AccessRequest(new Principal(_aws.AccountId, service, RoleArn: null), "lambda:InvokeFunction", arn, keys)) is Verdict.Allowed;
    }

    /// <summary>
    /// Returns the policy for this ARN of a function or an alias, or null. A permission for a function does not apply to its alias, nor the other way
    /// around.
    /// </summary>
    internal Policy? PolicyOf(string arn) =>
        _functions.TryGetValue(WithoutQualifier(arn), out var function) && function.Policies.TryGetValue(arn, out var policy) ? policy.Policy : null;

    /// <summary>Returns the known part of GetFunctionConfiguration's response.</summary>
    internal object Describe(string functionNameOrArn)
    {
        var function = FunctionOf(functionNameOrArn);
        return new
        {
            FunctionName = function.Arn.Split(':')[^1],
            FunctionArn = ArnOf(functionNameOrArn),
            Role = function.Options.RoleArn,
            Timeout = (int)function.Options.Timeout.TotalSeconds,
            Environment = new { Variables = function.Options.Environment },
            Version = Latest,
            PackageType = "Zip",
            State = "Active",
            LastUpdateStatus = "Successful",
            LastModified = function.Modified.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>Ends the processes of the functions.</summary>
    internal Task EndProcessesAsync() => Task.WhenAll(_processes.Select(environments => environments.DisposeAsync().AsTask()));

    /// <summary>Returns the ARN of a function, with the qualifier of its name or the separate qualifier.</summary>
    internal string ArnOf(string functionNameOrArn, string? qualifier = null)
    {
        var arn = functionNameOrArn.StartsWith("arn:", StringComparison.Ordinal)
            ? functionNameOrArn
            : $"arn:aws:lambda:{_region.Name}:{_aws.AccountId}:function:{functionNameOrArn}";
        return QualifierOf(arn) is null && qualifier is not null ? $"{arn}:{qualifier}" : arn;
    }

    /// <summary>Runs a function and waits for its result.</summary>
    /// <exception cref="AwsException">The function does not exist, or has reached its reserved concurrency.</exception>
    internal async Task<FunctionResult> RunAsync(string functionNameOrArn, ReadOnlyMemory<byte> payload)
    {
        var function = FunctionOf(functionNameOrArn);
        using var place = function.Concurrency.Enter(function.Options.ReservedConcurrency)
            ?? throw new AwsException(429, "TooManyRequestsException", "Rate Exceeded.")
            {
                Reason = "ReservedFunctionConcurrentInvocationLimitExceeded",
            };
        return await RunAsync(function, ArnOf(functionNameOrArn), payload);
    }

    private async Task<FunctionResult> RunAsync(Function function, string invokedArn, ReadOnlyMemory<byte> payload)
    {
        var limit = function.Options.Timeout;
        var invocation = new FunctionInvocation(Guid.NewGuid().ToString(), invokedArn, payload, _aws.TimeProvider.GetUtcNow() + limit);
        using var ended = new CancellationTokenSource();
        // On the thread pool: a handler that works before its first await must not block the caller.
        var run = Task.Run(() => function.Handler(invocation, ended.Token));
        // A hung function ends in real time. One that has passed its deadline by this instance's clock has also timed out.
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
        // Lambda returns every exception of a function as a response.
        catch (Exception exception)
        {
            return FunctionResult.Failure(exception.GetType().Name, exception.Message);
        }
    }

    internal static FunctionErrorException TimedOut(FunctionInvocation invocation, TimeSpan timeout) => new(
        "Sandbox.Timedout",
        $"RequestId: {invocation.RequestId} Error: Task timed out after {timeout.TotalSeconds.ToString("F2", CultureInfo.InvariantCulture)} seconds");

    // A replaced function keeps its aliases and policies, as after an update of its code.
    private void Put(string arn, Func<FunctionInvocation, CancellationToken, Task<ReadOnlyMemory<byte>>> handler, FunctionOptions options)
    {
        if (options.RoleArn is { } role && !_aws.Iam.Trusts(role, "lambda.amazonaws.com"))
        {
            // Observed in the field, also for a new role.
            throw new AwsException(400, "InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda.");
        }

        var replaced = _functions.GetValueOrDefault(arn);
        _functions[arn] = new Function(
            arn, handler, options, replaced?.Policies ?? new([new(arn, new ResourcePolicy(arn))]), replaced?.Concurrency
                ?? new ConcurrencyMeter(), _aws.TimeProvider.GetUtcNow());
    }

    private Function FunctionOf(string functionNameOrArn)
    {
        var arn = ArnOf(functionNameOrArn);
        return _functions.TryGetValue(WithoutQualifier(arn), out var function)
            && (QualifierOf(arn) is null or Latest || function.Policies.ContainsKey(arn))
            ? function
            : throw new AwsException(404, "ResourceNotFoundException", $"Function not found: {arn}");
    }

    private ResourcePolicy? FindPolicy(string arn) =>
        _functions.TryGetValue(WithoutQualifier(arn), out var function) ? function.Policies.GetValueOrDefault(arn) : null;

    private ResourcePolicy WritablePolicyOf(string arn) =>
        FunctionOf(arn).Policies.GetValueOrDefault(arn) ?? throw ResourcePolicy.None();

    private static string? QualifierOf(string arn) => arn.Split(':') is [_, _, _, _, _, _, _, var qualifier] ? qualifier : null;

    private static string WithoutQualifier(string arn) => QualifierOf(arn) is { } qualifier ? arn[..^(qualifier.Length + 1)] : arn;

    // API reference, CreateAlias.
    [GeneratedRegex(@"\A(?![0-9]+\z)[a-zA-Z0-9-_]{1,128}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AliasName();

    private sealed record Function(
        string Arn,
        Func<FunctionInvocation, CancellationToken, Task<ReadOnlyMemory<byte>>> Handler,
        FunctionOptions Options,
        ConcurrentDictionary<string, ResourcePolicy> Policies, // by ARN: the function's own and those of its aliases
        ConcurrencyMeter Concurrency,
        DateTimeOffset Modified);
}
