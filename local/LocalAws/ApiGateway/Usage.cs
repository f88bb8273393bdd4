using System.Text.Json.Serialization;

namespace LocalAws.ApiGateway;

/// <summary>The input of GetUsage.</summary>
public sealed record GetUsageRequest
{
    /// <summary>The plan's id.</summary>
    public required string UsagePlanId { get; init; }

    /// <summary>The id of one key, or null for all keys of the plan.</summary>
    public string? KeyId { get; init; }

    /// <summary>The first day, yyyy-MM-dd, in UTC.</summary>
    public required string StartDate { get; init; }

    /// <summary>The last day, yyyy-MM-dd, in UTC.</summary>
    public required string EndDate { get; init; }

    /// <summary>The position after the last page, or null for the first page.</summary>
    public string? Position { get; init; }

    /// <summary>The maximum number of keys on a page: 25 by default, at most 500.</summary>
    public int? Limit { get; init; }
}

/// <summary>The input of UpdateUsage.</summary>
public sealed record UpdateUsageRequest
{
    /// <summary>The plan's id.</summary>
    public required string UsagePlanId { get; init; }

    /// <summary>The key's id.</summary>
    public required string KeyId { get; init; }

    /// <summary>The changes: <c>replace</c> /remaining, for the current period.</summary>
    public IReadOnlyList<PatchOperation>? PatchOperations { get; init; }
}

/// <summary>The usage of a plan's keys.</summary>
public sealed record Usage
{
    /// <summary>The plan's id.</summary>
    public required string UsagePlanId { get; init; }

    /// <summary>The first day, yyyy-MM-dd, in UTC.</summary>
    public required string StartDate { get; init; }

    /// <summary>The last day, yyyy-MM-dd, in UTC.</summary>
    public required string EndDate { get; init; }

    /// <summary>The position of the next page, or null on the last page.</summary>
    public string? Position { get; init; }

    /// <summary>The accepted requests and the remaining ones at the end of the day, by key id and day.</summary>
    [JsonPropertyName("values")]
    public required IReadOnlyDictionary<string, IReadOnlyList<IReadOnlyList<long>>> Items { get; init; }
}
