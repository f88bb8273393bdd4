using System.Text.Json.Serialization;

namespace LocalAws.ApiGateway;

/// <summary>CreateUsagePlan's input.</summary>
public sealed record CreateUsagePlanRequest
{
    /// <summary>The plan's name.</summary>
    public required string Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>The API stages that the plan's keys open.</summary>
    public IReadOnlyList<ApiStage>? ApiStages { get; init; }

    /// <summary>The rate allowed to each key.</summary>
    public ThrottleSettings? Throttle { get; init; }

    /// <summary>The number of requests allowed to each key in a period.</summary>
    public QuotaSettings? Quota { get; init; }

    /// <summary>The plan's tags.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>UpdateUsagePlan's input.</summary>
public sealed record UpdateUsagePlanRequest
{
    /// <summary>The plan's id.</summary>
    public required string UsagePlanId { get; init; }

    /// <summary>
    /// What to change: <c>replace</c> /name, /description, /productCode, /throttle/rateLimit, /throttle/burstLimit, /quota/limit, /quota/offset or
    /// /quota/period; <c>add</c> the settings of throttle and quota; <c>add</c> or <c>remove</c> /apiStages with <c>{restApiId}:{stage}</c>;
    /// <c>remove</c> /throttle, /quota or /productCode.
    /// </summary>
    public IReadOnlyList<PatchOperation>? PatchOperations { get; init; }
}

/// <summary>GetUsagePlans' input.</summary>
public sealed record GetUsagePlansRequest
{
    /// <summary>Where the last page ended; null for the first.</summary>
    public string? Position { get; init; }

    /// <summary>The most plans on a page: 25 unless said otherwise, at most 500.</summary>
    public int? Limit { get; init; }

    /// <summary>The id of a key that the plans hold.</summary>
    public string? KeyId { get; init; }
}

/// <summary>A stage of an API in a usage plan.</summary>
/// <param name="ApiId">The API's id.</param>
/// <param name="Stage">The stage's name.</param>
public sealed record ApiStage(string ApiId, string Stage);

/// <summary>The rate that a plan allows to each key, over all its stages.</summary>
/// <param name="BurstLimit">The most requests at once; none with 0.</param>
/// <param name="RateLimit">Requests a second.</param>
public sealed record ThrottleSettings(int BurstLimit, double RateLimit);

/// <summary>The number of requests that a plan allows to each key in a period.</summary>
/// <param name="Limit">Requests in a period.</param>
/// <param name="Offset">The day on which a period starts: 0 to 6 of a week from Sunday, 0 to 27 of a month from its first, 0 of a day.</param>
/// <param name="Period"><c>DAY</c>, <c>WEEK</c> or <c>MONTH</c>, in UTC.</param>
public sealed record QuotaSettings(int Limit, int Offset, string Period);

/// <summary>A usage plan as an operation returns it.</summary>
public sealed record UsagePlan
{
    /// <summary>Six lower-case letters and digits.</summary>
    public required string Id { get; init; }

    /// <summary>The plan's name.</summary>
    public required string Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>The API stages that the plan's keys open.</summary>
    public required IReadOnlyList<ApiStage> ApiStages { get; init; }

    /// <summary>The rate allowed to each key.</summary>
    public ThrottleSettings? Throttle { get; init; }

    /// <summary>The number of requests allowed to each key in a period.</summary>
    public QuotaSettings? Quota { get; init; }

    /// <summary>The AWS Marketplace product of the plan.</summary>
    public string? ProductCode { get; init; }

    /// <summary>The plan's tags, where the operation returns them.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>A page of usage plans.</summary>
public sealed record UsagePlans
{
    /// <summary>Where the next page starts; null on the last.</summary>
    public string? Position { get; init; }

    /// <summary>The plans, without tags.</summary>
    [JsonPropertyName("item")]
    public required IReadOnlyList<UsagePlan> Items { get; init; }
}
