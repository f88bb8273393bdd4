using System.Text.Json.Serialization;

namespace LocalAws.ApiGateway;

/// <summary>CreateRestApi's input.</summary>
public sealed record CreateRestApiRequest
{
    /// <summary>The API's name.</summary>
    public required string Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }
}

/// <summary>A REST API.</summary>
public sealed record RestApi
{
    /// <summary>Ten lower-case letters and digits.</summary>
    public required string Id { get; init; }

    /// <summary>The API's name.</summary>
    public required string Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>When the API was made. Whole seconds on the wire.</summary>
    public required DateTimeOffset CreatedDate { get; init; }

    /// <summary>Where callers send their key; always <c>HEADER</c>.</summary>
    public string ApiKeySource { get; init; } = "HEADER";
}

/// <summary>GetRestApis' input.</summary>
public sealed record GetRestApisRequest
{
    /// <summary>Where the last page ended; null for the first.</summary>
    public string? Position { get; init; }

    /// <summary>The most APIs on a page: 25 unless said otherwise, at most 500.</summary>
    public int? Limit { get; init; }
}

/// <summary>A page of REST APIs.</summary>
public sealed record RestApis
{
    /// <summary>Where the next page starts; null on the last.</summary>
    public string? Position { get; init; }

    /// <summary>The APIs.</summary>
    [JsonPropertyName("item")]
    public required IReadOnlyList<RestApi> Items { get; init; }
}

/// <summary>CreateDeployment's input.</summary>
public sealed record CreateDeploymentRequest
{
    /// <summary>The API's id.</summary>
    [JsonIgnore]
    public string RestApiId { get; init; } = "";

    /// <summary>The stage to make along with the deployment; none where null.</summary>
    public string? StageName { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }
}

/// <summary>A deployment of an API.</summary>
public sealed record Deployment
{
    /// <summary>Ten lower-case letters and digits.</summary>
    public required string Id { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>When the deployment was made. Whole seconds on the wire.</summary>
    public required DateTimeOffset CreatedDate { get; init; }
}

/// <summary>CreateStage's input.</summary>
public sealed record CreateStageRequest
{
    /// <summary>The API's id.</summary>
    [JsonIgnore]
    public string RestApiId { get; init; } = "";

    /// <summary>The stage's name.</summary>
    public required string StageName { get; init; }

    /// <summary>The deployment that the stage shows.</summary>
    public required string DeploymentId { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }
}

/// <summary>A stage of an API.</summary>
public sealed record Stage
{
    /// <summary>The stage's name.</summary>
    public required string StageName { get; init; }

    /// <summary>The deployment that the stage shows.</summary>
    public required string DeploymentId { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>When the stage was made. Whole seconds on the wire.</summary>
    public required DateTimeOffset CreatedDate { get; init; }

    /// <summary>When the stage was last changed. Whole seconds on the wire.</summary>
    public required DateTimeOffset LastUpdatedDate { get; init; }
}

/// <summary>The stages of an API.</summary>
/// <param name="Item">The stages.</param>
public sealed record Stages(IReadOnlyList<Stage> Item);
