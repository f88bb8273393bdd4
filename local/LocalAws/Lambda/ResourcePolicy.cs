using System.Text.Json;
using System.Text.RegularExpressions;
using LocalAws.Iam;

namespace LocalAws.Lambda;

/// <summary>The resource policy of a function or of one of its aliases.</summary>
internal sealed partial class ResourcePolicy(string arn)
{
    // Lambda developer guide, "Lambda quotas": 20 KB.
    private const int LargestPolicy = 20_480;

    private readonly Lock _gate = new();
    private readonly List<AddPermissionRequest> _statements = [];
    private string _revisionId = "";

    /// <summary>Gets the policy, or null if it has no statement.</summary>
    public Policy? Policy { get; private set; }

    /// <summary>Adds a statement and returns it as JSON.</summary>
    public string Add(AddPermissionRequest statement)
    {
        if (Broken(statement) is { } broken)
        {
            throw Validation.Failed(broken);
        }

        if (statement.Principal is not "*" && !Service().IsMatch(statement.Principal) && !Account().IsMatch(statement.Principal))
        {
            // Recorded on AWS.
            throw new AwsException(400, "InvalidParameterValueException",
                "The provided principal was invalid. Please check the principal and try again.");
        }

        lock (_gate)
        {
            if (_statements.Exists(other => other.StatementId == statement.StatementId))
            {
                throw new AwsException(
                    409,
                    "ResourceConflictException",
                    $"The statement id ({statement.StatementId}) provided already exists. "
                + "Please provide a new statement id, or remove the existing statement.");
            }

            _statements.Add(statement);
            if (Document().Length is var size and > LargestPolicy)
            {
                _statements.RemoveAt(_statements.Count - 1);
                // Observed in the field.
                throw new AwsException(
                    400, "PolicyLengthExceededException", $"The final policy size ({size}) is bigger than the limit ({LargestPolicy}).");
            }

            Changed();
        }

        return JsonSerializer.Serialize(Render(statement));
    }

    public void Remove(string statementId)
    {
        lock (_gate)
        {
            // The texts were recorded on AWS.
            if (_statements.Count == 0)
            {
                throw new AwsException(404, "ResourceNotFoundException", "No policy is associated with the given resource.");
            }

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
                ? throw None()
                : new FunctionPolicy(Document(), _revisionId);
        }
    }

    /// <summary>Creates the error that was recorded on AWS for a function without a policy and for an unknown function.</summary>
    public static AwsException None() => new(404, "ResourceNotFoundException", "The resource you requested does not exist.");

    // Recorded on AWS for the characters of a statement's id. The other constraints are from the published model.
    private static string? Broken(AddPermissionRequest statement) => statement switch
    {
        { StatementId.Length: > 100 } =>
            $"Value '{statement.StatementId}' at 'statementId' failed to satisfy constraint: Member must have length less than or equal to 100",
        _ when !StatementId().IsMatch(statement.StatementId) => Mismatch(statement.StatementId, "statementId", "([a-zA-Z0-9-_]+)"),
        _ when !Action().IsMatch(statement.Action) => Mismatch(statement.Action, "action", "(lambda:[*]|lambda:[a-zA-Z]+|[*])"),
        _ when !Principal().IsMatch(statement.Principal) => Mismatch(statement.Principal, "principal", @"[^\s]+"),
        { SourceAccount: { } account } when !SourceAccount().IsMatch(account) => Mismatch(account, "sourceAccount", @"\d{12}"),
        { SourceArn: { } source } when !SourceArn().IsMatch(source) => Mismatch(
            source, "sourceArn", @"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{2}(-gov)?-[a-z]+-\d{1})?:(\d{12})?:(.*)"),
        _ => null,
    };

    private static string Mismatch(string value, string member, string pattern) =>
        $"Value '{value}' at '{member}' failed to satisfy constraint: Member must satisfy regular expression pattern: {pattern}";

    private void Changed()
    {
        _revisionId = Guid.NewGuid().ToString();
        Policy = _statements.Count == 0 ? null : Policy.Parse(Document(), PolicyKind.Resource);
    }

    private string Document() => JsonSerializer.Serialize(new { Version = "2012-10-17", Id = "default", Statement = _statements.Select(Render) });

    // The form of Lambda's own policies.
    private Dictionary<string, object> Render(AddPermissionRequest statement)
    {
        var rendered = new Dictionary<string, object>()
        {
            ["Sid"] = statement.StatementId,
            ["Effect"] = "Allow",
            ["Principal"] = statement.Principal switch
            {
                "*" => "*",
                // Recorded on AWS: an account appears as its root.
                { Length: 12 } account when account.All(char.IsAsciiDigit) => new { AWS = $"arn:aws:iam::{account}:root" },
                var service when Service().IsMatch(service) => new { Service = service },
                var identity => new { AWS = identity },
            },
            ["Action"] = statement.Action,
            ["Resource"] = arn,
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

    [GeneratedRegex(@"^[a-zA-Z0-9_-]+\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StatementId();

    [GeneratedRegex(@"^(lambda:\*|lambda:[a-zA-Z]+|\*)\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Action();

    [GeneratedRegex(@"^[a-z0-9.-]+\.amazonaws\.com(\.cn)?\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Service();

    [GeneratedRegex(@"^\S+\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Principal();

    [GeneratedRegex(@"^[0-9]{12}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SourceAccount();

    [GeneratedRegex(@"^arn:aws[a-zA-Z0-9-]*:[a-zA-Z0-9-]+:([a-z]{2}(-gov)?-[a-z]+-[0-9])?:([0-9]{12})?:.*\z",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SourceArn();

    // An account, or a principal in it.
    [GeneratedRegex(@"^(\d{12}|arn:[a-z-]+:(iam|sts)::\d{12}:\S+)\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Account();
}
