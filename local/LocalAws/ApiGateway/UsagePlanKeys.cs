using System.Text.Json.Serialization;

namespace LocalAws.ApiGateway;

/// <summary>The input of CreateUsagePlanKey.</summary>
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

/// <summary>The input of GetUsagePlanKeys.</summary>
public sealed record GetUsagePlanKeysRequest
{
    /// <summary>The plan's id.</summary>
    public required string UsagePlanId { get; init; }

    /// <summary>The position after the last page, or null for the first page.</summary>
    public string? Position { get; init; }

    /// <summary>The maximum number of keys on a page: 25 by default, at most 500.</summary>
    public int? Limit { get; init; }

    /// <summary>The prefix of the names to list, case-sensitive.</summary>
    public string? NameQuery { get; init; }
}

/// <summary>A key in a usage plan. Recorded on AWS: it always includes the key's value.</summary>
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

    /// <summary>Returns a text that identifies the key without its value.</summary>
    public override string ToString() => $"{nameof(UsagePlanKey)} {{ {Id}, {Name} }}";
}

/// <summary>A page of a plan's keys.</summary>
public sealed record UsagePlanKeys
{
    /// <summary>The position of the next page, or null on the last page.</summary>
    public string? Position { get; init; }

    /// <summary>The keys, with their values.</summary>
    [JsonPropertyName("item")]
    public required IReadOnlyList<UsagePlanKey> Items { get; init; }
}
