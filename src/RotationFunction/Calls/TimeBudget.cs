using Amazon.Lambda.Core;

namespace RotationFunction;

/// <summary>The time of an invocation, and what it has spent on waits.</summary>
internal sealed class TimeBudget(ILambdaContext context)
{
    /// <summary>What is left until Lambda ends the invocation.</summary>
    public TimeSpan Remaining => context.RemainingTime;

    /// <summary>The part that the invocation needs after its calls: no wait may use it.</summary>
    public TimeSpan Reserved { get; set; }

    /// <summary>How often API Gateway has refused a call for its rate or for another change.</summary>
    public int Refusals { get; set; }

    /// <summary>How long the invocation has waited for its role to take effect.</summary>
    public TimeSpan WaitedForRole { get; set; }
}
