namespace RotationFunction;

/// <summary>
/// The exception for a step or action that failed. The message says what is wrong, in which secret or key (by id, never by value), and what to do.
/// </summary>
public sealed class RotationException : Exception
{
    /// <summary>Gets the message without the operation and the secret.</summary>
    public string? Problem { get; init; }

    /// <summary>Gets AWS's error code if AWS denied access in one of several Regions; otherwise null.</summary>
    internal string? DeniedWith { get; set; }

    /// <summary>Creates an exception without a message. Use the other constructors.</summary>
    public RotationException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    public RotationException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and a cause.</summary>
    public RotationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
