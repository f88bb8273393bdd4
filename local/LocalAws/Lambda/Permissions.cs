namespace LocalAws;

/// <summary>AddPermission's input: one statement of a function's resource policy.</summary>
public sealed record AddPermissionRequest
{
    /// <summary>The function's name or ARN.</summary>
    public string FunctionName { get; init; } = "";

    /// <summary>An alias: the statement is then about invocations that name it, and about no others. The function itself where null.</summary>
    public string? Qualifier { get; init; }

    /// <summary>The statement's name, unique in the policy.</summary>
    public required string StatementId { get; init; }

    /// <summary>What is allowed, such as <c>lambda:InvokeFunction</c>.</summary>
    public required string Action { get; init; }

    /// <summary>Who is allowed: a service such as <c>secretsmanager.amazonaws.com</c>, an account, or <c>*</c>.</summary>
    public required string Principal { get; init; }

    /// <summary>The account on whose behalf a service must ask; any where null.</summary>
    public string? SourceAccount { get; init; }

    /// <summary>The ARN on whose behalf a service must ask; any where null. Whether Secrets Manager names one is not known, so here it names none.</summary>
    public string? SourceArn { get; init; }
}

/// <summary>A function's resource policy, as GetPolicy returns it.</summary>
/// <param name="Policy">The policy document as JSON.</param>
/// <param name="RevisionId">Changes with the policy.</param>
public sealed record FunctionPolicy(string Policy, string RevisionId);
