using System.Text.Json.Serialization;

namespace LocalAws.ApiGateway;

/// <summary>Identifies a method of an API.</summary>
public abstract record MethodRequest
{
    /// <summary>The API's id.</summary>
    [JsonIgnore]
    public string RestApiId { get; init; } = "";

    /// <summary>The resource's id.</summary>
    [JsonIgnore]
    public string ResourceId { get; init; } = "";

    /// <summary>The HTTP method: <c>GET</c> and so on, or <c>ANY</c> for all others.</summary>
    [JsonIgnore]
    public string HttpMethod { get; init; } = "";
}

/// <summary>The input of GetMethod.</summary>
public sealed record GetMethodRequest : MethodRequest;

/// <summary>The input of PutMethod.</summary>
public sealed record PutMethodRequest : MethodRequest
{
    /// <summary><c>NONE</c>. There are no authorizers and no IAM authorization here.</summary>
    public string? AuthorizationType { get; init; }

    /// <summary>An authorizer's id. There are none here.</summary>
    public string? AuthorizerId { get; init; }

    /// <summary>Whether the method requires a key.</summary>
    public bool ApiKeyRequired { get; init; }

    /// <summary>The name of the method's operation in SDKs.</summary>
    public string? OperationName { get; init; }

    /// <summary>The parameters that the integration can use, by names such as <c>method.request.path.proxy</c>.</summary>
    public IReadOnlyDictionary<string, bool>? RequestParameters { get; init; }

    /// <summary>The models by content type. An API has <c>Empty</c> and <c>Error</c>.</summary>
    public IReadOnlyDictionary<string, string>? RequestModels { get; init; }

    /// <summary>A request validator's id. There are none here.</summary>
    public string? RequestValidatorId { get; init; }
}

/// <summary>The input of PutMethodResponse.</summary>
public sealed record PutMethodResponseRequest : MethodRequest
{
    /// <summary>The status of the response.</summary>
    [JsonIgnore]
    public string StatusCode { get; init; } = "";

    /// <summary>The headers of the response, by names such as <c>method.response.header.Location</c>.</summary>
    public IReadOnlyDictionary<string, bool>? ResponseParameters { get; init; }

    /// <summary>Models by content type.</summary>
    public IReadOnlyDictionary<string, string>? ResponseModels { get; init; }
}

/// <summary>The input of PutIntegration.</summary>
public sealed record PutIntegrationRequest : MethodRequest
{
    /// <summary><c>MOCK</c> or <c>HTTP_PROXY</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The HTTP method for the backend.</summary>
    [JsonPropertyName("httpMethod")]
    public string? IntegrationHttpMethod { get; init; }

    /// <summary>The backend's URL, in which <c>{name}</c> is a path parameter of the integration.</summary>
    public string? Uri { get; init; }

    /// <summary>The path parameters of the integration, by names such as <c>integration.request.path.proxy</c>.</summary>
    public IReadOnlyDictionary<string, string>? RequestParameters { get; init; }

    /// <summary>The templates by content type. The template of a MOCK integration sets the status: <c>{"statusCode": 200}</c>.</summary>
    public IReadOnlyDictionary<string, string?>? RequestTemplates { get; init; }

    /// <summary><c>WHEN_NO_MATCH</c> (default), <c>WHEN_NO_TEMPLATES</c> or <c>NEVER</c>.</summary>
    public string? PassthroughBehavior { get; init; }

    /// <summary>The timeout of the backend: 50 to 29,000 milliseconds.</summary>
    public int? TimeoutInMillis { get; init; }

    /// <summary><c>INTERNET</c>. There are no VPC links here.</summary>
    public string? ConnectionType { get; init; }

    /// <summary>A role for calls to the backend. Not supported here.</summary>
    public string? Credentials { get; init; }

    /// <summary>A conversion of the body. Not supported here.</summary>
    public string? ContentHandling { get; init; }

    /// <summary>The parameters of the cache key. There is no cache here.</summary>
    public IReadOnlyList<string>? CacheKeyParameters { get; init; }

    /// <summary>The namespace of the cache: the resource's id by default.</summary>
    public string? CacheNamespace { get; init; }
}

