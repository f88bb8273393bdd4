using System.Text.Json;

namespace LocalAws.Iam;

/// <summary>The kinds of policies.</summary>
internal enum PolicyKind
{
    /// <summary>The permissions of a role.</summary>
    Identity,

    /// <summary>The policy of a resource, with its principals.</summary>
    Resource,

    /// <summary>The trust policy of a role.</summary>
    Trust,
}

/// <summary>The result of evaluating policies.</summary>
internal enum Verdict
{
    /// <summary>No statement applies.</summary>
    Silent,

    /// <summary>A statement permits the request.</summary>
    Allowed,

    /// <summary>A statement denies the request, whatever another policy says.</summary>
    Denied,
}

/// <summary>A parsed policy document.</summary>
/// <param name="Statements">The statements.</param>
internal sealed record Policy(IReadOnlyList<Statement> Statements)
{
    /// <exception cref="JsonException">The document is not a policy, or cannot be evaluated here.</exception>
    public static Policy Parse(string document, PolicyKind kind)
    {
        try
        {
            using var json = JsonDocument.Parse(document);
            var version = json.RootElement.TryGetProperty("Version", out var stated) ? stated.GetString() : null;
            // Observed in the field: another version is rejected, and so is a policy without statements.
            if (version is not (null or "2008-10-17" or "2012-10-17") || !json.RootElement.TryGetProperty("Statement", out var statements))
            {
                throw new JsonException("A policy has a version and statements.");
            }

            IReadOnlyList<JsonElement> items = statements.ValueKind is JsonValueKind.Array ? [.. statements.EnumerateArray()] : [statements];
            return items.Count > 0 ? new Policy([.. items.Select(item => new Statement(item, kind))])
                : throw new JsonException("There is no statement.");
        }
        // The element does not have the kind that the grammar requires.
        catch (InvalidOperationException exception)
        {
            throw new JsonException(exception.Message, exception);
        }
    }

    public Verdict Evaluate(AccessRequest request)
    {
        var verdict = Verdict.Silent;
        foreach (var statement in Statements)
        {
            if (statement.Applies(request))
            {
                if (statement.Denies)
                {
                    return Verdict.Denied;
                }

                verdict = Verdict.Allowed;
            }
        }

        return verdict;
    }
}
