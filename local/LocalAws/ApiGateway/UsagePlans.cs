using System.Text.Json.Serialization;

namespace LocalAws.ApiGateway;

/// <summary>The input of CreateUsagePlan.</summary>
public sealed record CreateUsagePlanRequest
{
    /// <summary>The plan's name.</summary>
    public required string Name { get; init; }

    /// <summary>The description.</summary>
    public string? Description { get; init; }

    /// <summary>The API stages that the plan's keys open.</summary>
    public IReadOnlyList<ApiStage>? ApiStages { get; init; }

    /// <summary>The rate limit of each key.</summary>
    public ThrottleSettings? Throttle { get; init; }

    /// <summary>The quota of each key: requests in a period.</summary>
    public QuotaSettings? Quota { get; init; }

    /// <summary>The plan's tags.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>The input of UpdateUsagePlan.</summary>
public sealed record UpdateUsagePlanRequest
{
    /// <summary>The plan's id.</summary>
    public required string UsagePlanId { get; init; }

    /// <summary>
    /// The changes: <c>replace</c> /name, /description, /productCode, /throttle/rateLimit, /throttle/burstLimit, /quota/limit, /quota/offset or
    /// /quota/period; <c>add</c> the settings of throttle and quota; <c>add</c> or <c>remove</c> /apiStages with <c>{restApiId}:{stage}</c>;
    /// <c>remove</c> /throttle, /quota or /productCode.
    /// </summary>
    public IReadOnlyList<PatchOperation>? PatchOperations { get; init; }
}

/// <summary>The input of GetUsagePlans.</summary>
public sealed record GetUsagePlansRequest
{
    /// <summary>The position after the last page, or null for the first page.</summary>
    public string? Position { get; init; }

    /// <summary>The maximum number of plans on a page: 25 by default, at most 500.</summary>
    public int? Limit { get; init; }

    /// <summary>The id of a key. Only plans that contain it are listed.</summary>
    public string? KeyId { get; init; }
}

/// <summary>A stage of an API in a usage plan.</summary>
/// <param name="ApiId">The API's id.</param>
/// <param name="Stage">The stage's name.</param>
public sealed record ApiStage(string ApiId, string Stage);

/// <summary>The rate limit of each key, over all stages of a plan.</summary>
/// <param name="BurstLimit">The maximum number of concurrent requests. With 0, none is accepted.</param>
/// <param name="RateLimit">The requests per second.</param>
public sealed record ThrottleSettings(int BurstLimit, double RateLimit);

/// <summary>The quota of each key of a plan.</summary>
/// <param name="Limit">The number of requests in a period.</param>
/// <param name="Offset">
/// The day on which a period starts: 0 to 6 for a week, where 0 is Sunday; 0 to 27 for a month, where 0 is the first day; 0 for a day.
/// </param>
/// <param name="Period"><c>DAY</c>, <c>WEEK</c> or <c>MONTH</c>, in UTC.</param>
public sealed record QuotaSettings(int Limit, int Offset, string Period);

/// <summary>A usage plan as an operation returns it.</summary>
public sealed record UsagePlan
{
    /// <summary>The id: six lower-case letters and digits.</summary>
    public required string Id { get; init; }

    /// <summary>The plan's name.</summary>
    public required string Name { get; init; }

    /// <summary>The description.</summary>
    public string? Description { get; init; }

    /// <summary>The API stages that the plan's keys open.</summary>
    public required IReadOnlyList<ApiStage> ApiStages { get; init; }

    /// <summary>The rate limit of each key.</summary>
    public ThrottleSettings? Throttle { get; init; }

    /// <summary>The quota of each key: requests in a period.</summary>
    public QuotaSettings? Quota { get; init; }

    /// <summary>The AWS Marketplace product of the plan.</summary>
    public string? ProductCode { get; init; }

    /// <summary>The plan's tags, if the operation returns them.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>A page of usage plans.</summary>
public sealed record UsagePlans
{
    /// <summary>The position of the next page, or null on the last page.</summary>
    public string? Position { get; init; }

    /// <summary>The plans, without tags.</summary>
    [JsonPropertyName("item")]
    public required IReadOnlyList<UsagePlan> Items { get; init; }
}
