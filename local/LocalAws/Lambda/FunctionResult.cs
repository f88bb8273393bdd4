namespace LocalAws.Lambda;

/// <summary>The result of a function, or the error that it threw.</summary>
internal sealed class FunctionResult
{
    private FunctionResult(ReadOnlyMemory<byte> payload, FunctionError? error)
    {
        Payload = payload;
        Error = error;
    }

    public ReadOnlyMemory<byte> Payload { get; }

    public FunctionError? Error { get; }

    public static FunctionResult Success(ReadOnlyMemory<byte> payload) => new(payload, error: null);

    public static FunctionResult Failure(string errorType, string errorMessage) => new(default, new FunctionError(errorType, errorMessage));
}

/// <summary>The body that Lambda returns for an error of a function.</summary>
internal sealed record FunctionError(string ErrorType, string ErrorMessage);
