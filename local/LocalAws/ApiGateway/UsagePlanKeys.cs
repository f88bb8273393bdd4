using System.Text.Json.Serialization;

namespace LocalAws.ApiGateway;

/// <summary>CreateUsagePlanKey's input.</summary>
public sealed record CreateUsagePlanKeyRequest
{
    /// <summary>The plan's id.</summary>
    [JsonIgnore]
    public string UsagePlanId { get; init; } = "";

    /// <summary>The key's id.</summary>
    [JsonRequired]
    public string? KeyId { get; init; }

    /// <summary>Always <c>API_KEY</c>.</summary>
    [JsonRequired]
    public string? KeyType { get; init; } = "API_KEY";
}

/// <summary>GetUsagePlanKeys' input.</summary>
public sealed record GetUsagePlanKeysRequest
{
    /// <summary>The plan's id.</summary>
    public required string UsagePlanId { get; init; }

    /// <summary>Where the last page ended; null for the first.</summary>
    public string? Position { get; init; }

    /// <summary>The most keys on a page: 25 unless said otherwise, at most 500.</summary>
    public int? Limit { get; init; }

    /// <summary>The start of the names to list, by case.</summary>
    public string? NameQuery { get; init; }
}

/// <summary>A key in a usage plan. Recorded on AWS: it comes with the key's value, unasked.</summary>
public sealed record UsagePlanKey
{
    /// <summary>The key's id.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>API_KEY</c>.</summary>
    public string Type { get; init; } = "API_KEY";

    /// <summary>The key's value.</summary>
    public required string Value { get; init; }

    /// <summary>The key's name.</summary>
    public string? Name { get; init; }

    /// <summary>Names the key without its value.</summary>
    public override string ToString() => $"{nameof(UsagePlanKey)} {{ {Id}, {Name} }}";
}

/// <summary>A page of a plan's keys.</summary>
public sealed record UsagePlanKeys
{
    /// <summary>Where the next page starts; null on the last.</summary>
    public string? Position { get; init; }

    /// <summary>The keys, with their values.</summary>
    [JsonPropertyName("item")]
    public required IReadOnlyList<UsagePlanKey> Items { get; init; }
}
