using System.Text.Json.Serialization;

namespace RotationFunction;

/// <summary>
/// The event of an invocation. Secrets Manager sends a <see cref="Step"/> of a rotation; the Pulumi stack, a schedule or a person sends
/// an <see cref="Action"/>. Not a record, because <see cref="RotationToken"/> must not be printed.
/// </summary>
public sealed class RotationEvent
{
    /// <summary>Gets the step: <c>createSecret</c>, <c>setSecret</c>, <c>testSecret</c> or <c>finishSecret</c>.</summary>
    public string? Step { get; init; }

    /// <summary>
    /// Gets the action: <c>lifecycle</c>, <c>provision</c>, <c>leaveUsagePlan</c>, <c>status</c>, <c>check</c>, <c>revokePrevious</c>,
    /// <c>rollback</c>, <c>endOverlap</c> or <c>watch</c>.
    /// </summary>
    public string? Action { get; init; }

    /// <summary>Gets the secret's ARN, or its name for an action that the stack does not invoke.</summary>
    public string? SecretId { get; init; }

    /// <summary>Gets the rotation's token, which is also the id of the new version: 32 to 64 characters, not always a UUID.</summary>
    public string? ClientRequestToken { get; init; }

    /// <summary>Gets the token for PutSecretValue, with which Secrets Manager identifies the caller. Sensitive; absent from older events.</summary>
    public string? RotationToken { get; init; }

    /// <summary>Gets the usage plans that the stack declares for the key, for <c>lifecycle</c>.</summary>
    public IReadOnlyList<string>? UsagePlanIds { get; init; }

    /// <summary>Gets the usage plans that the stack declares in each other Region, by the Region's code, for <c>lifecycle</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Regions { get; init; }

    /// <summary>Gets the usage plan, for <c>leaveUsagePlan</c>.</summary>
    public string? UsagePlanId { get; init; }

    /// <summary>Gets the Region of the usage plan, for <c>leaveUsagePlan</c>; null for the function's own.</summary>
    public string? Region { get; init; }

    /// <summary>Gets the stack's secrets and those who are expected to use them, for <c>watch</c>.</summary>
    public ExpectedCallers? Expected { get; init; }

    /// <summary>Gets CloudTrail's record of a call, for <c>watch</c>.</summary>
    public CloudTrailRecord? Detail { get; init; }

    /// <summary>
    /// Gets what <c>aws.lambda.Invocation</c> adds when its lifecycle scope is CRUD, for <c>lifecycle</c> and <c>leaveUsagePlan</c>.
    /// </summary>
    public InvocationLifecycle? Tf { get; init; }
}

/// <summary>The part of an event that <c>aws.lambda.Invocation</c> adds about its resource.</summary>
public sealed class InvocationLifecycle
{
    /// <summary>Gets the operation: <c>create</c>, <c>update</c> or <c>delete</c>.</summary>
    public string? Action { get; init; }

    /// <summary>Gets the event before this one, for an update or a delete.</summary>
    [JsonPropertyName("prev_input")]
    public PreviousEvent? PreviousInput { get; init; }
}

/// <summary>The part of an earlier event that a later one needs.</summary>
public sealed class PreviousEvent
{
    /// <summary>Gets the usage plans that the stack declared in each other Region, by the Region's code.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Regions { get; init; }
}
