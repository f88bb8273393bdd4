namespace RotationFunction;

/// <summary>
/// What the function is invoked with: by Secrets Manager for a <see cref="Step"/> of a rotation, by the Pulumi stack, a schedule or a person for an <see cref="Action"/>.
/// Not a record: <see cref="RotationToken"/> must not be printed.
/// </summary>
public sealed class RotationEvent
{
    /// <summary><c>createSecret</c>, <c>setSecret</c>, <c>testSecret</c> or <c>finishSecret</c>.</summary>
    public string? Step { get; init; }

    /// <summary><c>lifecycle</c>, <c>provision</c>, <c>leaveUsagePlan</c>, <c>status</c>, <c>check</c>, <c>revokePrevious</c>, <c>rollback</c> or <c>endOverlap</c>.</summary>
    public string? Action { get; init; }

    /// <summary>The secret's ARN; its name will do for an action that no stack invokes.</summary>
    public string? SecretId { get; init; }

    /// <summary>The rotation's token, which is also the id of the new version: 32 to 64 characters, not always a UUID.</summary>
    public string? ClientRequestToken { get; init; }

    /// <summary>Passed to PutSecretValue so that Secrets Manager can tell who writes. Sensitive; absent from older events.</summary>
    public string? RotationToken { get; init; }

    /// <summary>Of <c>lifecycle</c>: the usage plans that the stack declares for the key.</summary>
    public IReadOnlyList<string>? UsagePlanIds { get; init; }

    /// <summary>Of <c>leaveUsagePlan</c>: the usage plan.</summary>
    public string? UsagePlanId { get; init; }

    /// <summary>Of <c>lifecycle</c> and <c>leaveUsagePlan</c>: what <c>aws.lambda.Invocation</c> adds when its lifecycle scope is CRUD.</summary>
    public InvocationLifecycle? Tf { get; init; }
}

/// <summary>What <c>aws.lambda.Invocation</c> tells of the resource that it stands for.</summary>
public sealed class InvocationLifecycle
{
    /// <summary><c>create</c>, <c>update</c> or <c>delete</c>.</summary>
    public string? Action { get; init; }
}
