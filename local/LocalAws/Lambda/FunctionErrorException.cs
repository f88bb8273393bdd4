namespace LocalAws;

/// <summary>A function's own exception, for a handler that runs the function elsewhere and has only the error's type and message.</summary>
/// <param name="errorType">The exception's type, as in Lambda's <c>errorType</c>.</param>
/// <param name="message">The exception's message, as in Lambda's <c>errorMessage</c>.</param>
public sealed class FunctionErrorException(string errorType, string message) : Exception(message)
{
    /// <summary>Gets the exception's type, as in Lambda's <c>errorType</c>.</summary>
    public string ErrorType { get; } = errorType;
}
