namespace LocalAws;

/// <summary>The input of AddPermission: one statement of a function's resource policy.</summary>
public sealed record AddPermissionRequest
{
    /// <summary>Gets the function's name or ARN.</summary>
    public string FunctionName { get; init; } = "";

    /// <summary>Gets the alias to which the statement applies, or null for the function itself.</summary>
    public string? Qualifier { get; init; }

    /// <summary>Gets the statement's id, unique in the policy.</summary>
    public required string StatementId { get; init; }

    /// <summary>Gets the permitted action, such as <c>lambda:InvokeFunction</c>.</summary>
    public required string Action { get; init; }

    /// <summary>Gets the principal: a service such as <c>secretsmanager.amazonaws.com</c>, an account, or <c>*</c>.</summary>
    public required string Principal { get; init; }

    /// <summary>Gets the account on whose behalf a service must call, or null for any.</summary>
    public string? SourceAccount { get; init; }

    /// <summary>
    /// Gets the ARN on whose behalf a service must call, or null for any. Whether Secrets Manager sends one is not known; here it sends none.
    /// </summary>
    public string? SourceArn { get; init; }
}

/// <summary>A function's resource policy, as GetPolicy returns it.</summary>
/// <param name="Policy">The policy document as JSON.</param>
/// <param name="RevisionId">The id of the policy's revision, which changes with the policy.</param>
public sealed record FunctionPolicy(string Policy, string RevisionId);
