using System.Text.Json.Serialization;

namespace LocalAws.ApiGateway;

/// <summary>The input of CreateApiKey.</summary>
public sealed record CreateApiKeyRequest
{
    /// <summary>The key's name, at most 1024 characters. Names do not have to be unique.</summary>
    public string? Name { get; init; }

    /// <summary>The description.</summary>
    public string? Description { get; init; }

    /// <summary>Whether API Gateway accepts the key. Disabled by default.</summary>
    public bool Enabled { get; init; }

    /// <summary>Deprecated on AWS, and without effect: an id is always distinct from the value.</summary>
    public bool? GenerateDistinctId { get; init; }

    /// <summary>The value that clients send, 20 to 128 characters. AWS generates one if it is null or empty.</summary>
    public string? Value { get; init; }

    /// <summary>The customer id: an identifier that the caller chooses.</summary>
    public string? CustomerId { get; init; }

    /// <summary>The key's tags.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Returns a text that identifies the request without its value.</summary>
    public override string ToString() => $"{nameof(CreateApiKeyRequest)} {{ {Name}, enabled {Enabled} }}";
}

/// <summary>The input of GetApiKeys.</summary>
public sealed record GetApiKeysRequest
{
    /// <summary>The position after the last page, or null for the first page.</summary>
    public string? Position { get; init; }

    /// <summary>The maximum number of keys on a page: 25 by default, at most 500.</summary>
    public int? Limit { get; init; }

    /// <summary>The prefix of the names to list, case-sensitive.</summary>
    public string? NameQuery { get; init; }

    /// <summary>The customer id of the keys to list.</summary>
    public string? CustomerId { get; init; }

    /// <summary>Whether to list the keys' values.</summary>
    public bool IncludeValues { get; init; }
}

/// <summary>The input of UpdateApiKey.</summary>
public sealed record UpdateApiKeyRequest
{
    /// <summary>The key's id.</summary>
    public required string ApiKey { get; init; }

    /// <summary>The changes.</summary>
    public IReadOnlyList<PatchOperation>? PatchOperations { get; init; }
}

/// <summary>A patch operation.</summary>
/// <param name="Op"><c>replace</c>, <c>add</c> or <c>remove</c>.</param>
/// <param name="Path">The property to change, such as <c>/enabled</c>.</param>
/// <param name="Value">The new value.</param>
public sealed record PatchOperation(string? Op, string? Path, string? Value = null);

/// <summary>An API key as an operation returns it.</summary>
public sealed record ApiKey
{
    /// <summary>The id: ten lower-case letters and digits.</summary>
    public required string Id { get; init; }

    /// <summary>The value that clients send, if the operation returns it.</summary>
    public string? Value { get; init; }

    /// <summary>The key's name, or null if it has none.</summary>
    public string? Name { get; init; }

    /// <summary>The customer id.</summary>
    public string? CustomerId { get; init; }

    /// <summary>The description.</summary>
    public string? Description { get; init; }

    /// <summary>Whether API Gateway accepts the key.</summary>
    public required bool Enabled { get; init; }

    /// <summary>The time at which the key was created. Whole seconds on the wire.</summary>
    public required DateTimeOffset CreatedDate { get; init; }

    /// <summary>The time of the last change of the key. Whole seconds on the wire.</summary>
    public required DateTimeOffset LastUpdatedDate { get; init; }

    /// <summary>Deprecated on AWS. Always empty.</summary>
    public IReadOnlyList<string> StageKeys { get; init; } = [];

    /// <summary>The key's tags, if the operation returns them.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Returns a text that identifies the key without its value.</summary>
    public override string ToString() => $"{nameof(ApiKey)} {{ {Id}, {Name}, enabled {Enabled} }}";
}

/// <summary>A page of API keys.</summary>
public sealed record ApiKeys
{
    /// <summary>The position of the next page, or null on the last page.</summary>
    public string? Position { get; init; }

    /// <summary>The keys, without tags, and without values by default.</summary>
    [JsonPropertyName("item")]
    public required IReadOnlyList<ApiKey> Items { get; init; }
}
