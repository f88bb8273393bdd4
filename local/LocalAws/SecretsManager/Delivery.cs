namespace LocalAws;

/// <summary>How an event reaches the rotation function. AWS delivers at least once: a function must bear every one of these.</summary>
public sealed record Delivery
{
    /// <summary>Once, and the function's answer counts.</summary>
    public static readonly Delivery Once = new();

    /// <summary>A second time when the first has ended; the second answer counts.</summary>
    public static readonly Delivery Twice = new() { Copies = 2 };

    /// <summary>To two invocations at once; the step has failed when either has.</summary>
    public static readonly Delivery TwiceAtOnce = new() { Copies = 2, AtOnce = true };

    /// <summary>Once, but the answer is lost: the step has failed, whatever the function did.</summary>
    public static readonly Delivery AnswerLost = new() { LosesAnswer = true };

    private Delivery()
    {
    }

    internal int Copies { get; private init; } = 1;

    internal bool AtOnce { get; private init; }

    internal bool LosesAnswer { get; private init; }

    internal TimeSpan? Later { get; private init; }

    /// <summary>Once, and once more later, whatever has become of the rotation by then. Nobody hears the second answer.</summary>
    /// <param name="after">How much later, by the instance's clock.</param>
    public static Delivery AgainAfter(TimeSpan after) => new() { Later = after };
}

/// <summary>A step that is about to be delivered.</summary>
/// <param name="SecretArn">The secret's ARN.</param>
/// <param name="VersionId">The version that the rotation makes.</param>
/// <param name="Step">The step.</param>
/// <param name="Attempt">1 for the first attempt.</param>
public sealed record StepEvent(string SecretArn, string VersionId, string Step, int Attempt);
