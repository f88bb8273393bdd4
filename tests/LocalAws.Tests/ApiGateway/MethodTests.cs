using System.Text.Json;

namespace LocalAws.Tests.ApiGateway;

/// <summary>Resources, methods and integrations over the wire.</summary>
public sealed class MethodTests
{
    private const string None = """{"authorizationType":"NONE"}""";

    [Fact]
    public async Task Resources_are_made_shown_and_listed()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var (api, root) = await CreateApiAsync(account);

        var orders = await AskAsync(account, 201, HttpMethod.Post, $"{api}/resources/{root}", """{"pathPart":"orders"}""");
        var id = orders.GetProperty("id").GetString();
        await AskAsync(account, 201, HttpMethod.Put, $"{api}/resources/{id}/methods/GET", """{"authorizationType":"NONE","apiKeyRequired":true}""");
        var shown = await AskAsync(account, 200, HttpMethod.Get, $"{api}/resources/{id}");
        var listed = await AskAsync(account, 200, HttpMethod.Get, $"{api}/resources");
        var page = await AskAsync(account, 200, HttpMethod.Get, $"{api}/resources?limit=1");
        var rest = await AskAsync(account, 200, HttpMethod.Get, $"{api}/resources?limit=1&embed=methods&position={Uri.EscapeDataString(page.GetProperty("position").GetString()!)}");

