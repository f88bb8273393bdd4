namespace LocalAws;

/// <summary>A sample API with key-protected methods, as an OpenAPI document for ImportRestApi and PutRestApi.</summary>
public static class SampleApi
{
    /// <summary>Gets an API in which each method of each path requires a key and returns <c>{"ok":true}</c>.</summary>
    public static string Document { get; } = DocumentOf(("/", true), ("/{proxy+}", true));

    /// <summary>Returns an API with only these paths. Each of their methods returns <c>{"ok":true}</c>.</summary>
    /// <param name="paths">The paths, and whether they require a key.</param>
    public static string DocumentOf(params (string Path, bool ApiKeyRequired)[] paths) => $$"""
        {
          "openapi": "3.0.1",
          "info": { "title": "orders", "version": "1" },
          "paths": { {{string.Join(", ", paths.Select(path => $"\"{path.Path}\": {Methods(path.ApiKeyRequired)}"))}} },
          "components": { "securitySchemes": { "api_key": { "type": "apiKey", "name": "x-api-key", "in": "header" } } }
        }
        """;

    // A request with a body of another type would have to set the status itself.
    private static string Methods(bool apiKeyRequired) => $$"""
        {
          "x-amazon-apigateway-any-method": {
            "security": [{{(apiKeyRequired ? """{ "api_key": [] }""" : "")}}],
            "responses": { "200": { "description": "Served" } },
            "x-amazon-apigateway-integration": {
              "type": "mock",
              "requestTemplates": {
                "application/json": "{\"statusCode\": 200}",
                "application/octet-stream": "{\"statusCode\": 200}",
                "application/x-www-form-urlencoded": "{\"statusCode\": 200}",
                "text/plain": "{\"statusCode\": 200}"
              },
              "responses": { "default": { "statusCode": "200", "responseTemplates": { "application/json": "{\"ok\":true}" } } }
            }
          }
        }
        """;
}
