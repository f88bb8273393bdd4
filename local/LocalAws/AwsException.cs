namespace LocalAws;

/// <summary>An error that a service answers with. The protocol layer renders it as the service's wire protocol has it.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">The error code, such as <c>ResourceNotFoundException</c>.</param>
/// <param name="message">The error's message.</param>
public sealed class AwsException(int status, string code, string message) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>The error code, such as <c>ResourceNotFoundException</c>.</summary>
    public string Code { get; } = code;

    /// <summary>The <c>Reason</c> member that Lambda gives with a throttled call; none where null.</summary>
    public string? Reason { get; init; }

    /// <summary>The <c>Retry-After</c> header, in seconds; none where null.</summary>
    public int? RetryAfterSeconds { get; init; }

    // No answer of AWS's: an operation that AWS has is not to look like one that it has not. SDKs do not retry 501.
    internal static AwsException NotHere(string service, string operation) =>
        new(501, "NotImplemented", $"The embedded AWS does not have {service} {operation}. local/LocalAws/README.md lists what it has.");
}
