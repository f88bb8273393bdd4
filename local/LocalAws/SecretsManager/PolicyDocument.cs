using System.Text.Json;
using LocalAws.Iam;

namespace LocalAws.SecretsManager;

/// <summary>Validates a secret's resource policy, and detects public access.</summary>
internal static class PolicyDocument
{
    // IAM user guide, "The meaning of public": the condition keys that limit a principal of everyone.
    private static readonly string[] NarrowingKeys =
    [
        "aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:SourceAccount", "aws:SourceArn",
        "aws:SourceIp", "aws:SourceOrgID", "aws:SourceOrgPaths", "aws:SourceVpc", "aws:SourceVpce", "aws:userid",
    ];

    private static readonly string[] NarrowingOperators =
        ["StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress"];

    /// <summary>Returns whether the policy permits everyone. AWS uses automated reasoning; here each statement is checked separately.</summary>
    /// <param name="policy">The policy as JSON.</param>
    /// <exception cref="AwsException">The policy is malformed.</exception>
    public static bool IsPublic(string policy)
    {
        Constraints.Length("resourcePolicy", policy.Length, 1, 20_480);
        try
        {
            return Policy.Parse(policy, PolicyKind.Resource).Statements.Any(LetsAnyoneIn);
        }
        catch (JsonException)
        {
            throw SecretsManagerErrors.MalformedPolicy();
        }
    }

    /// <summary>Returns the accounts, users, roles and sessions that a valid policy names as principals.</summary>
    public static IEnumerable<string> PrincipalsOf(string policy) =>
        from statement in Policy.Parse(policy, PolicyKind.Resource).Statements
        from principal in statement.Principal!.Ids
        where principal is { Type: "AWS", Id: not "*" }
        select principal.Id;

    /// <summary>Returns a valid policy with other principals.</summary>
    public static string WithPrincipals(string policy, Func<string, string> change) => PrincipalsOf(policy).Distinct().Aggregate(
        policy, (text, principal) => text.Replace($"\"{principal}\"", $"\"{change(principal)}\"", StringComparison.Ordinal));

    private static bool LetsAnyoneIn(Statement statement) =>
        !statement.Denies && statement.Principal!.IsAnyone && !statement.Conditions.Any(Narrows);

    private static bool Narrows(Condition condition) =>
        NarrowingOperators.Contains(condition.Operator)
        && NarrowingKeys.Contains(condition.Key, StringComparer.OrdinalIgnoreCase)
        && condition.Values.All(value => value is not ("*" or "0.0.0.0/0" or "::/0"));
}
