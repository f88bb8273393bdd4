using System.Text.Json.Serialization;

namespace LocalAws.ApiGateway;

/// <summary>GetUsage's input.</summary>
public sealed record GetUsageRequest
{
    /// <summary>The plan's id.</summary>
    public required string UsagePlanId { get; init; }

    /// <summary>The id of the one key to show; all of the plan where null.</summary>
    public string? KeyId { get; init; }

    /// <summary>The first day, yyyy-MM-dd, in UTC.</summary>
    public required string StartDate { get; init; }

    /// <summary>The last day, yyyy-MM-dd, in UTC.</summary>
    public required string EndDate { get; init; }

    /// <summary>Where the last page ended; null for the first.</summary>
    public string? Position { get; init; }

    /// <summary>The most keys on a page: 25 unless said otherwise, at most 500.</summary>
    public int? Limit { get; init; }
}

/// <summary>UpdateUsage's input.</summary>
public sealed record UpdateUsageRequest
{
    /// <summary>The plan's id.</summary>
    public required string UsagePlanId { get; init; }

    /// <summary>The key's id.</summary>
    public required string KeyId { get; init; }

    /// <summary>What to change: <c>replace</c> /remaining, for the period that is running.</summary>
    public IReadOnlyList<PatchOperation>? PatchOperations { get; init; }
}

/// <summary>What the keys of a plan used.</summary>
public sealed record Usage
{
    /// <summary>The plan's id.</summary>
    public required string UsagePlanId { get; init; }

    /// <summary>The first day, yyyy-MM-dd, in UTC.</summary>
    public required string StartDate { get; init; }

    /// <summary>The last day, yyyy-MM-dd, in UTC.</summary>
    public required string EndDate { get; init; }

    /// <summary>Where the next page starts; null on the last.</summary>
    public string? Position { get; init; }

    /// <summary>By key id and day: the requests that were served, and those that were left at the day's end.</summary>
    [JsonPropertyName("values")]
    public required IReadOnlyDictionary<string, IReadOnlyList<IReadOnlyList<long>>> Items { get; init; }
}
