using Amazon.Lambda.Core;

namespace RotationFunction;

/// <summary>The remaining time of an invocation, and the time that it spent on waits.</summary>
internal sealed class TimeBudget(ILambdaContext context)
{
    /// <summary>Gets the time until Lambda ends the invocation.</summary>
    public TimeSpan Remaining => context.RemainingTime;

    /// <summary>Gets or sets the part that the invocation needs after its calls. No wait may use it.</summary>
    public TimeSpan Reserved { get; set; }

    /// <summary>Gets or sets the number of calls so far, however often each was retried.</summary>
    public int Calls { get; set; }

    /// <summary>Gets or sets how long the calls have waited for their turns.</summary>
    public TimeSpan Waited { get; set; }

    /// <summary>Gets or sets how often a call for which a person waits was retried because of a concurrent change.</summary>
    public int RetriesForPerson { get; set; }

    /// <summary>Gets or sets how long the invocation has waited for its role to take effect.</summary>
    public TimeSpan WaitedForRole { get; set; }
}
