namespace LocalAws;

/// <summary>The outcome of a rotation.</summary>
public enum RotationOutcome
{
    /// <summary>All steps passed and the new version is AWSCURRENT. For a test, testSecret passed.</summary>
    Succeeded,

    /// <summary>No attempt passed. AWSPENDING does not move.</summary>
    Failed,

    /// <summary>The rotation was canceled, its version lost AWSPENDING, another value became AWSCURRENT, or the secret was deleted.</summary>
    Abandoned,
}

/// <summary>A completed rotation.</summary>
/// <param name="SecretArn">The secret's ARN.</param>
/// <param name="VersionId">The version that the rotation makes current.</param>
/// <param name="Steps">The steps of all attempts, in the order of the calls.</param>
/// <param name="Outcome">The outcome.</param>
public sealed record RotationRecord(string SecretArn, string VersionId, IReadOnlyList<StepRecord> Steps, RotationOutcome Outcome);

/// <summary>A call of the rotation function.</summary>
/// <param name="Step"><c>createSecret</c>, <c>setSecret</c>, <c>testSecret</c> or <c>finishSecret</c>.</param>
/// <param name="Attempt">The number of the attempt, from 1.</param>
/// <param name="Started">The time of the call.</param>
/// <param name="Duration">The duration.</param>
/// <param name="Error">The type and message of the function's exception, or null if it returned.</param>
/// <param name="Calls">The control-plane calls of all callers that ended during the step.</param>
public sealed record StepRecord(string Step, int Attempt, DateTimeOffset Started, TimeSpan Duration, string? Error, IReadOnlyList<CallRecord> Calls);
