namespace RotationFunction;

/// <summary>A step cannot go on. The message says what is wrong, in which secret or key (by id, never by value), and what to do.</summary>
public sealed class RotationException : Exception
{
    /// <summary>The message without the secret that it is about.</summary>
    public string? Problem { get; init; }

    /// <summary>A failure without a message; use the others.</summary>
    public RotationException()
    {
    }

    /// <summary>A failure with its message.</summary>
    public RotationException(string message)
        : base(message)
    {
    }

    /// <summary>A failure with its message and what caused it.</summary>
    public RotationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
