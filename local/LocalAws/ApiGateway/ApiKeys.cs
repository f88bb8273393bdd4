using System.Text.Json.Serialization;

namespace LocalAws.ApiGateway;

/// <summary>CreateApiKey's input.</summary>
public sealed record CreateApiKeyRequest
{
    /// <summary>The key's name, at most 1024 characters; names need not be unique.</summary>
    public string? Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>Whether the key is accepted. Disabled unless said otherwise.</summary>
    public bool Enabled { get; init; }

    /// <summary>Deprecated on AWS and without effect: an id is always distinct from the value.</summary>
    public bool? GenerateDistinctId { get; init; }

    /// <summary>The value that clients send, 20 to 128 characters; AWS draws one where it is null or empty.</summary>
    public string? Value { get; init; }

    /// <summary>An identifier of the caller's own.</summary>
    public string? CustomerId { get; init; }

    /// <summary>The key's tags.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Names the request without its value.</summary>
    public override string ToString() => $"{nameof(CreateApiKeyRequest)} {{ {Name}, enabled {Enabled} }}";
}

/// <summary>GetApiKeys' input.</summary>
public sealed record GetApiKeysRequest
{
    /// <summary>Where the last page ended; null for the first.</summary>
    public string? Position { get; init; }

    /// <summary>The most keys on a page: 25 unless said otherwise, at most 500.</summary>
    public int? Limit { get; init; }

    /// <summary>The start of the names to list, by case.</summary>
    public string? NameQuery { get; init; }

    /// <summary>The customer id of the keys to list.</summary>
    public string? CustomerId { get; init; }

    /// <summary>Whether to list the keys' values.</summary>
    public bool IncludeValues { get; init; }
}

/// <summary>UpdateApiKey's input.</summary>
public sealed record UpdateApiKeyRequest
{
    /// <summary>The key's id.</summary>
    public required string ApiKey { get; init; }

    /// <summary>What to change.</summary>
    public IReadOnlyList<PatchOperation>? PatchOperations { get; init; }
}

/// <summary>One change of a resource.</summary>
/// <param name="Op"><c>replace</c>, <c>add</c> or <c>remove</c>.</param>
/// <param name="Path">What to change, such as <c>/enabled</c>.</param>
/// <param name="Value">The new value.</param>
public sealed record PatchOperation(string? Op, string? Path, string? Value = null);

/// <summary>An API key as an operation returns it.</summary>
public sealed record ApiKey
{
    /// <summary>Ten lower-case letters and digits.</summary>
    public required string Id { get; init; }

    /// <summary>The value that clients send, where the operation returns it.</summary>
    public string? Value { get; init; }

    /// <summary>The key's name; null where it has none.</summary>
    public string? Name { get; init; }

    /// <summary>An identifier of the caller's own.</summary>
    public string? CustomerId { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>Whether the key is accepted.</summary>
    public required bool Enabled { get; init; }

    /// <summary>When the key was made. Whole seconds on the wire.</summary>
    public required DateTimeOffset CreatedDate { get; init; }

    /// <summary>When the key was last changed. Whole seconds on the wire.</summary>
    public required DateTimeOffset LastUpdatedDate { get; init; }

    /// <summary>Deprecated on AWS; always empty.</summary>
    public IReadOnlyList<string> StageKeys { get; init; } = [];

    /// <summary>The key's tags, where the operation returns them.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Names the key without its value.</summary>
    public override string ToString() => $"{nameof(ApiKey)} {{ {Id}, {Name}, enabled {Enabled} }}";
}

/// <summary>A page of API keys.</summary>
public sealed record ApiKeys
{
    /// <summary>Where the next page starts; null on the last.</summary>
    public string? Position { get; init; }

    /// <summary>The keys: without tags, and without values unless asked for.</summary>
    [JsonPropertyName("item")]
    public required IReadOnlyList<ApiKey> Items { get; init; }
}
