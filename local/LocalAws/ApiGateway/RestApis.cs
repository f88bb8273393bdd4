using System.Text.Json.Serialization;

namespace LocalAws.ApiGateway;

/// <summary>The input of CreateRestApi.</summary>
public sealed record CreateRestApiRequest
{
    /// <summary>The API's name.</summary>
    public required string Name { get; init; }

    /// <summary>The description.</summary>
    public string? Description { get; init; }

    /// <summary>The source of the API key: <c>HEADER</c> (default) or <c>AUTHORIZER</c>. The embedded AWS has no authorizers.</summary>
    public string? ApiKeySource { get; init; }

    /// <summary>The API's endpoint.</summary>
    public EndpointConfiguration? EndpointConfiguration { get; init; }

    /// <summary>Whether the API's own host name is disabled. Returned, but without effect here.</summary>
    public bool DisableExecuteApiEndpoint { get; init; }

    /// <summary>The API's tags.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>The input of ImportRestApi.</summary>
public sealed record ImportRestApiRequest
{
    /// <summary>An OpenAPI 3 or Swagger 2 document in JSON.</summary>
    public required string Body { get; init; }
}

/// <summary>The input of PutRestApi.</summary>
public sealed record PutRestApiRequest
{
    /// <summary>The API's id.</summary>
    public required string RestApiId { get; init; }

    /// <summary>An OpenAPI 3 or Swagger 2 document in JSON.</summary>
    public required string Body { get; init; }

    /// <summary><c>overwrite</c> keeps only the document's methods; <c>merge</c> (default) also keeps the API's others.</summary>
    public string? Mode { get; init; }
}

/// <summary>The input of UpdateRestApi.</summary>
public sealed record UpdateRestApiRequest
{
    /// <summary>The API's id.</summary>
    public required string RestApiId { get; init; }

    /// <summary>The changes: <c>replace</c> /name, /description or /apiKeySource, <c>remove</c> /description.</summary>
    public IReadOnlyList<PatchOperation>? PatchOperations { get; init; }
}

/// <summary>The endpoint of an API. Returned, but without effect here.</summary>
public sealed record EndpointConfiguration
{
    /// <summary><c>EDGE</c> (default), <c>REGIONAL</c> or <c>PRIVATE</c>.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary><c>ipv4</c> or <c>dualstack</c>.</summary>
    public string? IpAddressType { get; init; }

    // The defaults and the errors are recorded on AWS.
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
    /// <summary>The id: ten lower-case letters and digits.</summary>
    public required string Id { get; init; }

    /// <summary>The API's name.</summary>
    public required string Name { get; init; }

    /// <summary>The description.</summary>
    public string? Description { get; init; }

    /// <summary>The time at which the API was created. Whole seconds on the wire.</summary>
    public required DateTimeOffset CreatedDate { get; init; }

    /// <summary>The source of the API key: <c>HEADER</c> or <c>AUTHORIZER</c>.</summary>
    public required string ApiKeySource { get; init; }

    /// <summary>The API's endpoint.</summary>
    public required EndpointConfiguration EndpointConfiguration { get; init; }

    /// <summary>Whether the API's own host name is disabled.</summary>
    public required bool DisableExecuteApiEndpoint { get; init; }

    /// <summary>The id of the resource <c>/</c>.</summary>
    public required string RootResourceId { get; init; }

    /// <summary>The API's tags, or null if there are none.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>The input of GetRestApis.</summary>
public sealed record GetRestApisRequest
{
    /// <summary>The position after the last page, or null for the first page.</summary>
    public string? Position { get; init; }

    /// <summary>The maximum number of APIs on a page: 25 by default, at most 500.</summary>
    public int? Limit { get; init; }
}

/// <summary>A page of REST APIs.</summary>
public sealed record RestApis
{
    /// <summary>The position of the next page, or null on the last page.</summary>
    public string? Position { get; init; }

    /// <summary>The APIs.</summary>
    [JsonPropertyName("item")]
    public required IReadOnlyList<RestApi> Items { get; init; }
}

/// <summary>The input of CreateDeployment.</summary>
public sealed record CreateDeploymentRequest
{
    /// <summary>The API's id.</summary>
    [JsonIgnore]
    public string RestApiId { get; init; } = "";

