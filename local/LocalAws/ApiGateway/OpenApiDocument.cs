using System.Text.Json;

namespace LocalAws.ApiGateway;

/// <summary>
/// An OpenAPI 3 or Swagger 2 document in JSON with Amazon's extensions, as far as the embedded AWS can serve it: methods, whether they require a key,
/// and their MOCK and HTTP_PROXY integrations. AWS developer guide, "OpenAPI extensions for API Gateway". Rejects other content instead of ignoring
/// it.
/// </summary>
internal sealed class OpenApiDocument
{
    private const string Extension = "x-amazon-apigateway-";

    // Fields for people and tools, which do not change what API Gateway does. basePath, host and servers are ignored by default.
    private static readonly string[] Remarks =
        ["summary", "description", "tags", "externalDocs", "host", "basePath", "schemes", "servers", "consumes", "produces", "deprecated"];

    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch", "options", "head"];

    private readonly JsonElement _paths;
    private readonly HashSet<string> _keySchemes = [];

    private OpenApiDocument(JsonElement root)
    {
        if (!IsVersion(root, "openapi", "3.") && !IsVersion(root, "swagger", "2."))
        {
            throw Invalid();
        }

        CheckMembers(root, "the document", "openapi", "swagger", "info", "paths", "components", "securityDefinitions", Extension + "api-key-source");
        var info = Object(root, "info") ?? throw Invalid();
        (Title, Description) = (Text(info, "title") ?? throw Invalid(), Text(info, "description"));
        ApiKeySource = Text(root, Extension + "api-key-source");
        _paths = Object(root, "paths") ?? throw Invalid();
        var components = Object(root, "components");
        CheckMembers(components, "components", "securitySchemes");
        foreach (var scheme in Members(Object(root, "securityDefinitions")).Concat(Members(Object(components, "securitySchemes"))))
        {
            if ((Text(scheme.Value, "type"), Text(scheme.Value, "in"),
                Text(scheme.Value, "name")?.ToLowerInvariant()) is not ("apiKey", "header", "x-api-key")
                || scheme.Value.EnumerateObject().Any(member => member.Name.StartsWith("x-amazon-", StringComparison.Ordinal)))
            {
                throw ApiGatewayErrors.NotHere($"The security scheme {scheme.Name}, which is not an apiKey in the header x-api-key,");
            }

            _keySchemes.Add(scheme.Name);
        }
    }

    public string Title { get; }

    public string? Description { get; }

    public string? ApiKeySource { get; }

    public static OpenApiDocument Parse(string body)
    {
        try
        {
            return new OpenApiDocument(JsonSerializer.Deserialize<JsonElement>(body));
        }
        catch (JsonException)
        {
            throw Invalid();
        }
    }

    /// <summary>Adds the document's methods to an API. They replace the methods at the same place.</summary>
    public void ApplyTo(ApiDefinition api)
    {
        foreach (var path in _paths.EnumerateObject())
        {
            if (!path.Name.StartsWith('/'))
            {
                throw Invalid();
            }

            CheckMembers(path.Value, path.Name, [.. Methods, Extension + "any-method", "parameters"]);
            var resource = api.ResourceAt(path.Name);
            foreach (var operation in path.Value.EnumerateObject().Where(member => member.Name is not "parameters" && !Remarks.Contains(member.Name)))
            {
                var httpMethod = operation.Name.StartsWith(Extension, StringComparison.Ordinal) ? "ANY" : operation.Name.ToUpperInvariant();
                Apply(api, resource.Id, httpMethod, operation.Value, ParametersOf(path.Value).Concat(ParametersOf(operation.Value)));
            }
        }
    }

    private static AwsException Invalid() =>
        ApiGatewayErrors.BadRequest("Invalid OpenAPI input. The embedded AWS takes OpenAPI 3 and Swagger 2 in JSON, with an info.title and paths.");

    private static bool IsVersion(JsonElement root, string member, string version) =>
        Text(root, member)?.StartsWith(version, StringComparison.Ordinal) == true;

    private static JsonElement? Object(JsonElement? parent, string name) =>
        Member(parent, name) is { } value ? value.ValueKind is JsonValueKind.Object ? value : throw Invalid() : null;

    private static string? Text(JsonElement parent, string name) =>
        Member(parent, name) is { } value ? value.ValueKind is JsonValueKind.String ? value.GetString() : throw Invalid() : null;

    private static int? Number(JsonElement parent, string name) =>
        Member(parent, name) is { } value ? value.ValueKind is JsonValueKind.Number
            && value.TryGetInt32(out var number) ? number : throw Invalid() : null;

    private static JsonElement? Member(JsonElement? parent, string name) =>
        parent is not { } value ? null
        : value.ValueKind is not JsonValueKind.Object ? throw Invalid()
        : value.TryGetProperty(name, out var member) ? member : null;

