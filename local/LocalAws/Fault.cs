namespace LocalAws;

/// <summary>What goes wrong with one call, either before the service did anything or after the call took effect.</summary>
public sealed record Fault
{
    private Fault(AwsException? answer, bool afterEffect)
    {
        Answer = answer;
        AfterEffect = afterEffect;
    }

    /// <summary>The error that is sent; null when the connection is reset without an answer.</summary>
    internal AwsException? Answer { get; }

    internal bool AfterEffect { get; }

    /// <summary>The service answers with an error.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">The error code, such as <c>TooManyRequestsException</c>.</param>
    /// <param name="message">The error's message.</param>
    /// <param name="afterEffect">Whether the call takes effect all the same.</param>
    public static Fault Error(int status, string code, string message, bool afterEffect = false) => new(new AwsException(status, code, message), afterEffect);

    /// <summary>The connection breaks off without an answer.</summary>
    /// <param name="afterEffect">Whether the call takes effect all the same.</param>
    public static Fault ConnectionReset(bool afterEffect = false) => new(answer: null, afterEffect);
}
