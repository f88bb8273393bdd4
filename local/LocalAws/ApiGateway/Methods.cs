using System.Text.Json.Serialization;

namespace LocalAws.ApiGateway;

/// <summary>Names a method of an API.</summary>
public abstract record MethodRequest
{
    /// <summary>The API's id.</summary>
    [JsonIgnore]
    public string RestApiId { get; init; } = "";

    /// <summary>The resource's id.</summary>
    [JsonIgnore]
    public string ResourceId { get; init; } = "";

    /// <summary>The method: <c>GET</c> and so on, or <c>ANY</c> for those that the resource has not.</summary>
    [JsonIgnore]
    public string HttpMethod { get; init; } = "";
}

/// <summary>GetMethod's input.</summary>
public sealed record GetMethodRequest : MethodRequest;

/// <summary>PutMethod's input.</summary>
public sealed record PutMethodRequest : MethodRequest
{
    /// <summary><c>NONE</c>; there are no authorizers and no IAM authorization here.</summary>
    public string? AuthorizationType { get; init; }

    /// <summary>An authorizer's id; there are none.</summary>
    public string? AuthorizerId { get; init; }

    /// <summary>Whether only callers with a key are served.</summary>
    public bool ApiKeyRequired { get; init; }

    /// <summary>A name for the method's operation in SDKs.</summary>
    public string? OperationName { get; init; }

    /// <summary>The parameters that the integration may use, by names such as <c>method.request.path.proxy</c>.</summary>
    public IReadOnlyDictionary<string, bool>? RequestParameters { get; init; }

    /// <summary>Models by content type; an API has <c>Empty</c> and <c>Error</c>.</summary>
    public IReadOnlyDictionary<string, string>? RequestModels { get; init; }

    /// <summary>A request validator's id; there are none.</summary>
    public string? RequestValidatorId { get; init; }
}

/// <summary>PutMethodResponse's input.</summary>
public sealed record PutMethodResponseRequest : MethodRequest
{
    /// <summary>The status that the method can answer.</summary>
    [JsonIgnore]
    public string StatusCode { get; init; } = "";

    /// <summary>The headers of the answer, by names such as <c>method.response.header.Location</c>.</summary>
    public IReadOnlyDictionary<string, bool>? ResponseParameters { get; init; }

    /// <summary>Models by content type.</summary>
    public IReadOnlyDictionary<string, string>? ResponseModels { get; init; }
}

/// <summary>PutIntegration's input.</summary>
public sealed record PutIntegrationRequest : MethodRequest
{
    /// <summary><c>MOCK</c> or <c>HTTP_PROXY</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The method to call a backend with.</summary>
    [JsonPropertyName("httpMethod")]
    public string? IntegrationHttpMethod { get; init; }

    /// <summary>The backend's URL, in which <c>{name}</c> stands for a path parameter of the integration.</summary>
    public string? Uri { get; init; }

    /// <summary>Path parameters of the integration, by names such as <c>integration.request.path.proxy</c>.</summary>
    public IReadOnlyDictionary<string, string>? RequestParameters { get; init; }

    /// <summary>Templates by content type. A MOCK integration's gives the status: <c>{"statusCode": 200}</c>.</summary>
    public IReadOnlyDictionary<string, string?>? RequestTemplates { get; init; }

    /// <summary><c>WHEN_NO_MATCH</c> unless it is <c>WHEN_NO_TEMPLATES</c> or <c>NEVER</c>.</summary>
    public string? PassthroughBehavior { get; init; }

    /// <summary>How long a backend may take: 50 to 29,000 milliseconds.</summary>
    public int? TimeoutInMillis { get; init; }

    /// <summary><c>INTERNET</c>; there are no VPC links here.</summary>
    public string? ConnectionType { get; init; }

    /// <summary>A role to call the backend as: not here.</summary>
    public string? Credentials { get; init; }

    /// <summary>A conversion of the body: not here.</summary>
    public string? ContentHandling { get; init; }

    /// <summary>What a cache goes by; there is none.</summary>
    public IReadOnlyList<string>? CacheKeyParameters { get; init; }

    /// <summary>Where a cache would keep answers: the resource's id unless said otherwise.</summary>
    public string? CacheNamespace { get; init; }
}

