namespace LocalAws.Iam;

/// <summary>One action on one resource, which policies are evaluated for.</summary>
/// <param name="Caller">The caller.</param>
/// <param name="Action">The action, such as <c>secretsmanager:GetSecretValue</c>.</param>
/// <param name="Resource">The resource's ARN, or <c>*</c> for an action without a resource.</param>
/// <param name="Keys">The condition keys of the request, with their values.</param>
internal sealed record AccessRequest(Principal Caller, string Action, string Resource, ConditionKeys Keys)
{
    /// <summary>Gets whether the resource's ARN names another account than the caller's.</summary>
    public bool IsCrossAccount => Resource.Split(':', 6) is [_, _, _, _, { Length: > 0 } account, _] && account != Caller.Account;
}

/// <summary>A caller: a role's session, a service, or a user of an OpenID Connect provider.</summary>
/// <param name="Account">The account.</param>
/// <param name="Arn">The session's ARN, a service's name, or the provider's ARN.</param>
/// <param name="RoleArn">The role's ARN, or null for a service or a provider.</param>
internal sealed record Principal(string Account, string Arn, string? RoleArn);

/// <summary>Condition keys with their values. IAM user guide: keys are not case-sensitive.</summary>
internal sealed class ConditionKeys() : Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase)
{
    /// <summary>Adds a key, unless its value is null.</summary>
    public void Add(string key, string? value)
    {
        if (value is not null)
        {
            this[key] = [value];
        }
    }
}