    /// <summary>The stage to create with the deployment, or null.</summary>
    public string? StageName { get; init; }

    /// <summary>The description.</summary>
    public string? Description { get; init; }
}

/// <summary>A deployment of an API.</summary>
public sealed record Deployment
{
    /// <summary>The id: ten lower-case letters and digits.</summary>
    public required string Id { get; init; }

    /// <summary>The description.</summary>
    public string? Description { get; init; }

    /// <summary>The time at which the deployment was created. Whole seconds on the wire.</summary>
    public required DateTimeOffset CreatedDate { get; init; }
}

/// <summary>The input of GetDeployments.</summary>
public sealed record GetDeploymentsRequest
{
    /// <summary>The API's id.</summary>
    public required string RestApiId { get; init; }

    /// <summary>The position after the last page, or null for the first page.</summary>
    public string? Position { get; init; }

    /// <summary>The maximum number of deployments on a page: 25 by default, at most 500.</summary>
    public int? Limit { get; init; }
}

/// <summary>A page of deployments.</summary>
public sealed record Deployments
{
    /// <summary>The position of the next page, or null on the last page.</summary>
    public string? Position { get; init; }

    /// <summary>The deployments.</summary>
    [JsonPropertyName("item")]
    public required IReadOnlyList<Deployment> Items { get; init; }
}

/// <summary>The input of CreateStage.</summary>
public sealed record CreateStageRequest
{
    /// <summary>The API's id.</summary>
    [JsonIgnore]
    public string RestApiId { get; init; } = "";

    /// <summary>The stage's name.</summary>
    public required string StageName { get; init; }

    /// <summary>The stage's deployment.</summary>
    public required string DeploymentId { get; init; }

    /// <summary>The description.</summary>
    public string? Description { get; init; }

    /// <summary>The stage's tags.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>The input of UpdateStage.</summary>
public sealed record UpdateStageRequest
{
    /// <summary>The API's id.</summary>
    public required string RestApiId { get; init; }

    /// <summary>The stage's name.</summary>
    public required string StageName { get; init; }

    /// <summary>
    /// The changes: <c>replace</c> /deploymentId or /description; <c>replace</c> metrics/enabled, throttling/burstLimit or throttling/rateLimit of a
    /// method, such as /*/*/metrics/enabled, or <c>remove</c> the method's settings.
    /// </summary>
    public IReadOnlyList<PatchOperation>? PatchOperations { get; init; }
}

/// <summary>A stage of an API.</summary>
public sealed record Stage
{
    /// <summary>The stage's name.</summary>
    public required string StageName { get; init; }

    /// <summary>The stage's deployment.</summary>
    public required string DeploymentId { get; init; }

    /// <summary>The description.</summary>
    public string? Description { get; init; }

    /// <summary>The time at which the stage was created. Whole seconds on the wire.</summary>
    public required DateTimeOffset CreatedDate { get; init; }

    /// <summary>The time of the last change of the stage. Whole seconds on the wire.</summary>
    public required DateTimeOffset LastUpdatedDate { get; init; }

    /// <summary>Whether the stage has a cache. Always false.</summary>
    public bool CacheClusterEnabled { get; init; }

    /// <summary>The state of the cache. Always <c>NOT_AVAILABLE</c>.</summary>
    public string CacheClusterStatus { get; init; } = "NOT_AVAILABLE";

    /// <summary>The settings of methods by path and HTTP method, such as <c>orders/GET</c>, or <c>*/*</c> for all.</summary>
    public IReadOnlyDictionary<string, MethodSetting> MethodSettings { get; init; } = new Dictionary<string, MethodSetting>();

    /// <summary>Whether calls are traced. Always false.</summary>
    public bool TracingEnabled { get; init; }

    /// <summary>The stage's tags, or null if there are none.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>The stages of an API.</summary>
/// <param name="Item">The stages.</param>
public sealed record Stages(IReadOnlyList<Stage> Item);
