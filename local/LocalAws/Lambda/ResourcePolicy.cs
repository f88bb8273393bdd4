using System.Text.Json;
using System.Text.RegularExpressions;
using LocalAws.Iam;

namespace LocalAws.Lambda;

/// <summary>Who may invoke a function besides the account itself.</summary>
internal sealed partial class ResourcePolicy(string functionArn)
{
    private readonly Lock _gate = new();
    private readonly List<AddPermissionRequest> _statements = [];
    private string _revisionId = "";

    /// <summary>The policy; null where there is no statement.</summary>
    public Policy? Policy { get; private set; }

    /// <summary>Adds a statement and returns it as JSON.</summary>
    public string Add(AddPermissionRequest statement)
    {
        if (!StatementId().IsMatch(statement.StatementId))
        {
            throw new AwsException(400, "ValidationException", "StatementId must be 1 to 100 letters, digits, hyphens and underscores.");
        }

        lock (_gate)
        {
            if (_statements.Exists(other => other.StatementId == statement.StatementId))
            {
                throw new AwsException(
                    409,
                    "ResourceConflictException",
                    $"The statement id ({statement.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.");
            }

            _statements.Add(statement);
            Changed();
        }

        return JsonSerializer.Serialize(Render(statement));
    }

    public void Remove(string statementId)
    {
        lock (_gate)
        {
            if (_statements.RemoveAll(statement => statement.StatementId == statementId) == 0)
            {
                throw new AwsException(404, "ResourceNotFoundException", $"Statement {statementId} is not found in resource policy.");
            }

            Changed();
        }
    }

    public FunctionPolicy Read()
    {
        lock (_gate)
        {
            return _statements.Count == 0
                ? throw new AwsException(404, "ResourceNotFoundException", "The resource you requested does not exist.")
                : new FunctionPolicy(Document(), _revisionId);
        }
    }

    private void Changed()
    {
        _revisionId = Guid.NewGuid().ToString();
        Policy = _statements.Count == 0 ? null : Policy.Parse(Document(), PolicyKind.Resource);
    }

    private string Document() => JsonSerializer.Serialize(new { Version = "2012-10-17", Id = "default", Statement = _statements.Select(Render) });

    // The shape that Lambda's own policies have.
    private Dictionary<string, object> Render(AddPermissionRequest statement)
    {
        var rendered = new Dictionary<string, object>()
        {
            ["Sid"] = statement.StatementId,
            ["Effect"] = "Allow",
            ["Principal"] = statement.Principal switch
            {
                "*" => "*",
                var service when service.EndsWith(".amazonaws.com", StringComparison.Ordinal) => new { Service = service },
                var account => new { AWS = account },
            },
            ["Action"] = statement.Action,
            ["Resource"] = functionArn,
        };
        var conditions = new Dictionary<string, Dictionary<string, string>>();
        if (statement.SourceAccount is { } sourceAccount)
        {
            conditions["StringEquals"] = new() { ["AWS:SourceAccount"] = sourceAccount };
        }

        if (statement.SourceArn is { } sourceArn)
        {
            conditions["ArnLike"] = new() { ["AWS:SourceArn"] = sourceArn };
        }

        if (conditions.Count > 0)
        {
            rendered["Condition"] = conditions;
        }

        return rendered;
    }

    [GeneratedRegex(@"^[a-zA-Z0-9_-]{1,100}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StatementId();
}
