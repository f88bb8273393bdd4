using System.Text.Json.Serialization;

namespace LocalAws.ApiGateway;

/// <summary>CreateRestApi's input.</summary>
public sealed record CreateRestApiRequest
{
    /// <summary>The API's name.</summary>
    public required string Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>Where callers send their key: <c>HEADER</c>, which it is where null, or <c>AUTHORIZER</c>. Authorizers are not part of the embedded AWS.</summary>
    public string? ApiKeySource { get; init; }

    /// <summary>The API's endpoint.</summary>
    public EndpointConfiguration? EndpointConfiguration { get; init; }

    /// <summary>Whether the API is not to be called by its own host name. Shown, and without effect here.</summary>
    public bool DisableExecuteApiEndpoint { get; init; }

    /// <summary>The API's tags.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>ImportRestApi's input.</summary>
public sealed record ImportRestApiRequest
{
    /// <summary>An OpenAPI 3 or Swagger 2 document in JSON.</summary>
    public required string Body { get; init; }
}

/// <summary>PutRestApi's input.</summary>
public sealed record PutRestApiRequest
{
    /// <summary>The API's id.</summary>
    public required string RestApiId { get; init; }

    /// <summary>An OpenAPI 3 or Swagger 2 document in JSON.</summary>
    public required string Body { get; init; }

    /// <summary><c>overwrite</c> leaves the API with the document's methods only; <c>merge</c>, which it is where null, with its others too.</summary>
    public string? Mode { get; init; }
}

/// <summary>UpdateRestApi's input.</summary>
public sealed record UpdateRestApiRequest
{
    /// <summary>The API's id.</summary>
    public required string RestApiId { get; init; }

    /// <summary>What to change: <c>replace</c> /name, /description or /apiKeySource, <c>remove</c> /description.</summary>
    public IReadOnlyList<PatchOperation>? PatchOperations { get; init; }
}

/// <summary>The endpoint of an API. Shown, and without effect here.</summary>
public sealed record EndpointConfiguration
{
    /// <summary><c>EDGE</c> unless it is <c>REGIONAL</c> or <c>PRIVATE</c>.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary><c>ipv4</c> or <c>dualstack</c>.</summary>
    public string? IpAddressType { get; init; }

    // The defaults and the refusals are recorded on AWS.
    internal EndpointConfiguration WithDefaults() =>
        new() { Types = Types ?? ["EDGE"], IpAddressType = IpAddressType ?? (Types is ["PRIVATE"] ? "dualstack" : "ipv4") };

    internal void Check()
    {
        if (Types?.Any(type => type is not ("PRIVATE" or "EDGE" or "REGIONAL")) == true)
        {
            throw ApiGatewayErrors.NotInEnum(
                "createRestApiInput.endpointConfiguration.types",
                $"[{string.Join(", ", Types)}]",
                "Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]");
        }

        if (IpAddressType is { } address and not ("ipv4" or "dualstack"))
        {
            throw ApiGatewayErrors.NotInEnum(
                "createRestApiInput.endpointConfiguration.ipAddressType", address, "Member must satisfy enum value set: [ipv4, dualstack]");
        }

        if (Types is [])
        {
            throw ApiGatewayErrors.BadRequest("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.");
        }

        if (Types is [_, _, ..])
        {
            throw ApiGatewayErrors.BadRequest("Cannot create an api with multiple Endpoint Types.");
        }
    }
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

    /// <summary>Where callers send their key: <c>HEADER</c> or <c>AUTHORIZER</c>.</summary>
    public required string ApiKeySource { get; init; }

    /// <summary>The API's endpoint.</summary>
    public required EndpointConfiguration EndpointConfiguration { get; init; }

    /// <summary>Whether the API is not to be called by its own host name.</summary>
    public required bool DisableExecuteApiEndpoint { get; init; }

    /// <summary>The id of the resource <c>/</c>.</summary>
    public required string RootResourceId { get; init; }

    /// <summary>The API's tags; null where there are none.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
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

/// <summary>GetDeployments' input.</summary>
public sealed record GetDeploymentsRequest
{
    /// <summary>The API's id.</summary>
    public required string RestApiId { get; init; }

    /// <summary>Where the last page ended; null for the first.</summary>
    public string? Position { get; init; }

    /// <summary>The most deployments on a page: 25 unless said otherwise, at most 500.</summary>
    public int? Limit { get; init; }
}

/// <summary>A page of deployments.</summary>
public sealed record Deployments
{
    /// <summary>Where the next page starts; null on the last.</summary>
    public string? Position { get; init; }

    /// <summary>The deployments.</summary>
    [JsonPropertyName("item")]
    public required IReadOnlyList<Deployment> Items { get; init; }
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

    /// <summary>The stage's tags.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>UpdateStage's input.</summary>
public sealed record UpdateStageRequest
{
    /// <summary>The API's id.</summary>
    public required string RestApiId { get; init; }

    /// <summary>The stage's name.</summary>
    public required string StageName { get; init; }

    /// <summary>What to change: <c>replace</c> /deploymentId or /description.</summary>
    public IReadOnlyList<PatchOperation>? PatchOperations { get; init; }
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

    /// <summary>Whether the stage has a cache; none has.</summary>
    public bool CacheClusterEnabled { get; init; }

    /// <summary>The cache's state; <c>NOT_AVAILABLE</c> without one.</summary>
    public string CacheClusterStatus { get; init; } = "NOT_AVAILABLE";

    /// <summary>Settings of single methods; none here.</summary>
    public IReadOnlyDictionary<string, object> MethodSettings { get; init; } = new Dictionary<string, object>();

    /// <summary>Whether calls are traced; they are not.</summary>
    public bool TracingEnabled { get; init; }

    /// <summary>The stage's tags; null where there are none.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>The stages of an API.</summary>
/// <param name="Item">The stages.</param>
public sealed record Stages(IReadOnlyList<Stage> Item);