/// <summary>PutIntegrationResponse's input.</summary>
public sealed record PutIntegrationResponseRequest : MethodRequest
{
    /// <summary>The status of the method's answer.</summary>
    [JsonIgnore]
    public string StatusCode { get; init; } = "";

    /// <summary>A regular expression for the statuses of the integration that this answer is for; the default answer where empty.</summary>
    public string? SelectionPattern { get; init; }

    /// <summary>Headers of the answer: not here.</summary>
    public IReadOnlyDictionary<string, string>? ResponseParameters { get; init; }

    /// <summary>The body by content type, without variables.</summary>
    public IReadOnlyDictionary<string, string?>? ResponseTemplates { get; init; }

    /// <summary>A conversion of the body: not here.</summary>
    public string? ContentHandling { get; init; }
}

/// <summary>A method of a resource. As a resource lists it without <c>embed</c> it shows nothing.</summary>
public sealed record Method
{
    /// <summary><c>GET</c> and so on, or <c>ANY</c>.</summary>
    public string? HttpMethod { get; init; }

    /// <summary>Always <c>NONE</c>.</summary>
    public string? AuthorizationType { get; init; }

    /// <summary>Whether only callers with a key are served.</summary>
    public bool? ApiKeyRequired { get; init; }

    /// <summary>The name of the method's operation in SDKs.</summary>
    public string? OperationName { get; init; }

    /// <summary>The parameters that the integration may use.</summary>
    public IReadOnlyDictionary<string, bool>? RequestParameters { get; init; }

    /// <summary>Models by content type.</summary>
    public IReadOnlyDictionary<string, string>? RequestModels { get; init; }

    /// <summary>The answers by their statuses.</summary>
    public IReadOnlyDictionary<string, MethodResponse>? MethodResponses { get; init; }

    /// <summary>What serves the method.</summary>
    public Integration? MethodIntegration { get; init; }
}

/// <summary>An answer that a method can give.</summary>
public sealed record MethodResponse
{
    /// <summary>Its status.</summary>
    public required string StatusCode { get; init; }

    /// <summary>Its headers.</summary>
    public IReadOnlyDictionary<string, bool>? ResponseParameters { get; init; }

    /// <summary>Models by content type.</summary>
    public IReadOnlyDictionary<string, string>? ResponseModels { get; init; }
}

/// <summary>What serves a method.</summary>
public sealed record Integration
{
    /// <summary><c>MOCK</c> or <c>HTTP_PROXY</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The method to call a backend with.</summary>
    public string? HttpMethod { get; init; }

    /// <summary>The backend's URL.</summary>
    public string? Uri { get; init; }

    /// <summary><c>INTERNET</c>, where it was given.</summary>
    public string? ConnectionType { get; init; }

    /// <summary>Path parameters of the integration.</summary>
    public IReadOnlyDictionary<string, string>? RequestParameters { get; init; }

    /// <summary>Templates by content type.</summary>
    public IReadOnlyDictionary<string, string?>? RequestTemplates { get; init; }

    /// <summary>What becomes of a body that no template is for.</summary>
    public required string PassthroughBehavior { get; init; }

    /// <summary>How long a backend may take.</summary>
    public required int TimeoutInMillis { get; init; }

    /// <summary>Where a cache would keep answers.</summary>
    public required string CacheNamespace { get; init; }

    /// <summary>What a cache goes by; there is none.</summary>
    public IReadOnlyList<string> CacheKeyParameters { get; init; } = [];

    /// <summary>The answers by the status of the method's answer.</summary>
    public IReadOnlyDictionary<string, IntegrationResponse>? IntegrationResponses { get; init; }
}

/// <summary>How an answer of an integration becomes the method's.</summary>
public sealed record IntegrationResponse
{
    /// <summary>The status of the method's answer.</summary>
    public required string StatusCode { get; init; }

    /// <summary>A regular expression for the statuses of the integration; the default where empty.</summary>
    public string? SelectionPattern { get; init; }

    /// <summary>The body by content type.</summary>
    public IReadOnlyDictionary<string, string?>? ResponseTemplates { get; init; }
}
