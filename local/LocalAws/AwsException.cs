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
}