    private static List<JsonProperty> Members(JsonElement? value) =>
        value is not { } given ? [] : given.ValueKind is JsonValueKind.Object ? [.. given.EnumerateObject()] : throw Invalid();

    private static void CheckMembers(JsonElement? value, string where, params string[] known)
    {
        if (value is not { } checkedValue)
        {
            return;
        }

        if (checkedValue.ValueKind is not JsonValueKind.Object)
        {
            throw Invalid();
        }

        foreach (var member in checkedValue.EnumerateObject().Select(member => member.Name).Except(known).Except(Remarks))
        {
            throw ApiGatewayErrors.NotHere($"{member} of {where} in an OpenAPI document");
        }
    }

    private static Dictionary<string, string?> Texts(JsonElement parent, string name) =>
        Members(Object(parent, name)).ToDictionary(member => member.Name, member => Text(parent.GetProperty(name), member.Name));

    private static IEnumerable<KeyValuePair<string, bool>> ParametersOf(JsonElement parent)
    {
        if (Member(parent, "parameters") is not { } parameters)
        {
            return [];
        }

        return parameters.ValueKind is not JsonValueKind.Array ? throw Invalid() : parameters.EnumerateArray().Select(parameter =>
        {
            var place = Text(parameter, "in") switch
            {
                "path" => "path",
                "query" => "querystring",
                "header" => "header",
                _ => throw ApiGatewayErrors.NotHere("A parameter that is not in path, query or header"),
            };
            return KeyValuePair.Create(
                $"method.request.{place}.{Text(parameter, "name") ?? throw Invalid()}",
                Member(parameter, "required") is { ValueKind: JsonValueKind.True });
        });
    }

    private void Apply(
        ApiDefinition api, string resourceId, string httpMethod, JsonElement operation, IEnumerable<KeyValuePair<string, bool>> parameters)
    {
        CheckMembers(operation, "an operation", "operationId", "parameters", "responses", "security", Extension + "integration");
        api.RemoveMethod(resourceId, httpMethod);
        api.PutMethod(new PutMethodRequest
        {
            ResourceId = resourceId,
            HttpMethod = httpMethod,
            AuthorizationType = "NONE",
            ApiKeyRequired = RequiresKey(operation),
            OperationName = Text(operation, "operationId"),
            // The parameters of an operation override those of its path.
            RequestParameters = parameters.GroupBy(parameter => parameter.Key).ToDictionary(same => same.Key, same => same.Last().Value),
        });
        foreach (var response in Members(Object(operation, "responses")))
        {
            CheckMembers(response.Value, "a response");
            api.PutMethodResponse(new PutMethodResponseRequest { ResourceId = resourceId, HttpMethod = httpMethod, StatusCode = response.Name });
        }

        if (Object(operation, Extension + "integration") is { } integration)
        {
            Apply(api, resourceId, httpMethod, integration);
        }
    }

    private bool RequiresKey(JsonElement operation)
    {
        if (Member(operation, "security") is not { } security)
        {
            return false;
        }

        var schemes = security.ValueKind is JsonValueKind.Array
            ? security.EnumerateArray().SelectMany(one => Members(one)).Select(one => one.Name).ToList() : throw Invalid();
        return schemes.TrueForAll(_keySchemes.Contains) ? schemes.Count > 0 : throw Invalid();
    }

    private static void Apply(ApiDefinition api, string resourceId, string httpMethod, JsonElement integration)
    {
        CheckMembers(
            integration,
            "an integration",
            "type",
            "httpMethod",
            "uri",
            "connectionType",
            "requestParameters",
            "requestTemplates",
            "passthroughBehavior",
            "timeoutInMillis",
            "responses");
        api.PutIntegration(new PutIntegrationRequest
        {
            ResourceId = resourceId,
            HttpMethod = httpMethod,
            Type = Text(integration, "type")?.ToUpperInvariant(),
            IntegrationHttpMethod = Text(integration, "httpMethod"),
            Uri = Text(integration, "uri"),
            ConnectionType = Text(integration, "connectionType"),
            RequestParameters = Texts(integration, "requestParameters")!,
            RequestTemplates = Texts(integration, "requestTemplates"),
            PassthroughBehavior = Text(integration, "passthroughBehavior")?.ToUpperInvariant(),
            TimeoutInMillis = Number(integration, "timeoutInMillis"),
        });
        foreach (var response in Members(Object(integration, "responses")))
        {
            CheckMembers(response.Value, "an integration's response", "statusCode", "responseTemplates");
            api.PutIntegrationResponse(new PutIntegrationResponseRequest
            {
                ResourceId = resourceId,
                HttpMethod = httpMethod,
                StatusCode = Text(response.Value, "statusCode") ?? throw Invalid(),
                SelectionPattern = response.Name is "default" ? null : response.Name,
                ResponseTemplates = Texts(response.Value, "responseTemplates"),
            });
        }
    }
}
