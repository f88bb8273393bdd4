using LocalAws.ApiGateway;

namespace LocalAws;

/// <summary>What goes wrong with one call, before the service did anything or after the call took effect.</summary>
public sealed record Fault
{
    private Fault()
    {
    }

    /// <summary>The error that is sent, in the words of the service that is called.</summary>
    internal Func<IWireProtocol, AwsException>? Refusal { get; private init; }

    /// <summary>Whether nothing is sent and the connection stays open.</summary>
    internal bool TimesOut { get; private init; }

    /// <summary>Whether the service does what it was asked for.</summary>
    internal bool TakesEffect { get; private init; }

    /// <summary>Whether the service's own answer is sent.</summary>
    internal bool Answers { get; private init; }

    internal TimeSpan Delay { get; private init; }

    internal bool IsStale { get; private init; }

    internal bool IsConflict { get; private init; }

    /// <summary>The service answers with an error.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">The error code, such as <c>InternalFailure</c>.</param>
    /// <param name="message">The error's message.</param>
    /// <param name="afterEffect">Whether the call takes effect all the same.</param>
    public static Fault Error(int status, string code, string message, bool afterEffect = false) =>
        new() { Refusal = _ => new AwsException(status, code, message), TakesEffect = afterEffect };

    /// <summary>The service refuses the call for the rate of calls, in its own words. Only API Gateway says when to come back.</summary>
    /// <param name="retryAfter">The <c>Retry-After</c> header, in whole seconds.</param>
    public static Fault Throttled(TimeSpan retryAfter) => new() { Refusal = protocol => protocol.Throttled(retryAfter) };

    /// <summary>API Gateway refuses a call that can be refused so (<see cref="ApiGatewayService.Conflicting"/>), as it makes another change at the same time. Others are not disturbed.</summary>
    public static Fault ConcurrentModification() => new() { Refusal = _ => ApiGatewayErrors.ConcurrentModification(), IsConflict = true };

    /// <summary>The connection breaks off without an answer.</summary>
    /// <param name="afterEffect">Whether the call takes effect all the same.</param>
    public static Fault ConnectionReset(bool afterEffect = false) => new() { TakesEffect = afterEffect };

    /// <summary>No answer comes until the caller gives up; over <see cref="EmbeddedAws.CreateTransport"/> it gives up at once.</summary>
    /// <param name="afterEffect">Whether the call takes effect all the same.</param>
    public static Fault TimeOut(bool afterEffect = false) => new() { TimesOut = true, TakesEffect = afterEffect };

    /// <summary>The call takes effect and is answered, but later.</summary>
    /// <param name="by">How much later, by the instance's clock.</param>
    public static Fault Delayed(TimeSpan by) => new() { TakesEffect = true, Answers = true, Delay = by };

    /// <summary>A read is answered as if the last write to the service had not been made yet. A write is not disturbed. Needs <see cref="EmbeddedAwsOptions.StaleReads"/>.</summary>
    public static Fault StaleRead() => new() { TakesEffect = true, Answers = true, IsStale = true };
}
