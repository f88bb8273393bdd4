using LocalAws.ApiGateway;

namespace LocalAws;

/// <summary>A fault of one call, before the service acts or after the call has taken effect.</summary>
public sealed record Fault
{
    private Fault()
    {
    }

    /// <summary>Gets the error that is sent, in the wording of the called service.</summary>
    internal Func<IWireProtocol, AwsException>? Refusal { get; private init; }

    /// <summary>Gets whether nothing is sent and the connection stays open.</summary>
    internal bool TimesOut { get; private init; }

    /// <summary>Gets whether the call takes effect.</summary>
    internal bool TakesEffect { get; private init; }

    /// <summary>Gets whether the service's own response is sent.</summary>
    internal bool Answers { get; private init; }

    internal TimeSpan Delay { get; private init; }

    internal bool IsStale { get; private init; }

    internal bool IsConflict { get; private init; }

    /// <summary>Creates a fault in which the service returns an error.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">The error code, such as <c>InternalFailure</c>.</param>
    /// <param name="message">The error's message.</param>
    /// <param name="afterEffect">Whether the call takes effect nevertheless.</param>
    public static Fault Error(int status, string code, string message, bool afterEffect = false) =>
        new() { Refusal = _ => new AwsException(status, code, message), TakesEffect = afterEffect };

    /// <summary>Creates a fault in which the service throttles the call, in its own words. Only API Gateway sends Retry-After.</summary>
    /// <param name="retryAfter">The <c>Retry-After</c> header, in whole seconds.</param>
    public static Fault Throttled(TimeSpan retryAfter) => new() { Refusal = protocol => protocol.Throttled(retryAfter) };

    /// <summary>
    /// Creates a fault in which API Gateway rejects the call because another change is in progress. It affects only calls that can conflict
    /// (<see cref="ApiGatewayService.Conflicting"/>).
    /// </summary>
    public static Fault ConcurrentModification() => new() { Refusal = _ => ApiGatewayErrors.ConcurrentModification(), IsConflict = true };

    /// <summary>Creates a fault in which the connection ends without a response.</summary>
    /// <param name="afterEffect">Whether the call takes effect nevertheless.</param>
    public static Fault ConnectionReset(bool afterEffect = false) => new() { TakesEffect = afterEffect };

    /// <summary>
    /// Creates a fault without a response until the caller gives up. A caller that uses <see cref="EmbeddedAws.CreateTransport"/> gives up at once.
    /// </summary>
    /// <param name="afterEffect">Whether the call takes effect nevertheless.</param>
    public static Fault TimeOut(bool afterEffect = false) => new() { TimesOut = true, TakesEffect = afterEffect };

    /// <summary>Creates a fault in which the call takes effect and the response is late.</summary>
    /// <param name="by">The delay, by the instance's clock.</param>
    public static Fault Delayed(TimeSpan by) => new() { TakesEffect = true, Answers = true, Delay = by };

    /// <summary>
    /// Creates a fault in which a read does not see the last write to the service. It does not affect writes. Requires
    /// <see cref="EmbeddedAwsOptions.StaleReads"/>.
    /// </summary>
    public static Fault StaleRead() => new() { TakesEffect = true, Answers = true, IsStale = true };
}
