namespace LocalAws;

/// <summary>An error that a service returns. The protocol layer renders it in the service's wire protocol.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">The error code, such as <c>ResourceNotFoundException</c>.</param>
/// <param name="message">The error's message.</param>
public sealed class AwsException(int status, string code, string message) : Exception(message)
{
    /// <summary>Gets the HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>Gets the error code, such as <c>ResourceNotFoundException</c>.</summary>
    public string Code { get; } = code;

    /// <summary>Gets the <c>Reason</c> member that Lambda returns for a throttled call, or null.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets the <c>Retry-After</c> header in seconds, or null.</summary>
    public int? RetryAfterSeconds { get; init; }

    // AWS never returns this. An operation that is not embedded must not look like one that AWS does not have. SDKs do not retry a 501.
    internal static AwsException NotHere(string service, string operation) =>
        new(501, "NotImplemented", $"The embedded AWS does not have {service} {operation}. local/LocalAws/README.md lists what it has.");
}
