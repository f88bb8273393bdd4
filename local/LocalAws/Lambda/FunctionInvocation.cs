namespace LocalAws;

/// <summary>One invocation of a function.</summary>
/// <param name="RequestId">A new UUID for each invocation.</param>
/// <param name="FunctionArn">The ARN that was invoked: the function's, or that of its alias.</param>
/// <param name="Payload">The event as JSON. A rotation event holds a token that must not be printed.</param>
/// <param name="Deadline">When the function's timeout runs out.</param>
public sealed record FunctionInvocation(string RequestId, string FunctionArn, ReadOnlyMemory<byte> Payload, DateTimeOffset Deadline)
{
    /// <summary>Names the invocation without its payload.</summary>
    public override string ToString() => $"{nameof(FunctionInvocation)} {{ {RequestId}, {FunctionArn}, {Payload.Length} bytes, deadline {Deadline:O} }}";
}
