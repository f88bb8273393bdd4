namespace LocalAws;

/// <summary>How a rotation ended.</summary>
public enum RotationOutcome
{
    /// <summary>All steps passed and the new version is AWSCURRENT; for a test, testSecret passed.</summary>
    Succeeded,

    /// <summary>No attempt passed. AWSPENDING stays where it is.</summary>
    Failed,

    /// <summary>The rotation was cancelled, its version lost AWSPENDING, another value became AWSCURRENT, or the secret was deleted.</summary>
    Abandoned,
}

/// <summary>A rotation that has ended.</summary>
/// <param name="SecretArn">The secret's ARN.</param>
/// <param name="VersionId">The version that it was to make current.</param>
/// <param name="Steps">The steps in the order in which they were called, those of every attempt.</param>
/// <param name="Outcome">How it ended.</param>
public sealed record RotationRecord(string SecretArn, string VersionId, IReadOnlyList<StepRecord> Steps, RotationOutcome Outcome);

/// <summary>One call of the rotation function.</summary>
/// <param name="Step"><c>createSecret</c>, <c>setSecret</c>, <c>testSecret</c> or <c>finishSecret</c>.</param>
/// <param name="Attempt">1 for the first attempt.</param>
/// <param name="Started">When the function was called.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Error">The type and message of the function's exception; null where it returned.</param>
/// <param name="Calls">The control-plane calls that ended meanwhile, whoever made them.</param>
public sealed record StepRecord(string Step, int Attempt, DateTimeOffset Started, TimeSpan Duration, string? Error, IReadOnlyList<CallRecord> Calls);
