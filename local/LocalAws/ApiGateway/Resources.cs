using System.Text.Json.Serialization;

namespace LocalAws.ApiGateway;

/// <summary>CreateResource's input.</summary>
public sealed record CreateResourceRequest
{
    /// <summary>The API's id.</summary>
    [JsonIgnore]
    public string RestApiId { get; init; } = "";

    /// <summary>The id of the resource that the new one is under.</summary>
    [JsonIgnore]
    public string ParentId { get; init; } = "";

    /// <summary>The last segment of the path: a text, <c>{parameter}</c>, or <c>{proxy+}</c> for all that follows.</summary>
    public string? PathPart { get; init; }
}

/// <summary>GetResources' input.</summary>
public sealed record GetResourcesRequest
{
    /// <summary>The API's id.</summary>
    public required string RestApiId { get; init; }

    /// <summary>Where the last page ended; null for the first.</summary>
    public string? Position { get; init; }

    /// <summary>The most resources on a page: 25 unless said otherwise, at most 500.</summary>
    public int? Limit { get; init; }

    /// <summary><c>methods</c> shows the methods whole; without it only their names.</summary>
    public IReadOnlyList<string>? Embed { get; init; }
}

/// <summary>A resource of an API.</summary>
public sealed record Resource
{
    /// <summary>Ten lower-case letters and digits.</summary>
    public required string Id { get; init; }

    /// <summary>The id of the resource above; null for the root.</summary>
    public string? ParentId { get; init; }

    /// <summary>The last segment of the path; null for the root.</summary>
    public string? PathPart { get; init; }

    /// <summary>The whole path.</summary>
    public required string Path { get; init; }

    /// <summary>The methods by their names; null where there are none.</summary>
    public IReadOnlyDictionary<string, Method>? ResourceMethods { get; init; }
}

/// <summary>A page of resources.</summary>
public sealed record Resources
{
    /// <summary>Where the next page starts; null on the last.</summary>
    public string? Position { get; init; }

    /// <summary>The resources.</summary>
    [JsonPropertyName("item")]
    public required IReadOnlyList<Resource> Items { get; init; }
}
