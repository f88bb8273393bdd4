using System.Text.Json;
using System.Text.Json.Nodes;

namespace InferenceApi;

/// <summary>
/// The API as an OpenAPI document: <c>/health</c>, which answers by itself, and everything else, which the model endpoint answers. All methods
/// require a key.
/// </summary>
internal static class OpenApi
{
    private const string Path = "proxy";

    /// <summary>Returns the document.</summary>
    /// <param name="modelUrl">The model endpoint, or null for a mock.</param>
    public static string Document(Uri? modelUrl) => JsonSerializer.Serialize(new JsonObject
    {
        ["openapi"] = "3.0.1",
        ["info"] = new JsonObject { ["title"] = "inference-api", ["version"] = "1" },
        ["paths"] = new JsonObject
        {
            // The function tests new keys here, without a request to the model.
            ["/health"] = new JsonObject { ["get"] = Method(Mock()) },
            [$"/{{{Path}+}}"] = new JsonObject
            {
                ["parameters"] = new JsonArray(new JsonObject
                {
                    ["name"] = Path,
                    ["in"] = "path",
                    ["required"] = true,
                    ["schema"] = new JsonObject { ["type"] = "string" },
                }),
                ["x-amazon-apigateway-any-method"] = Method(modelUrl is null ? Mock() : Proxy(modelUrl)),
            },
        },
        ["components"] = new JsonObject
        {
            ["securitySchemes"] = new JsonObject
            {
                ["api_key"] = new JsonObject { ["type"] = "apiKey", ["name"] = "x-api-key", ["in"] = "header" },
            },
        },
    });

    private static JsonObject Method(JsonObject integration) => new()
    {
        ["security"] = new JsonArray(new JsonObject { ["api_key"] = new JsonArray() }),
        ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "Served" } },
        ["x-amazon-apigateway-integration"] = integration,
    };

    private static JsonObject Mock() => new()
    {
        ["type"] = "mock",
        ["requestTemplates"] = new JsonObject { ["application/json"] = """{"statusCode": 200}""" },
        ["passthroughBehavior"] = "never",
        ["responses"] = new JsonObject
        {
            ["default"] = new JsonObject
            {
                ["statusCode"] = "200",
                ["responseTemplates"] = new JsonObject { ["application/json"] = """{"ok":true}""" },
            },
        },
    };

    private static JsonObject Proxy(Uri modelUrl) => new()
    {
        ["type"] = "http_proxy",
        ["httpMethod"] = "ANY",
        ["uri"] = $"{modelUrl.AbsoluteUri.TrimEnd('/')}/{{{Path}}}",
        ["requestParameters"] = new JsonObject
        {
            [$"integration.request.path.{Path}"] = $"method.request.path.{Path}",
            // Otherwise the model endpoint gets the key, which is for this API alone.
            ["integration.request.header.x-api-key"] = "'removed'",
        },
    };
}
