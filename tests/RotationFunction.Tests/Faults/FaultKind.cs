using System.Collections.Immutable;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>What goes wrong at one AWS call of the function.</summary>
internal enum FaultKind
{
    /// <summary>AWS answers 500 and did nothing; the SDK sends the call again.</summary>
    ErrorBefore,

    /// <summary>AWS answers 500 but did it; the SDK sends the call again.</summary>
    ErrorAfter,

    /// <summary>The connection breaks before AWS did anything; the SDK sends the call again.</summary>
    ResetBefore,

    /// <summary>The connection breaks when AWS has done it; the SDK sends the call again.</summary>
    ResetAfter,

    /// <summary>No answer comes in time, and AWS did nothing.</summary>
    TimeOutBefore,

    /// <summary>No answer comes in time, but AWS did it.</summary>
    TimeOutAfter,

    /// <summary>AWS refuses for the rate of calls, with Retry-After; the SDK sends the call again.</summary>
    Throttled,

    /// <summary>API Gateway refuses, as it makes another change at the same time.</summary>
    ConcurrentModification,

    /// <summary>AWS denies access this once: the invocation fails.</summary>
    Denied,

    /// <summary>The function's process dies before the call.</summary>
    KilledBefore,

    /// <summary>The function's process dies when the call has taken effect.</summary>
    KilledAfter,

    /// <summary>The call takes until Lambda ends the invocation; it does take effect.</summary>
    LambdaTimeOut,

    /// <summary>A read misses the last write.</summary>
    StaleRead,

    /// <summary>The same event is delivered a second time, and that invocation runs from its start to its end before this call.</summary>
    Twin,

    /// <summary>All events of the two rotations before are delivered again, late, before this call.</summary>
    LateEvents,
}

/// <summary>A fault at the n-th call that the function makes; those of a twin or a late event do not count.</summary>
internal sealed record PlannedFault(int Call, FaultKind Kind)
{
    public override string ToString() => $"{Kind} at call {Call}";
}

internal static class FaultKinds
{
    public static readonly ImmutableArray<FaultKind> All = [.. Enum.GetValues<FaultKind>()];

    /// <summary>What the embedded AWS does to the call; null for what happens to the function instead.</summary>
    public static Fault? OfEmbeddedAws(FaultKind kind) => kind switch
    {
        FaultKind.ErrorBefore or FaultKind.ErrorAfter => Fault.Error(500, "InternalFailure", "Injected.", kind == FaultKind.ErrorAfter),
        FaultKind.ResetBefore or FaultKind.ResetAfter => Fault.ConnectionReset(kind == FaultKind.ResetAfter),
        FaultKind.TimeOutBefore or FaultKind.TimeOutAfter => Fault.TimeOut(kind == FaultKind.TimeOutAfter),
        FaultKind.Throttled => Fault.Throttled(TimeSpan.FromSeconds(1)),
        FaultKind.ConcurrentModification => Fault.ConcurrentModification(),
        FaultKind.Denied => Fault.Error(400, "AccessDeniedException", "Injected."),
        FaultKind.StaleRead => Fault.StaleRead(),
        _ => null,
    };

    /// <summary>The kinds that can happen to a call.</summary>
    public static IEnumerable<FaultKind> Possible(MadeCall call, bool hasPast) => All.Where(kind =>
        (kind != FaultKind.StaleRead || call.IsRead) && (kind != FaultKind.ConcurrentModification || call.Conflicts) && (kind != FaultKind.LateEvents || hasPast));

    /// <summary>The kinds that the function's code can tell from each other: those whose pairs are tried, and what the SDK does not send again.</summary>
    public static IEnumerable<FaultKind> Differing(MadeCall call, bool hasPast) =>
        Possible(call, hasPast).Intersect([FaultKind.ConcurrentModification, FaultKind.Denied, .. Distinct(call, hasPast)]);

    /// <summary>
    /// The kinds whose pairs are tried, each where it makes a difference. An error, a broken connection and a time-out before the effect are sent again
    /// by the SDK and change nothing, and after the effect they are the same resend. A process that dies after call n is one that dies before call n + 1;
    /// a denial or Lambda's time-out ends the invocation at the same places.
    /// </summary>
    public static IEnumerable<FaultKind> Distinct(MadeCall call, bool hasPast)
    {
        yield return FaultKind.KilledBefore;
        yield return FaultKind.Twin;
        if (hasPast)
        {
            yield return FaultKind.LateEvents;
        }

        if (call.IsRead)
        {
            yield return FaultKind.StaleRead;
        }
        else
        {
            yield return FaultKind.ErrorAfter;
        }

        if (call.IsLast)
        {
            yield return FaultKind.KilledAfter;
        }
    }
}
