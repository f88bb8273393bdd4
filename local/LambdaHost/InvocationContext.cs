using Amazon.Lambda.Core;

namespace LambdaHost;

/// <summary>What a handler is told of its invocation.</summary>
/// <param name="requestId">Unique to the invocation.</param>
/// <param name="functionArn">The ARN that was invoked.</param>
/// <param name="deadline">When Lambda would end the invocation.</param>
/// <param name="time">The clock that <see cref="RemainingTime"/> is read from.</param>
/// <param name="logger">Where the handler logs.</param>
public sealed class InvocationContext(string requestId, string functionArn, DateTimeOffset deadline, TimeProvider time, ILambdaLogger logger) : ILambdaContext
{
    /// <inheritdoc/>
    public string AwsRequestId => requestId;

    /// <inheritdoc/>
    public string InvokedFunctionArn => functionArn;

    /// <inheritdoc/>
    public string FunctionName => functionArn.Split(':')[6];

    /// <inheritdoc/>
    public string FunctionVersion => "$LATEST";

    /// <inheritdoc/>
    public ILambdaLogger Logger => logger;

    /// <inheritdoc/>
    public TimeSpan RemainingTime => deadline - time.GetUtcNow();

    /// <inheritdoc/>
    public int MemoryLimitInMB => 512;

    /// <inheritdoc/>
    public string LogGroupName => "/aws/lambda/" + FunctionName;

    /// <inheritdoc/>
    public string LogStreamName => requestId;

    /// <inheritdoc/>
    public IClientContext? ClientContext => null;

    /// <inheritdoc/>
    public ICognitoIdentity? Identity => null;
}
