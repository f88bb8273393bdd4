namespace LocalAws;

/// <summary>The delivery of an event to the rotation function. AWS delivers at least once, so a function must handle each of these.</summary>
public sealed record Delivery
{
    /// <summary>Once. The function's result counts.</summary>
    public static readonly Delivery Once = new();

    /// <summary>Again after the first invocation has ended. The second result counts.</summary>
    public static readonly Delivery Twice = new() { Copies = 2 };

    /// <summary>To two invocations at once. The step fails if either fails.</summary>
    public static readonly Delivery TwiceAtOnce = new() { Copies = 2, AtOnce = true };

    /// <summary>Once, but the result is lost. The step fails, whatever the function did.</summary>
    public static readonly Delivery AnswerLost = new() { LosesAnswer = true };

    private Delivery()
    {
    }

    internal int Copies { get; private init; } = 1;

    internal bool AtOnce { get; private init; }

    internal bool LosesAnswer { get; private init; }

    internal TimeSpan? Later { get; private init; }

    /// <summary>Once, and again later, whatever the state of the rotation is by then. The second result is lost.</summary>
    /// <param name="after">The delay, by the instance's clock.</param>
    public static Delivery AgainAfter(TimeSpan after) => new() { Later = after };
}

/// <summary>A step before its delivery.</summary>
/// <param name="SecretArn">The secret's ARN.</param>
/// <param name="VersionId">The version of the rotation.</param>
/// <param name="Step">The step.</param>
/// <param name="Attempt">The number of the attempt, from 1.</param>
public sealed record StepEvent(string SecretArn, string VersionId, string Step, int Attempt);