/// <summary>The input of PutIntegrationResponse.</summary>
public sealed record PutIntegrationResponseRequest : MethodRequest
{
    /// <summary>The status of the method response.</summary>
    [JsonIgnore]
    public string StatusCode { get; init; } = "";

    /// <summary>A regular expression that selects the statuses of the integration. Empty for the default response.</summary>
    public string? SelectionPattern { get; init; }

    /// <summary>The headers of the response. Not supported here.</summary>
    public IReadOnlyDictionary<string, string>? ResponseParameters { get; init; }

    /// <summary>The body by content type, without variables.</summary>
    public IReadOnlyDictionary<string, string?>? ResponseTemplates { get; init; }

    /// <summary>A conversion of the body. Not supported here.</summary>
    public string? ContentHandling { get; init; }
}

/// <summary>A method of a resource. In a list without <c>embed</c> its members are not returned.</summary>
public sealed record Method
{
    /// <summary><c>GET</c> and so on, or <c>ANY</c>.</summary>
    public string? HttpMethod { get; init; }

    /// <summary>Always <c>NONE</c>.</summary>
    public string? AuthorizationType { get; init; }

    /// <summary>Whether the method requires a key.</summary>
    public bool? ApiKeyRequired { get; init; }

    /// <summary>The name of the method's operation in SDKs.</summary>
    public string? OperationName { get; init; }

    /// <summary>The parameters that the integration can use.</summary>
    public IReadOnlyDictionary<string, bool>? RequestParameters { get; init; }

    /// <summary>The models by content type.</summary>
    public IReadOnlyDictionary<string, string>? RequestModels { get; init; }

    /// <summary>The responses by status.</summary>
    public IReadOnlyDictionary<string, MethodResponse>? MethodResponses { get; init; }

    /// <summary>The integration.</summary>
    public Integration? MethodIntegration { get; init; }
}

/// <summary>A response of a method.</summary>
public sealed record MethodResponse
{
    /// <summary>The status.</summary>
    public required string StatusCode { get; init; }

    /// <summary>The headers.</summary>
    public IReadOnlyDictionary<string, bool>? ResponseParameters { get; init; }

    /// <summary>The models by content type.</summary>
    public IReadOnlyDictionary<string, string>? ResponseModels { get; init; }
}

/// <summary>The integration of a method.</summary>
public sealed record Integration
{
    /// <summary><c>MOCK</c> or <c>HTTP_PROXY</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The HTTP method for the backend.</summary>
    public string? HttpMethod { get; init; }

    /// <summary>The backend's URL.</summary>
    public string? Uri { get; init; }

    /// <summary><c>INTERNET</c>, if the request set it.</summary>
    public string? ConnectionType { get; init; }

    /// <summary>The path parameters of the integration.</summary>
    public IReadOnlyDictionary<string, string>? RequestParameters { get; init; }

    /// <summary>The templates by content type.</summary>
    public IReadOnlyDictionary<string, string?>? RequestTemplates { get; init; }

    /// <summary>The handling of a body without a matching template.</summary>
    public required string PassthroughBehavior { get; init; }

    /// <summary>The timeout of the backend, in milliseconds.</summary>
    public required int TimeoutInMillis { get; init; }

    /// <summary>The namespace of the cache.</summary>
    public required string CacheNamespace { get; init; }

    /// <summary>The parameters of the cache key. There is no cache here.</summary>
    public IReadOnlyList<string> CacheKeyParameters { get; init; } = [];

    /// <summary>The responses by the status of the method response.</summary>
    public IReadOnlyDictionary<string, IntegrationResponse>? IntegrationResponses { get; init; }
}

/// <summary>Maps a response of the integration to a response of the method.</summary>
public sealed record IntegrationResponse
{
    /// <summary>The status of the method response.</summary>
    public required string StatusCode { get; init; }

    /// <summary>A regular expression that selects the statuses of the integration. Empty for the default response.</summary>
    public string? SelectionPattern { get; init; }

    /// <summary>The body by content type.</summary>
    public IReadOnlyDictionary<string, string?>? ResponseTemplates { get; init; }
}
