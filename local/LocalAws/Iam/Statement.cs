using System.Text.Json;

namespace LocalAws.Iam;

/// <summary>A statement of a policy.</summary>
internal sealed class Statement
{
    private readonly bool _notActions;
    private readonly bool _notResources;
    private readonly IReadOnlyList<string> _actions;
    private readonly IReadOnlyList<string>? _resources;

    /// <exception cref="JsonException">The element is not a statement.</exception>
    public Statement(JsonElement statement, PolicyKind kind)
    {
        Denies = Required(statement, "Effect").GetString() switch
        {
            "Allow" => false,
            "Deny" => true,
            _ => throw new JsonException("An effect is Allow or Deny."),
        };
        (_notActions, var actions) = OneOf(statement, "Action", "NotAction");
        _actions = Texts(actions);
        if (kind is PolicyKind.Trust)
        {
            Forbid(statement, "Resource", "NotResource");
        }
        else
        {
            (_notResources, var resources) = OneOf(statement, "Resource", "NotResource");
            _resources = Texts(resources);
        }

        if (kind is PolicyKind.Identity)
        {
            Forbid(statement, "Principal", "NotPrincipal");
            CheckForm(_actions, _resources!);
        }
        else
        {
            var (isNot, principal) = OneOf(statement, "Principal", "NotPrincipal");
            Principal = PrincipalElement.Parse(principal, isNot);
        }

        Conditions = statement.TryGetProperty("Condition", out var conditions)
            ? [.. conditions.EnumerateObject()
                .SelectMany(test => test.Value.EnumerateObject().Select(key => new Condition(test.Name, key.Name, Texts(key.Value))))]
            : [];
    }

    public bool Denies { get; }

    /// <summary>Gets the principals, or null in a role's own policy.</summary>
    public PrincipalElement? Principal { get; }

    public IReadOnlyList<Condition> Conditions { get; }

    public bool Applies(AccessRequest request) =>
        _actions.Any(action => Glob.Matches(action, request.Action, ignoreCase: true)) != _notActions
        && (_resources is null || _resources.Any(resource => Glob.MatchesArn(resource, request.Resource)) != _notResources)
        && Principal?.Matches(request.Caller, byAccount: Denies || request.IsCrossAccount) != false
        && Conditions.All(condition => condition.Holds(request.Keys));

    /// <summary>Reads a list. The policy language also accepts a single item.</summary>
    public static IReadOnlyList<string> Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array when value.GetArrayLength() > 0 => [.. value.EnumerateArray().Select(Text)],
        _ => [Text(value)],
    };

    private static string Text(JsonElement value)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number => value.GetRawText(),
            _ => throw new JsonException("A text is missing."),
        };
        return text.Contains("${", StringComparison.Ordinal) ? throw new JsonException("Policy variables are not known here.") : text;
    }

    private static JsonElement Required(JsonElement statement, string name) =>
        statement.TryGetProperty(name, out var value) ? value : throw new JsonException($"{name} is missing.");

    private static (bool IsNot, JsonElement Value) OneOf(JsonElement statement, string name, string notName)
    {
        var isNot = statement.TryGetProperty(notName, out var value);
        return isNot == statement.TryGetProperty(name, out var positive)
            ? throw new JsonException($"One of {name} and {notName} is needed.")
            : (isNot, isNot ? value : positive);
    }

    private static void Forbid(JsonElement statement, params string[] names)
    {
        foreach (var name in names)
        {
            if (statement.TryGetProperty(name, out _))
            {
                throw new JsonException($"{name} has no place here.");
            }
        }
    }

    private static void CheckForm(IReadOnlyList<string> actions, IReadOnlyList<string> resources)
    {
        if (actions.Any(action => action is not "*" && action.Count(character => character == ':') != 1))
        {
            throw new JsonException("An action names its service.");
        }

        if (resources.Any(resource => resource is not "*" && !resource.StartsWith("arn:", StringComparison.Ordinal)))
        {
            throw new JsonException("A resource is an ARN or \"*\".");
        }
    }
}
