using LocalAws.SecretsManager;

namespace LocalAws;

/// <content>Lists of secrets.</content>
public sealed partial class SecretsManagerService
{
    /// <summary>Lists secrets without their values, by default by creation date, oldest first.</summary>
    /// <param name="request">The input of ListSecrets.</param>
    public ListSecretsResponse ListSecrets(ListSecretsRequest request)
    {
        var filters = request.Filters ?? [];
        SecretFilters.Check(filters);
        if (request.SortOrder is not (null or "asc" or "desc"))
        {
            throw Constraints.Broken("sortOrder", "Member must satisfy enum value set: [asc, desc]", request.SortOrder);
        }

        var sortBy = request.SortBy ?? "created-date";
        Func<StoredSecret, string> key = sortBy switch
        {
            "created-date" => secret => Key(secret, secret.Created),
            "last-accessed-date" => secret => Key(secret, secret.LastAccessed),
            "last-changed-date" => secret => Key(secret, secret.LastChanged),
            "name" => secret => secret.Name,
            _ => throw Constraints.Broken(
                "sortBy", "Member must satisfy enum value set: [created-date, last-accessed-date, last-changed-date, name]", sortBy),
        };

        lock (_gate)
        {
            RemoveDeletedSecrets();
            var matching = _secrets.Values
                .Where(secret => secret.Deleted is null || request.IncludePlannedDeletion == true)
                .Where(secret => filters.All(filter => SecretFilters.Match(secret, filter)));
            var (page, next) = Pages.Of($"secrets/{sortBy}", matching, key, request.SortOrder is "desc", request.MaxResults, request.NextToken);
            return new ListSecretsResponse { SecretList = [.. page.Select(Entry)], NextToken = next };
        }
    }

    private static string Key(StoredSecret secret, DateTimeOffset? date) => $"{date?.UtcTicks ?? 0:D19} {secret.Name}";

    private SecretDescription Entry(StoredSecret secret)
    {
        var description = Describe(secret);
        return description with { VersionIdsToStages = null, SecretVersionsToStages = description.VersionIdsToStages, ReplicationStatus = null };
    }
}
