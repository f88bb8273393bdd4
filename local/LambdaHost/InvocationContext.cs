using Amazon.Lambda.Core;

namespace LambdaHost;

/// <summary>The context of an invocation, as a handler receives it.</summary>
/// <param name="requestId">The id of the invocation.</param>
/// <param name="functionArn">The invoked ARN.</param>
/// <param name="deadline">The time at which Lambda would end the invocation.</param>
/// <param name="time">The clock for <see cref="RemainingTime"/>.</param>
/// <param name="logger">The logger of the handler.</param>
public sealed class InvocationContext(string requestId, string functionArn, DateTimeOffset deadline, TimeProvider time, ILambdaLogger logger)
    : ILambdaContext
{
    private readonly string? _logGroupName;

    /// <inheritdoc/>
    public string AwsRequestId { get; } = requestId;

    /// <inheritdoc/>
    public string InvokedFunctionArn { get; } = functionArn;

    /// <inheritdoc/>
    public string FunctionName { get; init; } = functionArn.Split(':') is [_, _, _, _, _, _, var name, ..] ? name : functionArn;

    /// <inheritdoc/>
    public string FunctionVersion { get; init; } = "$LATEST";

    /// <inheritdoc/>
    public ILambdaLogger Logger => logger;

    /// <inheritdoc/>
    public TimeSpan RemainingTime => deadline - time.GetUtcNow();

    /// <inheritdoc/>
    public int MemoryLimitInMB { get; init; } = 512;

    /// <inheritdoc/>
    public string LogGroupName
    {
        get => _logGroupName ?? "/aws/lambda/" + FunctionName;
        init => _logGroupName = value;
    }

    /// <inheritdoc/>
    public string LogStreamName { get; init; } = requestId;

    /// <inheritdoc/>
    public string TraceId { get; init; } = "";

    /// <inheritdoc/>
    public string TenantId => "";

    /// <inheritdoc/>
    public ILambdaSerializer? Serializer { get; init; }

    /// <inheritdoc/>
    public IClientContext? ClientContext => null;

    /// <inheritdoc/>
    public ICognitoIdentity? Identity => null;
}
