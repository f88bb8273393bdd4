namespace LocalAws.Iam;

/// <summary>One action on one resource, which policies allow or not.</summary>
/// <param name="Caller">Who asks.</param>
/// <param name="Action">The action, such as <c>secretsmanager:GetSecretValue</c>.</param>
/// <param name="Resource">The resource's ARN; <c>*</c> for an action that has none.</param>
/// <param name="Keys">The condition keys that the request carries, with their values.</param>
internal sealed record AccessRequest(Principal Caller, string Action, string Resource, ConditionKeys Keys);

/// <summary>Who asks: a role's session or a service.</summary>
/// <param name="Account">The account.</param>
/// <param name="Arn">The session's ARN; a service's name.</param>
/// <param name="RoleArn">The role's ARN; null for a service.</param>
internal sealed record Principal(string Account, string Arn, string? RoleArn);

/// <summary>Condition keys with their values. IAM user guide: keys do not count by case.</summary>
internal sealed class ConditionKeys() : Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase)
{
    /// <summary>Adds a key, unless it has no value.</summary>
    public void Add(string key, string? value)
    {
        if (value is not null)
        {
            this[key] = [value];
        }
    }
}
