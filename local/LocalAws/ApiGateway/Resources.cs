using System.Text.Json.Serialization;

namespace LocalAws.ApiGateway;

/// <summary>The input of CreateResource.</summary>
public sealed record CreateResourceRequest
{
    /// <summary>The API's id.</summary>
    [JsonIgnore]
    public string RestApiId { get; init; } = "";

    /// <summary>The id of the parent resource.</summary>
    [JsonIgnore]
    public string ParentId { get; init; } = "";

    /// <summary>The last segment of the path: a literal, <c>{parameter}</c>, or <c>{proxy+}</c> for the rest of the path.</summary>
    public string? PathPart { get; init; }
}

/// <summary>The input of GetResources.</summary>
public sealed record GetResourcesRequest
{
    /// <summary>The API's id.</summary>
    public required string RestApiId { get; init; }

    /// <summary>The position after the last page, or null for the first page.</summary>
    public string? Position { get; init; }

    /// <summary>The maximum number of resources on a page: 25 by default, at most 500.</summary>
    public int? Limit { get; init; }

    /// <summary><c>methods</c> returns the methods in full. Otherwise only their names are returned.</summary>
    public IReadOnlyList<string>? Embed { get; init; }
}

/// <summary>A resource of an API.</summary>
public sealed record Resource
{
    /// <summary>The id: ten lower-case letters and digits.</summary>
    public required string Id { get; init; }

    /// <summary>The id of the parent resource, or null for the root.</summary>
    public string? ParentId { get; init; }

    /// <summary>The last segment of the path, or null for the root.</summary>
    public string? PathPart { get; init; }

    /// <summary>The whole path.</summary>
    public required string Path { get; init; }

    /// <summary>The methods by name, or null if there are none.</summary>
    public IReadOnlyDictionary<string, Method>? ResourceMethods { get; init; }
}

/// <summary>A page of resources.</summary>
public sealed record Resources
{
    /// <summary>The position of the next page, or null on the last page.</summary>
    public string? Position { get; init; }

    /// <summary>The resources.</summary>
    [JsonPropertyName("item")]
    public required IReadOnlyList<Resource> Items { get; init; }
}
