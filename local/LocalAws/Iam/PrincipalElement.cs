using System.Text.Json;

namespace LocalAws.Iam;

/// <summary>A statement's Principal or NotPrincipal.</summary>
/// <param name="IsNot">Whether it is NotPrincipal.</param>
/// <param name="Ids">The type of each principal, such as <c>AWS</c>, and its id.</param>
internal sealed record PrincipalElement(bool IsNot, IReadOnlyList<(string Type, string Id)> Ids)
{
    /// <summary>Gets whether the element matches every principal.</summary>
    public bool IsAnyone => IsNot || Ids.Any(IsEveryone);

    public static PrincipalElement Parse(JsonElement element, bool isNot) => element.ValueKind switch
    {
        JsonValueKind.String when element.GetString() is "*" => new PrincipalElement(isNot, [("AWS", "*")]),
        JsonValueKind.Object => new PrincipalElement(
            isNot, [.. element.EnumerateObject().SelectMany(type => Statement.Texts(type.Value).Select(id => (type.Name, id)))]),
        _ => throw new JsonException("A principal is \"*\" or an object."),
    };

    /// <summary>
    /// Returns whether the statement applies to this caller. IAM user guide, "Principal": a statement that names an account delegates to the
    /// account's own policies, so it permits a role of that account nothing by itself. A denial applies to all principals of the account, and so does
    /// a permission for another account, whose own policies must permit the call too.
    /// </summary>
    /// <param name="caller">The caller.</param>
    /// <param name="byAccount">Whether naming the caller's account is enough.</param>
    public bool Matches(Principal caller, bool byAccount) => Ids.Any(id => IsEveryone(id) || Names(id, caller, byAccount || IsNot)) != IsNot;

    private static bool IsEveryone((string Type, string Id) principal) => principal is ("AWS", "*");

    private static bool Names((string Type, string Id) principal, Principal caller, bool byAccount)
    {
        if (caller.RoleArn is null)
        {
            // An identity provider has an ARN, a service has a name.
            var type = caller.Arn.StartsWith("arn:", StringComparison.Ordinal) ? "Federated" : "Service";
            return principal.Type == type && principal.Id == caller.Arn;
        }

        return principal.Type is "AWS"
            && (principal.Id == caller.RoleArn
                || principal.Id == caller.Arn
                || (byAccount && (principal.Id == caller.Account || principal.Id == $"arn:aws:iam::{caller.Account}:root")));
    }
}
