namespace LocalAws;

/// <summary>An invocation of a function.</summary>
/// <param name="RequestId">A new UUID for each invocation.</param>
/// <param name="FunctionArn">The invoked ARN: the function's, or its alias's.</param>
/// <param name="Payload">The event as JSON. A rotation event contains a token that must not be printed.</param>
/// <param name="Deadline">The time at which the function times out.</param>
public sealed record FunctionInvocation(string RequestId, string FunctionArn, ReadOnlyMemory<byte> Payload, DateTimeOffset Deadline)
{
    /// <summary>Returns a text that identifies the invocation without its payload.</summary>
    public override string ToString() =>
        $"{nameof(FunctionInvocation)} {{ {RequestId}, {FunctionArn}, {Payload.Length} bytes, deadline {Deadline:O} }}";
}