        Assert.Equal($$"""{"id":"{{id}}","parentId":"{{root}}","pathPart":"orders","path":"/orders"}""", orders.GetRawText());
        Assert.Equal("""{"GET":{}}""", shown.GetProperty("resourceMethods").GetRawText());
        Assert.Equal(["/", "/orders"], listed.GetProperty("item").EnumerateArray().Select(resource => resource.GetProperty("path").GetString()));
        Assert.Equal($$"""{"item":[{"id":"{{root}}","path":"/"}],"position":{{page.GetProperty("position").GetRawText()}}}""", Sorted(page));
        Assert.True(rest.GetProperty("item")[0].GetProperty("resourceMethods").GetProperty("GET").GetProperty("apiKeyRequired").GetBoolean());
        Assert.False(rest.TryGetProperty("position", out _));
    }

    [Theory]
    [InlineData("{root}", """{"pathPart":"orders"}""", 409, "Another resource with the same parent already has this name: orders")]
    [InlineData("{root}", """{"pathPart":"{id}"}""", 400, "A sibling ({proxy+}) of this resource already has a variable path part -- only one is allowed")]
    [InlineData("{proxy}", """{"pathPart":"a"}""", 400, "Cannot create a child of a resource with a greedy path variable: {proxy+}")]
    [InlineData("nothing", """{"pathPart":"a"}""", 404, "Invalid Resource identifier specified")]
    [InlineData("{root}", "{}", 400, "1 validation error detected: Value null at 'createResourceInput.pathPart' failed to satisfy constraint: Member must not be null")]
    [InlineData("{root}", """{"pathPart":"a/b"}""", 400, "Resource's path part only allow a-zA-Z0-9._-: and curly braces at the beginning and the end and an optional plus sign before the closing brace.")]
    [InlineData("{root}", """{"pathPart":"{a"}""", 400, "Resource's path part only allow a-zA-Z0-9._-: and curly braces at the beginning and the end and an optional plus sign before the closing brace.")]
    public async Task A_resource_that_AWS_would_not_make_is_refused(string parent, string body, int status, string text)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var (api, root) = await CreateApiAsync(account);
        await AskAsync(account, 201, HttpMethod.Post, $"{api}/resources/{root}", """{"pathPart":"orders"}""");
        var proxy = (await AskAsync(account, 201, HttpMethod.Post, $"{api}/resources/{root}", """{"pathPart":"{proxy+}"}""")).GetProperty("id").GetString();

        var refusal = await AskAsync(account, status, HttpMethod.Post, $"{api}/resources/{parent.Replace("{root}", root, StringComparison.Ordinal).Replace("{proxy}", proxy, StringComparison.Ordinal)}", body);

        Assert.Equal(text, refusal.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_method_is_shown_with_all_that_serves_it()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var (api, root) = await CreateApiAsync(account);
        var method = $"{api}/resources/{root}/methods/ANY";

        var made = await AskAsync(account, 201, HttpMethod.Put, method, None);
        await AskAsync(account, 201, HttpMethod.Put, $"{method}/responses/200", """{"responseModels":{"application/json":"Empty"}}""");
        var integration = await AskAsync(account, 201, HttpMethod.Put, $"{method}/integration", """{"type":"MOCK","requestTemplates":{"application/json":"{\"statusCode\":200}"}}""");
        var answer = await AskAsync(account, 201, HttpMethod.Put, $"{method}/integration/responses/200", """{"selectionPattern":"","responseTemplates":{"application/json":""}}""");
        var shown = await AskAsync(account, 200, HttpMethod.Get, method);

        Assert.Equal("""{"httpMethod":"ANY","authorizationType":"NONE","apiKeyRequired":false}""", made.GetRawText());
        Assert.Equal(
            $$"""{"type":"MOCK","requestTemplates":{"application/json":"{\"statusCode\":200}"},"passthroughBehavior":"WHEN_NO_MATCH","timeoutInMillis":29000,"cacheNamespace":"{{root}}","cacheKeyParameters":[]}""",
            JsonSerializer.Serialize(integration, Relaxed));
        Assert.Equal("""{"statusCode":"200","selectionPattern":"","responseTemplates":{"application/json":null}}""", answer.GetRawText());
        Assert.Equal("""{"200":{"statusCode":"200","responseModels":{"application/json":"Empty"}}}""", shown.GetProperty("methodResponses").GetRawText());
        Assert.Equal(answer.GetRawText(), shown.GetProperty("methodIntegration").GetProperty("integrationResponses").GetProperty("200").GetRawText());
    }

    [Theory]
    [InlineData("/nothing/methods/GET", None, 404, "NotFoundException", "Invalid Resource identifier specified")]
    [InlineData("/methods/GOT", None, 400, "BadRequestException", "Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY")]
    [InlineData("/methods/GET", None, 409, "ConflictException", "Method already exists for this resource")]
    [InlineData("/methods/POST", "{}", 400, "ValidationException", "1 validation error detected: Value null at 'putMethodInput.authorizationType' failed to satisfy constraint: Member must not be null")]
    [InlineData("/methods/POST", """{"authorizationType":"CUSTOM"}""", 400, "BadRequestException", "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.")]
    [InlineData("/methods/POST", """{"authorizationType":"AWS_IAM"}""", 400, "BadRequestException", "The authorization type AWS_IAM is not part of the embedded AWS.")]
    [InlineData("/methods/POST", """{"authorizationType":"NONE","requestModels":{"application/json":"Pet"}}""", 400, "BadRequestException", "Invalid model identifier specified: Pet")]
    [InlineData("/methods/POST", """{"authorizationType":"NONE","requestValidatorId":"v"}""", 400, "BadRequestException", "Invalid Request Validator identifier specified")]
    [InlineData("/methods/POST", """{"authorizationType":"NONE","requestParameters":{"method.request.path.a":true,"method.request.header.a":true}}""", 400, "BadRequestException", "Parameter names must be unique across querystring, header and path")]
    [InlineData("/methods/GET/responses/wrong", "{}", 400, "ValidationException", @"1 validation error detected: Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\d\d")]
    [InlineData("/methods/GET/responses/200", "{}", 409, "ConflictException", "Response already exists for this resource")]
    [InlineData("/methods/POST/responses/200", "{}", 404, "NotFoundException", "Invalid Method identifier specified")]
    [InlineData("/methods/POST/integration", """{"type":"MOCK"}""", 404, "NotFoundException", "Invalid Method identifier specified")]
    [InlineData("/methods/GET/integration", """{"type":"HTTPS"}""", 400, "ValidationException", "1 validation error detected: Value 'HTTPS' at 'putIntegrationInput.type' failed to satisfy constraint: Member must satisfy enum value set: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]")]
    [InlineData("/methods/GET/integration", "{}", 400, "ValidationException", "1 validation error detected: Value null at 'putIntegrationInput.type' failed to satisfy constraint: Member must not be null")]
    [InlineData("/methods/GET/integration", """{"type":"AWS_PROXY"}""", 400, "BadRequestException", "An integration of type AWS_PROXY is not part of the embedded AWS.")]
    [InlineData("/methods/GET/integration", """{"type":"MOCK","requestTemplates":{"application/json":"$input.body"}}""", 400, "BadRequestException", "A mapping template with a $ or a # is not part of the embedded AWS.")]
    [InlineData("/methods/GET/integration", """{"type":"HTTP_PROXY","uri":"http://localhost"}""", 400, "BadRequestException", "Enumeration value for HttpMethod must be non-empty")]
    [InlineData("/methods/GET/integration", """{"type":"HTTP_PROXY","uri":"localhost","httpMethod":"GET"}""", 400, "BadRequestException", "Invalid HTTP endpoint specified for URI")]
    [InlineData("/methods/GET/integration", """{"type":"HTTP_PROXY","uri":"http://localhost/{a}","httpMethod":"GET","requestParameters":{"integration.request.path.a":"method.request.path.a"}}""", 400, "BadRequestException", "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: method.request.path.a]")]
    [InlineData("/methods/GET/integration", """{"type":"HTTP_PROXY","uri":"http://localhost","httpMethod":"GET","requestParameters":{"integration.request.querystring.a":"'b'"}}""", 400, "BadRequestException", "The request parameter integration.request.querystring.a of an integration is not part of the embedded AWS.")]
    [InlineData("/methods/GET/integration", """{"type":"MOCK","timeoutInMillis":30000}""", 400, "BadRequestException", "Timeout should be between 50 ms and 29000 ms")]
    [InlineData("/methods/GET/integration/responses/200", "{}", 404, "NotFoundException", "Invalid Integration identifier specified")]
    public async Task What_AWS_or_the_embedded_one_would_not_take_is_refused(string path, string body, int status, string code, string text)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var (api, root) = await CreateApiAsync(account);
        await AskAsync(account, 201, HttpMethod.Put, $"{api}/resources/{root}/methods/GET", None);
        await AskAsync(account, 201, HttpMethod.Put, $"{api}/resources/{root}/methods/GET/responses/200", "{}");

        var (response, refusal) = await account.SendAsync(
            HttpMethod.Put, $"{api}/resources{(path.StartsWith("/methods", StringComparison.Ordinal) ? "/" + root : "")}{path}", body);

        Assert.Equal((status, code, text), ((int)response.StatusCode, response.Headers.GetValues("x-amzn-ErrorType").Single(), refusal.GetProperty("message").GetString()));
    }

    [Theory]
    [InlineData("GET", "/account")]
    [InlineData("POST", "/apikeys?mode=import")]
    [InlineData("GET", "/restapis/a/authorizers")]
    [InlineData("DELETE", "/restapis/a/resources/b")]
    [InlineData("PATCH", "/restapis/a/resources/b/methods/GET")]
    [InlineData("GET", "/restapis/a/stages/prod/exports/oas30")]
    [InlineData("GET", "/domainnames")]
    public async Task Another_operation_is_not_here(string method, string path)
    {
        await using var account = await LocalAwsAccount.StartAsync();

        var refusal = await AskAsync(account, 501, new HttpMethod(method), path, method is "GET" ? null : "{}");

        Assert.StartsWith($"The embedded AWS does not have apigateway {method} {path}.", refusal.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(account.Aws.ApiGateway.GetApiKeys(new()).Items);
    }

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Sorted(JsonElement value) =>
        "{" + string.Join(',', value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal).Select(member => $"\"{member.Name}\":{member.Value.GetRawText()}")) + "}";

    private static async Task<(string Api, string Root)> CreateApiAsync(LocalAwsAccount account)
    {
        var api = await AskAsync(account, 201, HttpMethod.Post, "/restapis", """{"name":"orders"}""");
        return ($"/restapis/{api.GetProperty("id").GetString()}", api.GetProperty("rootResourceId").GetString()!);
    }

    private static async Task<JsonElement> AskAsync(LocalAwsAccount account, int status, HttpMethod method, string path, string? body = null)
    {
        var (response, answer) = await account.SendAsync(method, path, body);
        Assert.True((int)response.StatusCode == status, $"{method} {path}: {(int)response.StatusCode} {answer}");
        return answer;
    }
}
