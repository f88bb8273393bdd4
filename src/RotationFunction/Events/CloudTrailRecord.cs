using System.Text.Json;

namespace RotationFunction;

/// <summary>
/// A CloudTrail record of a call, as far as <c>watch</c> uses it: the detail of EventBridge's event "AWS API Call via CloudTrail". Not a record,
/// because a request can contain a key's value, which must not be printed.
/// </summary>
/// <seealso href="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html"/>
public sealed class CloudTrailRecord
{
    /// <summary>Gets the service, such as <c>secretsmanager.amazonaws.com</c>.</summary>
    public string? EventSource { get; init; }

    /// <summary>Gets the operation, such as <c>GetSecretValue</c>.</summary>
    public string? EventName { get; init; }

    /// <summary>Gets the caller's address, or the name of the AWS service that made the call.</summary>
    public string? SourceIPAddress { get; init; }

    /// <summary>Gets what the caller says of its client.</summary>
    public string? UserAgent { get; init; }

    /// <summary>Gets the error code of a rejected call; null for a call that succeeded.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Gets the caller.</summary>
    public CallerIdentity? UserIdentity { get; init; }

    /// <summary>Gets the request. Absent or null for some calls.</summary>
    public JsonElement RequestParameters { get; init; }

    /// <summary>Gets the response. Null for a read, and for a rejected call.</summary>
    public JsonElement ResponseElements { get; init; }

    /// <summary>
    /// Returns the texts in all fields of the request that have one of these names, at any depth: AWS documents the fields of Secrets Manager's
    /// requests only by examples, and none of API Gateway's keys.
    /// </summary>
    internal List<string> Texts(params ReadOnlySpan<string> names)
    {
        var texts = new List<string>();
        Collect(RequestParameters, names, texts);
        return texts;
    }

    /// <summary>Returns the text of a field of the response; null without it.</summary>
    internal string? ResponseText(string name) =>
        ResponseElements.ValueKind is JsonValueKind.Object && ResponseElements.TryGetProperty(name, out var text)
        && text.ValueKind is JsonValueKind.String ? text.GetString() : null;

    private static void Collect(JsonElement element, ReadOnlySpan<string> names, List<string> texts)
    {
        if (element.ValueKind is JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                Collect(item, names, texts);
            }
        }

        if (element.ValueKind is not JsonValueKind.Object)
        {
            return;
        }

        foreach (var field in element.EnumerateObject())
        {
            var isNamed = names.Contains(field.Name);
            if (isNamed && field.Value.ValueKind is JsonValueKind.String)
            {
                texts.Add(field.Value.GetString()!);
            }
            else if (isNamed && field.Value.ValueKind is JsonValueKind.True)
            {
                texts.Add("true");
            }
            else
            {
                Collect(field.Value, names, texts);
            }
        }
    }
}

/// <summary>The caller in a CloudTrail record.</summary>
/// <seealso href="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html"/>
public sealed class CallerIdentity
{
    /// <summary>Gets the type, such as <c>AssumedRole</c>, <c>IAMUser</c>, <c>Root</c>, <c>AWSAccount</c> or <c>AWSService</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Gets the unique id of the user, or of the role and the session. The only id of a caller in another account.</summary>
    public string? PrincipalId { get; init; }

    /// <summary>Gets the ARN of the user, of the account's root user, or of a role's session.</summary>
    public string? Arn { get; init; }

    /// <summary>Gets the caller's account.</summary>
    public string? AccountId { get; init; }

    /// <summary>Gets the AWS service that made the call; null if none did.</summary>
    public string? InvokedBy { get; init; }

    /// <summary>Gets the session of temporary credentials.</summary>
    public CallerSession? SessionContext { get; init; }

    /// <summary>Gets a text that identifies the caller for a person.</summary>
    internal string Name => (Arn, InvokedBy, AccountId) switch
    {
        ({ Length: > 0 } arn, { Length: > 0 } service, _) => $"{arn} through {service}",
        ({ Length: > 0 } arn, _, _) => arn,
        (_, { Length: > 0 } service, _) => service,
        (_, _, { Length: > 0 } account) => $"{PrincipalId ?? "an unknown principal"} of account {account}",
        _ => $"an unknown principal of type {Type ?? "(none)"}",
    };

    /// <summary>Returns whether Secrets Manager itself made the call, for example during a rotation or a replication.</summary>
    internal bool IsSecretsManager => Type is "AWSService" && InvokedBy is "secretsmanager.amazonaws.com";

    /// <summary>
    /// Returns whether a principal stands for the caller: the ARN of its user, of its role for any session, of the root user of the function's
    /// account, or of another account's root, which stands for that account as it does in IAM policies.
    /// </summary>
    /// <param name="principal">The ARN of a role, a user or an account's root.</param>
    /// <param name="ownAccount">The function's account.</param>
    /// <param name="isRefused">
    /// Whether AWS rejected the call. The record of a call from another account names only that account. A caller that AWS let in is then taken for
    /// the known principal of its account.
    /// </param>
    internal bool Is(string principal, string ownAccount, bool isRefused)
    {
        var account = principal.Split(':') is [_, _, _, _, var id, ..] ? id : "";
        return principal == Arn || principal == SessionContext?.SessionIssuer?.Arn
            || (account.Length > 0 && account != ownAccount && account == AccountId
                && (principal.EndsWith(":root", StringComparison.Ordinal) || (Arn is null && !isRefused)));
    }
}

/// <summary>The session of temporary credentials.</summary>
public sealed class CallerSession
{
    /// <summary>Gets the role or the user that the credentials are from.</summary>
    public SessionIssuer? SessionIssuer { get; init; }
}

/// <summary>The role or the user that a session's credentials are from.</summary>
public sealed class SessionIssuer
{
    /// <summary>Gets the ARN, for a role with its path.</summary>
    public string? Arn { get; init; }
}
