using System.Text.Json;

namespace LocalAws.SecretsManager;

/// <summary>A secret's resource policy: whether it is one, and whether it lets anyone in.</summary>
internal static class PolicyDocument
{
    // IAM user guide, "The meaning of public": the keys that narrow a principal of everyone.
    private static readonly string[] NarrowingKeys =
    [
        "aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:SourceAccount", "aws:SourceArn",
        "aws:SourceIp", "aws:SourceOrgID", "aws:SourceOrgPaths", "aws:SourceVpc", "aws:SourceVpce", "aws:userid",
    ];

    private static readonly string[] NarrowingOperators =
        ["StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress"];

    /// <summary>Whether the policy lets anyone in. AWS finds out by automated reasoning; here each statement is looked at by itself.</summary>
    /// <param name="policy">The policy as JSON.</param>
    /// <exception cref="AwsException">The policy is malformed.</exception>
    public static bool IsPublic(string policy)
    {
        Constraints.Length("resourcePolicy", policy.Length, 1, 20_480);
        try
        {
            using var document = JsonDocument.Parse(policy);
            return Statements(document.RootElement).Select(Check).ToList().Exists(LetsAnyoneIn);
        }
        catch (JsonException)
        {
            throw SecretsManagerErrors.MalformedPolicy();
        }
    }

    private static IReadOnlyList<JsonElement> Statements(JsonElement policy)
    {
        // Seen in the field: another version is refused, and so is a policy without statements.
        if (policy.ValueKind is not JsonValueKind.Object
            || Text(policy, "Version") is not (null or "2008-10-17" or "2012-10-17")
            || !policy.TryGetProperty("Statement", out var statements)
            || Items(statements) is not { Count: > 0 } items)
        {
            throw SecretsManagerErrors.MalformedPolicy();
        }

        return items;
    }

    // IAM user guide, the grammar of the policy language: what a resource's policy must say.
    private static JsonElement Check(JsonElement statement)
    {
        if (statement.ValueKind is not JsonValueKind.Object
            || Text(statement, "Effect") is not ("Allow" or "Deny")
            || !(IsPrincipal(statement, "Principal") ^ IsPrincipal(statement, "NotPrincipal"))
            || !(statement.TryGetProperty("Action", out _) ^ statement.TryGetProperty("NotAction", out _))
            || !(statement.TryGetProperty("Resource", out _) ^ statement.TryGetProperty("NotResource", out _))
            || (statement.TryGetProperty("Condition", out var condition) && !IsCondition(condition)))
        {
            throw SecretsManagerErrors.MalformedPolicy();
        }

        return statement;
    }

    private static bool IsPrincipal(JsonElement statement, string name) =>
        statement.TryGetProperty(name, out var principal)
        && (principal.ValueKind is JsonValueKind.Object || (principal.ValueKind is JsonValueKind.String && principal.GetString() is "*"));

    private static bool IsCondition(JsonElement condition) =>
        condition.ValueKind is JsonValueKind.Object && condition.EnumerateObject().All(test => test.Value.ValueKind is JsonValueKind.Object);

    private static bool LetsAnyoneIn(JsonElement statement) =>
        Text(statement, "Effect") is "Allow" && MeansAnyone(statement) && !IsNarrowed(statement);

    private static bool MeansAnyone(JsonElement statement)
    {
        if (!statement.TryGetProperty("Principal", out var principal))
        {
            return true;
        }

        return principal.ValueKind is JsonValueKind.String
            || (principal.TryGetProperty("AWS", out var accounts)
                && Items(accounts).Any(account => account.ValueKind is JsonValueKind.String && account.GetString() is "*"));
    }

    private static bool IsNarrowed(JsonElement statement) =>
        statement.TryGetProperty("Condition", out var condition)
        && condition.EnumerateObject()
            .Where(test => NarrowingOperators.Contains(test.Name, StringComparer.OrdinalIgnoreCase))
            .SelectMany(test => test.Value.EnumerateObject())
            .Any(test => NarrowingKeys.Contains(test.Name, StringComparer.OrdinalIgnoreCase) && Items(test.Value).All(IsNarrow));

    private static bool IsNarrow(JsonElement value) => value.ValueKind is JsonValueKind.String && value.GetString() is not ("*" or "0.0.0.0/0" or "::/0");

    private static string? Text(JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out var value))
        {
            return null;
        }

        return value.ValueKind is JsonValueKind.String ? value.GetString() : "";
    }

    /// <summary>The policy language takes one item for a list of one.</summary>
    private static IReadOnlyList<JsonElement> Items(JsonElement value) =>
        value.ValueKind is JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
}
