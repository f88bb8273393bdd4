using System.Text.Json;

namespace LocalAws.Tests.ApiGateway;

/// <summary>What a stage serves of an API, and which documents define an API.</summary>
public sealed class DeploymentTests
{
    [Fact]
    public async Task An_api_without_methods_or_with_one_that_nothing_serves_is_not_deployed()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var api = account.Aws.ApiGateway.CreateRestApi(new() { Name = "orders" });

        var empty = Refusal(() => account.Aws.ApiGateway.CreateDeployment(new() { RestApiId = api.Id }));
        account.Aws.ApiGateway.PutMethod(new() { RestApiId = api.Id, ResourceId = api.RootResourceId, HttpMethod = "GET", AuthorizationType = "NONE" });
        var unserved = Refusal(() => account.Aws.ApiGateway.CreateDeployment(new() { RestApiId = api.Id }));

        Assert.Equal("400 BadRequestException The REST API doesn't contain any methods", empty);
        Assert.Equal("400 BadRequestException No integration defined for method", unserved);
    }

    [Fact]
    public async Task A_stage_serves_what_its_deployment_froze_until_it_shows_another()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var gateway = account.Aws.ApiGateway;
        var stage = await account.CreateApiStageAsync(("/orders", true));
        var first = gateway.GetStage(stage.ApiId, "prod").DeploymentId;

        gateway.PutRestApi(new() { RestApiId = stage.ApiId, Mode = "overwrite", Body = SampleApi.DocumentOf(("/orders", false)) });
        Assert.Equal(403, (int)(await account.CallAsync(stage, null, "orders")).StatusCode);
        gateway.CreateDeployment(new() { RestApiId = stage.ApiId, StageName = "prod" });
        Assert.Equal(200, (int)(await account.CallAsync(stage, null, "orders")).StatusCode);

        var (answer, updated) = await account.SendAsync(
            HttpMethod.Patch,
            $"/restapis/{stage.ApiId}/stages/prod",
            $$"""{"patchOperations":[{"op":"replace","path":"/deploymentId","value":"{{first}}"},{"op":"replace","path":"/description","value":"back"}]}""");
        Assert.Equal((200, first, "back"), ((int)answer.StatusCode, updated.GetProperty("deploymentId").GetString(), updated.GetProperty("description").GetString()));
        Assert.Equal(403, (int)(await account.CallAsync(stage, null, "orders")).StatusCode);
    }

    [Fact]
    public async Task A_deployment_is_shown_listed_and_deleted_while_no_stage_shows_it()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();
        var gateway = account.Aws.ApiGateway;
        var first = gateway.GetStage(stage.ApiId, "prod").DeploymentId;
        var path = $"/restapis/{stage.ApiId}/deployments";

        var (_, refusal) = await account.SendAsync(HttpMethod.Delete, $"{path}/{first}");
        var second = gateway.CreateDeployment(new() { RestApiId = stage.ApiId, StageName = "prod", Description = "second" }).Id;
        var (_, listed) = await account.SendAsync(HttpMethod.Get, path);
        var (_, shown) = await account.SendAsync(HttpMethod.Get, $"{path}/{second}");
        var (deleted, _) = await account.SendAsync(HttpMethod.Delete, $"{path}/{first}");
        var (gone, unknown) = await account.SendAsync(HttpMethod.Get, $"{path}/{first}");

        Assert.Equal("Active stages pointing to this deployment must be moved or deleted", refusal.GetProperty("message").GetString());
        Assert.Equal([second, first], listed.GetProperty("item").EnumerateArray().Select(deployment => deployment.GetProperty("id").GetString()));
        Assert.Equal("second", shown.GetProperty("description").GetString());
        Assert.Equal((202, 404), ((int)deleted.StatusCode, (int)gone.StatusCode));
        Assert.Equal("Invalid Deployment identifier specified", unknown.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("""{"op":"replace","path":"/variables/a","value":"b"}""", "The update 'replace' of /variables/a of a stage is not part of the embedded AWS.")]
    [InlineData("""{"op":"replace","path":"/deploymentId","value":"nothing"}""", "Invalid Deployment identifier specified")]
    [InlineData("""{"op":"replace","path":"/accessLogSettings/format","value":"$context.requestId"}""", "CloudWatch Logs role ARN must be set in account settings to enable logging")]
    [InlineData("""{"op":"replace","path":"/*/*/logging/loglevel","value":"INFO"}""", "The update 'replace' of /*/*/logging/loglevel of a stage is not part of the embedded AWS.")]
    [InlineData("""{"op":"replace","path":"/*/*/metrics/enabled","value":"on"}""", "Invalid value for /*/*/metrics/enabled: on")]
    [InlineData("""{"op":"remove","path":"/*/*"}""", "Cannot remove method setting */* because there is no method setting for this method ")]
    public async Task An_update_of_a_stage_that_cannot_be_made_changes_nothing(string operation, string text)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();

        var (_, refusal) = await account.SendAsync(
            HttpMethod.Patch, $"/restapis/{stage.ApiId}/stages/prod", $$"""{"patchOperations":[{"op":"replace","path":"/description","value":"new"},{{operation}}]}""");

        Assert.Equal(text, refusal.GetProperty("message").GetString());
        Assert.Null(account.Aws.ApiGateway.GetStage(stage.ApiId, "prod").Description);
    }

    [Fact]
    public async Task The_settings_of_methods_are_changed_and_removed_by_path()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();

        var set = await UpdateAsync("""{"op":"replace","path":"/*/*/metrics/enabled","value":"true"},{"op":"replace","path":"/~1orders/GET/throttling/rateLimit","value":"2.500000"}""");
        var left = await UpdateAsync("""{"op":"remove","path":"/~1orders/GET"},{"op":"replace","path":"/*/*/throttling/burstLimit","value":"-1"}""");

        Assert.Equal((true, -1), (set.GetProperty("*/*").GetProperty("metricsEnabled").GetBoolean(), set.GetProperty("*/*").GetProperty("throttlingBurstLimit").GetInt32()));
        Assert.Equal(2.5, set.GetProperty("~1orders/GET").GetProperty("throttlingRateLimit").GetDouble());
        Assert.Equal(["*/*"], left.EnumerateObject().Select(setting => setting.Name));

        async Task<System.Text.Json.JsonElement> UpdateAsync(string operations)
        {
            var (_, updated) = await account.SendAsync(HttpMethod.Patch, $"/restapis/{stage.ApiId}/stages/prod", $$"""{"patchOperations":[{{operations}}]}""");
            return updated.GetProperty("methodSettings");
        }
    }

    [Fact]
    public async Task An_api_is_renamed_and_its_key_source_changed_and_the_next_deployment_follows()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();
        var key = await account.CreateKeyAsync();
        await account.AttachAsync(await account.CreatePlanAsync(stage), key.Id);

        var (_, updated) = await account.SendAsync(
            HttpMethod.Patch,
            $"/restapis/{stage.ApiId}",
            """{"patchOperations":[{"op":"replace","path":"/name","value":"new"},{"op":"replace","path":"/description","value":"d"},{"op":"replace","path":"/apiKeySource","value":"AUTHORIZER"}]}""");
        var (_, refusal) = await account.SendAsync(
            HttpMethod.Patch, $"/restapis/{stage.ApiId}", """{"patchOperations":[{"op":"remove","path":"/description"},{"op":"replace","path":"/apiKeySource","value":"QUERY"}]}""");
        Assert.Equal(200, await account.StatusAsync(stage, key.Value));
        account.Aws.ApiGateway.CreateDeployment(new() { RestApiId = stage.ApiId, StageName = "prod" });

        Assert.Equal(("new", "d", "AUTHORIZER", "{}"), (Text("name"), Text("description"), Text("apiKeySource"), updated.GetProperty("tags").GetRawText()));
        Assert.Contains("'updateRestApiInput.apiKeySource'", refusal.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("d", account.Aws.ApiGateway.GetRestApi(stage.ApiId).Description);
        using var answer = await account.CallAsync(stage, key.Value);
        Assert.Equal((403, """{"message":"Forbidden"}"""), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));

        string? Text(string member) => updated.GetProperty(member).GetString();
    }

    [Theory]
    [InlineData("")]
    [InlineData("/stages/prod")]
    public async Task An_api_and_a_stage_are_tagged(string path)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();
        var resource = $"/restapis/{stage.ApiId}{path}";
        var tags = $"/tags/{Uri.EscapeDataString($"arn:aws:apigateway:eu-west-1::{resource}")}";

        var (tagged, _) = await account.SendAsync(HttpMethod.Put, tags, """{"tags":{"team":"blue","step":"1"}}""");
        var (_, read) = await account.SendAsync(HttpMethod.Get, tags);
        await account.SendAsync(HttpMethod.Delete, $"{tags}?tagKeys=step");
        var (_, shown) = await account.SendAsync(HttpMethod.Get, resource);
        await account.SendAsync(HttpMethod.Delete, $"{tags}?tagKeys=team");
        var (_, bare) = await account.SendAsync(HttpMethod.Get, resource);

        Assert.Equal(204, (int)tagged.StatusCode);
        Assert.Equal("""{"tags":{"team":"blue","step":"1"}}""", read.GetRawText());
        Assert.Equal("""{"team":"blue"}""", shown.GetProperty("tags").GetRawText());
        Assert.False(bare.TryGetProperty("tags", out _));
    }

    [Fact]
    public async Task A_document_makes_an_api_that_serves_it()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var (_, api) = await account.SendAsync(HttpMethod.Post, "/restapis?mode=import&failonwarnings=true", """
            {
              "swagger": "2.0",
              "info": { "title": "pets", "version": "1", "description": "All of them" },
              "basePath": "/v1",
              "schemes": ["https"],
              "securityDefinitions": { "key": { "type": "apiKey", "name": "x-api-key", "in": "header" } },
              "x-amazon-apigateway-api-key-source": "HEADER",
              "paths": {
                "/pets/{id}": {
                  "parameters": [{ "name": "id", "in": "path", "required": true, "type": "string" }],
                  "get": {
                    "operationId": "GetPet",
                    "security": [{ "key": [] }],
                    "responses": { "200": { "description": "A pet" } },
                    "x-amazon-apigateway-integration": {
                      "type": "http_proxy", "httpMethod": "GET", "uri": "http://127.0.0.1:9/{id}",
                      "requestParameters": { "integration.request.path.id": "method.request.path.id" }
                    }
                  },
                  "head": {
                    "responses": { "204": { "description": "There" } },
                    "x-amazon-apigateway-integration": {
                      "type": "mock", "requestTemplates": { "application/json": "{\"statusCode\": 204}" }, "responses": { "2\\d\\d": { "statusCode": "204" } }
                    }
                  }
                }
              }
            }
            """);
        var id = api.GetProperty("id").GetString()!;
        var pet = account.Aws.ApiGateway.GetResources(new() { RestApiId = id, Embed = ["methods"] }).Items.Single(resource => resource.Path is "/pets/{id}");
        account.Aws.ApiGateway.CreateDeployment(new() { RestApiId = id, StageName = "prod" });
        using var head = new HttpRequestMessage(HttpMethod.Head, new Uri(account.Aws.InvokeUrl(id, "prod"), "pets/1"));
        using var there = await account.Http.SendAsync(head);

        Assert.Equal(("pets", "All of them", "HEADER"), (Text("name"), Text("description"), Text("apiKeySource")));
        Assert.Equal(
            (true, "GetPet", true, "http://127.0.0.1:9/{id}"),
            (pet.ResourceMethods!["GET"].ApiKeyRequired, pet.ResourceMethods["GET"].OperationName, pet.ResourceMethods["GET"].RequestParameters!["method.request.path.id"], pet.ResourceMethods["GET"].MethodIntegration!.Uri));
        Assert.False(pet.ResourceMethods["HEAD"].ApiKeyRequired);
        Assert.Equal(204, (int)there.StatusCode);
        Assert.Equal(403, (int)(await account.Http.GetAsync(new Uri(account.Aws.InvokeUrl(id, "prod"), "pets/1"))).StatusCode);

        string? Text(string member) => api.GetProperty(member).GetString();
    }

    [Theory]
    [InlineData("merge", new[] { "/", "/a ANY", "/b ANY" })]
    [InlineData(null, new[] { "/", "/a ANY", "/b ANY" })]
    [InlineData("overwrite", new[] { "/", "/b ANY" })]
    public async Task A_document_changes_an_api(string? mode, string[] expected)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync(("/a", true));
        var root = account.Aws.ApiGateway.GetRestApi(stage.ApiId).RootResourceId;

        var (response, api) = await account.SendAsync(
            HttpMethod.Put, $"/restapis/{stage.ApiId}{(mode is null ? "" : $"?mode={mode}")}", SampleApi.DocumentOf(("/b", true)));

        Assert.Equal((200, root), ((int)response.StatusCode, api.GetProperty("rootResourceId").GetString()));
        Assert.Equal(expected, account.Aws.ApiGateway.GetResources(new() { RestApiId = stage.ApiId }).Items.Select(resource =>
            string.Join(' ', [resource.Path, .. resource.ResourceMethods?.Keys ?? []])));
    }

    [Fact]
    public async Task A_merged_document_replaces_the_methods_that_it_names()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync(("/a", true));

        account.Aws.ApiGateway.PutRestApi(new() { RestApiId = stage.ApiId, Body = SampleApi.DocumentOf(("/a", false)) });

        var resource = account.Aws.ApiGateway.GetResources(new() { RestApiId = stage.ApiId, Embed = ["methods"] }).Items[1];
        Assert.False(resource.ResourceMethods!["ANY"].ApiKeyRequired);
    }

    [Theory]
    [InlineData("openapi: 3.0.1", "Invalid OpenAPI input.")]
    [InlineData("[]", "Invalid OpenAPI input.")]
    [InlineData("""{"openapi":"2.9","info":{"title":"a"},"paths":{}}""", "Invalid OpenAPI input.")]
    [InlineData("""{"openapi":"3.0.1","info":{},"paths":{}}""", "Invalid OpenAPI input.")]
    [InlineData("""{"openapi":"3.0.1","info":{"title":"a"},"paths":{"a":{}}}""", "Invalid OpenAPI input.")]
    [InlineData("""{"openapi":"3.0.1","info":{"title":"a"},"paths":{"/a":[]}}""", "Invalid OpenAPI input.")]
    [InlineData("""{"openapi":"3.0.1","info":{"title":"a"},"paths":{"/a":{"get":1}}}""", "Invalid OpenAPI input.")]
    [InlineData("""{"openapi":"3.0.1","info":{"title":"a"},"paths":{"/a":{"get":{"security":[{"unknown":[]}]}}}}""", "Invalid OpenAPI input.")]
    [InlineData("""{"openapi":"3.0.1","info":{"title":"a"},"paths":{"/a":{"get":{"security":[1]}}}}""", "Invalid OpenAPI input.")]
    [InlineData("""{"openapi":"3.0.1","info":{"title":"a"},"paths":{"/a":{"get":{"x-amazon-apigateway-integration":{"type":"mock","timeoutInMillis":"a"}}}}}""", "Invalid OpenAPI input.")]
    [InlineData("""{"openapi":"3.0.1","info":{"title":"a"},"paths":{},"components":{"securitySchemes":{"s":{"type":"http"}}}}""", "The security scheme s")]
    [InlineData("""{"openapi":"3.0.1","info":{"title":"a"},"paths":{},"components":{"schemas":{"s":{}}}}""", "schemas of components in an OpenAPI document is not part of the embedded AWS.")]
    [InlineData("""{"openapi":"3.0.1","info":{"title":"a"},"paths":{},"x-amazon-apigateway-policy":{}}""", "x-amazon-apigateway-policy of the document in an OpenAPI document is not part of the embedded AWS.")]
    [InlineData("""{"openapi":"3.0.1","info":{"title":"a"},"paths":{"/a":{"get":{"x-amazon-apigateway-integration":{"type":"aws_proxy"}}}}}""", "An integration of type AWS_PROXY is not part of the embedded AWS.")]
    [InlineData("""{"openapi":"3.0.1","info":{"title":"a"},"paths":{},"x-amazon-apigateway-api-key-source":"QUERY"}""", "1 validation error detected: Value 'QUERY'")]
    public async Task A_document_that_says_more_than_is_here_is_refused_and_changes_nothing(string document, string text)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync(("/old", true));
        var before = JsonSerializer.Serialize(account.Aws.ApiGateway.GetResources(new() { RestApiId = stage.ApiId, Embed = ["methods"] }));

        var (imported, refusal) = await account.SendAsync(HttpMethod.Post, "/restapis?mode=import", document);
        var (merged, _) = await account.SendAsync(HttpMethod.Put, $"/restapis/{stage.ApiId}", document);
        var (put, _) = await account.SendAsync(HttpMethod.Put, $"/restapis/{stage.ApiId}?mode=overwrite", document);

        Assert.Equal((400, 400, 400), ((int)imported.StatusCode, (int)merged.StatusCode, (int)put.StatusCode));
        Assert.StartsWith(text, refusal.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Single(account.Aws.ApiGateway.GetRestApis(new()).Items);
        Assert.Equal(before, JsonSerializer.Serialize(account.Aws.ApiGateway.GetResources(new() { RestApiId = stage.ApiId, Embed = ["methods"] })));
    }

    [Fact]
    public async Task An_import_with_parameters_is_not_here()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var (_, refusal) = await account.SendAsync(HttpMethod.Post, "/restapis?mode=import&basepath=prepend", SampleApi.Document);
        Assert.Equal("The import parameter basepath is not part of the embedded AWS.", refusal.GetProperty("message").GetString());
    }

    private static string Refusal(Action call)
    {
        var refusal = Assert.Throws<AwsException>(call);
        return $"{refusal.Status} {refusal.Code} {refusal.Message}";
    }
}
