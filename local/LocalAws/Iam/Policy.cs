using System.Text.Json;

namespace LocalAws.Iam;

/// <summary>What a policy belongs to.</summary>
internal enum PolicyKind
{
    /// <summary>A role: what it may do.</summary>
    Identity,

    /// <summary>A resource: who may do what with it.</summary>
    Resource,

    /// <summary>A role: who may become it.</summary>
    Trust,
}

/// <summary>What policies say to a request.</summary>
internal enum Verdict
{
    /// <summary>Nothing.</summary>
    Silent,

    /// <summary>It is allowed.</summary>
    Allowed,

    /// <summary>It is denied, whatever another policy says.</summary>
    Denied,
}

/// <summary>A policy document, read.</summary>
/// <param name="Statements">Its statements.</param>
internal sealed record Policy(IReadOnlyList<Statement> Statements)
{
    /// <exception cref="JsonException">It is no policy, or one that cannot be evaluated here.</exception>
    public static Policy Parse(string document, PolicyKind kind)
    {
        try
        {
            using var json = JsonDocument.Parse(document);
            var version = json.RootElement.TryGetProperty("Version", out var stated) ? stated.GetString() : null;
            // Seen in the field: another version is refused, and so is a policy without statements.
            if (version is not (null or "2008-10-17" or "2012-10-17") || !json.RootElement.TryGetProperty("Statement", out var statements))
            {
                throw new JsonException("A policy has a version and statements.");
            }

            IReadOnlyList<JsonElement> items = statements.ValueKind is JsonValueKind.Array ? [.. statements.EnumerateArray()] : [statements];
            return items.Count > 0 ? new Policy([.. items.Select(item => new Statement(item, kind))]) : throw new JsonException("There is no statement.");
        }
        // An element is not of the kind that the grammar has there.
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
