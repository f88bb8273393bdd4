using System.Net;
using System.Text.Json.Nodes;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.Runtime;

namespace Compat.Tests;

public class ApiGatewayTests
{
    private const string Arn = "arn:aws:apigateway:eu-west-1::/apikeys/k1";
    private const string ArnInPath = "arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Fapikeys%2Fk1";

    /// <summary>Each operation with the request line and the body that the service's reference gives for it.</summary>
    private static readonly Dictionary<string, Case> Operations = new()
    {
        ["CreateApiKey"] = new(
            async client => await client.CreateApiKeyAsync(new()
            {
                Name = "n",
                Description = "d",
                Enabled = true,
                GenerateDistinctId = false,
                Value = "v",
                CustomerId = "c",
                StageKeys = [new() { RestApiId = "r", StageName = "s" }],
                Tags = new() { ["a:b"] = "c" },
            }),
            "POST /apikeys",
            """
            {"name":"n","description":"d","enabled":true,"generateDistinctId":false,"value":"v","customerId":"c",
             "stageKeys":[{"restApiId":"r","stageName":"s"}],"tags":{"a:b":"c"}}
            """),
        ["CreateDeployment"] = new(
            async client => await client.CreateDeploymentAsync(new() { RestApiId = "r", StageName = "s", Variables = new() { ["Upper"] = "x" } }),
            "POST /restapis/r/deployments",
            """{"stageName":"s","variables":{"Upper":"x"}}"""),
        ["CreateRestApi"] = new(
            async client => await client.CreateRestApiAsync(new()
            {
                Name = "n",
                ApiKeySource = ApiKeySourceType.HEADER,
                EndpointConfiguration = new() { Types = [EndpointType.REGIONAL] },
                BinaryMediaTypes = ["image/png"],
                DisableExecuteApiEndpoint = false,
            }),
            "POST /restapis",
            """
            {"name":"n","apiKeySource":"HEADER","endpointConfiguration":{"types":["REGIONAL"]},
             "binaryMediaTypes":["image/png"],"disableExecuteApiEndpoint":false}
            """),
        ["CreateStage"] = new(
            async client => await client.CreateStageAsync(new() { RestApiId = "r", StageName = "s", DeploymentId = "d", TracingEnabled = true }),
            "POST /restapis/r/stages",
            """{"stageName":"s","deploymentId":"d","tracingEnabled":true}"""),
        ["CreateUsagePlan"] = new(
            async client => await client.CreateUsagePlanAsync(new()
            {
                Name = "n",
                ApiStages = [new() { ApiId = "r", Stage = "s", Throttle = new() { ["/x/GET"] = new() { BurstLimit = 2, RateLimit = 1.5 } } }],
                Quota = new() { Limit = 10, Period = QuotaPeriodType.DAY },
            }),
            "POST /usageplans",
            """
            {"name":"n","apiStages":[{"apiId":"r","stage":"s","throttle":{"/x/GET":{"burstLimit":2,"rateLimit":1.5}}}],
             "quota":{"limit":10,"period":"DAY"}}
            """),
        ["CreateUsagePlanKey"] = new(
            async client => await client.CreateUsagePlanKeyAsync(new() { UsagePlanId = "p", KeyId = "k1", KeyType = "API_KEY" }),
            "POST /usageplans/p/keys",
            """{"keyId":"k1","keyType":"API_KEY"}"""),
        ["DeleteApiKey"] = new(async client => await client.DeleteApiKeyAsync(new() { ApiKey = "k 1/2" }), "DELETE /apikeys/k%201%2F2", ""),
        ["DeleteRestApi"] = new(async client => await client.DeleteRestApiAsync(new() { RestApiId = "r" }), "DELETE /restapis/r", ""),
        ["DeleteUsagePlan"] = new(async client => await client.DeleteUsagePlanAsync(new() { UsagePlanId = "p" }), "DELETE /usageplans/p", ""),
        ["DeleteUsagePlanKey"] = new(
            async client => await client.DeleteUsagePlanKeyAsync(new() { UsagePlanId = "p", KeyId = "k1" }), "DELETE /usageplans/p/keys/k1", ""),
        ["GetApiKey"] = new(
            async client => await client.GetApiKeyAsync(new() { ApiKey = "k1", IncludeValue = true }), "GET /apikeys/k1?includeValue=true", ""),
        ["GetApiKeys"] = new(
            async client => await client.GetApiKeysAsync(new()
            {
                NameQuery = "a b/é",
                CustomerId = "c",
                IncludeValues = false,
                Limit = 500,
                Position = "p+=",
            }),
            "GET /apikeys?customerId=c&includeValues=false&limit=500&name=a%20b%2F%C3%A9&position=p%2B%3D",
            ""),
        ["GetStages"] = new(
            async client => await client.GetStagesAsync(new() { RestApiId = "r", DeploymentId = "d" }), "GET /restapis/r/stages?deploymentId=d", ""),
        ["GetTags"] = new(
            async client => await client.GetTagsAsync(new() { ResourceArn = Arn, Limit = 5, Position = "q" }), $"GET /tags/{ArnInPath}?limit=5&position=q", ""),
        ["GetUsage"] = new(
            async client => await client.GetUsageAsync(new()
            {
                UsagePlanId = "p",
                KeyId = "k1",
                StartDate = "2025-01-01",
                EndDate = "2025-01-31",
                Limit = 5,
                Position = "q",
            }),
            "GET /usageplans/p/usage?endDate=2025-01-31&keyId=k1&limit=5&position=q&startDate=2025-01-01",
            ""),
        ["GetUsagePlan"] = new(async client => await client.GetUsagePlanAsync(new() { UsagePlanId = "p" }), "GET /usageplans/p", ""),
        ["GetUsagePlanKey"] = new(
            async client => await client.GetUsagePlanKeyAsync(new() { UsagePlanId = "p", KeyId = "k1" }), "GET /usageplans/p/keys/k1", ""),
        ["GetUsagePlanKeys"] = new(
            async client => await client.GetUsagePlanKeysAsync(new() { UsagePlanId = "p", NameQuery = "n", Limit = 5, Position = "q" }),
            "GET /usageplans/p/keys?limit=5&name=n&position=q",
            ""),
        ["GetUsagePlans"] = new(
            async client => await client.GetUsagePlansAsync(new() { KeyId = "k1", Limit = 5, Position = "q" }),
            "GET /usageplans?keyId=k1&limit=5&position=q",
            ""),
        ["TagResource"] = new(
            async client => await client.TagResourceAsync(new() { ResourceArn = Arn, Tags = new() { ["A:b"] = "c" } }),
            $"PUT /tags/{ArnInPath}",
            """{"tags":{"A:b":"c"}}"""),
        ["UntagResource"] = new(
            async client => await client.UntagResourceAsync(new() { ResourceArn = Arn, TagKeys = ["a:b", "c"] }),
            $"DELETE /tags/{ArnInPath}?tagKeys=a%3Ab&tagKeys=c",
            ""),
        ["UpdateApiKey"] = new(
            async client => await client.UpdateApiKeyAsync(new()
            {
                ApiKey = "k1",
                PatchOperations = [new() { Op = Op.Replace, Path = "/enabled", Value = "false" }],
            }),
            "PATCH /apikeys/k1",
            """{"patchOperations":[{"op":"replace","path":"/enabled","value":"false"}]}"""),
        ["UpdateUsage"] = new(
            async client => await client.UpdateUsageAsync(new()
            {
                UsagePlanId = "p",
                KeyId = "k1",
                PatchOperations = [new() { Op = Op.Replace, Path = "/remaining", Value = "10" }],
            }),
            "PATCH /usageplans/p/keys/k1/usage",
            """{"patchOperations":[{"op":"replace","path":"/remaining","value":"10"}]}"""),
        ["UpdateUsagePlan"] = new(
            async client => await client.UpdateUsagePlanAsync(new()
            {
                UsagePlanId = "p",
                PatchOperations = [new() { Op = Op.Add, Path = "/apiStages", Value = "r:s" }, new() { Op = Op.Remove, Path = "/throttle" }],
            }),
            "PATCH /usageplans/p",
            """{"patchOperations":[{"op":"add","path":"/apiStages","value":"r:s"},{"op":"remove","path":"/throttle"}]}"""),
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> OperationNames => [.. Operations.Keys];

    [Fact]
    public void Every_operation_is_tested()
        => Assert.Equal(
            Operations.Keys.Select(name => name + "Async").Order(StringComparer.Ordinal),
            typeof(IAmazonAPIGateway).GetMethods().Select(method => method.Name).Where(name => name.EndsWith("Async", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(OperationNames))]
    public async Task Request_is_REST_and_signed(string operation)
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(operation.StartsWith("Delete", StringComparison.Ordinal) ? new Answer(202, "")
            : operation.Contains("agResource", StringComparison.Ordinal) ? new Answer(204, "")
            : new Answer(operation.StartsWith("Create", StringComparison.Ordinal) ? 201 : 200, "{}"));
        using var client = server.ApiGateway();

        var response = await Operations[operation].Call(client);

        var request = Assert.Single(server.Requests);
        Assert.Equal(Operations[operation].Line, request.Line);
        Assert.Equal("application/json", request.Headers["Accept"]);
        SigV4.Verify(request, "secret-key", "eu-west-1", "apigateway");
        if (Operations[operation].Body.Length == 0)
        {
            Assert.Empty(request.Body);
        }
        else
        {
            Assert.Equal("application/json", request.Headers["Content-Type"]);
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Operations[operation].Body), JsonNode.Parse(request.Body)), request.Body);
        }

        Assert.InRange((int)response.HttpStatusCode, 200, 204);
        Assert.Equal("request-1", response.ResponseMetadata.RequestId);
    }

    [Fact]
    public async Task Lists_are_named_item_on_the_wire()
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(
            new Answer(200, """
                {"position":"q","item":[{"id":"k1","value":"v","enabled":true,"createdDate":1600000000,"lastUpdatedDate":1600000000.5,
                 "stageKeys":["r/s"],"tags":{"A":"b"}}]}
                """),
            new Answer(200, """
                {"item":[{"id":"p","throttle":{"burstLimit":2,"rateLimit":1.5},"quota":{"limit":1,"offset":0,"period":"WEEK"},
                 "apiStages":[{"apiId":"r","stage":"s"}]}]}
                """),
            new Answer(200, """{"item":[{"id":"k1","type":"API_KEY","name":"n"}]}"""));
        using var client = server.ApiGateway();

        var keys = await client.GetApiKeysAsync(new GetApiKeysRequest(), Cancellation);
        var plans = await client.GetUsagePlansAsync(new GetUsagePlansRequest(), Cancellation);
        var planKeys = await client.GetUsagePlanKeysAsync(new GetUsagePlanKeysRequest { UsagePlanId = "p" }, Cancellation);

        Assert.Equal("GET /apikeys", server.Requests[0].Line);
        Assert.Equal("q", keys.Position);
        var key = Assert.Single(keys.Items);
        Assert.Equal(("k1", "v", true), (key.Id, key.Value, key.Enabled));
        Assert.Equal(new DateTime(2020, 9, 13, 12, 26, 40, DateTimeKind.Utc), key.CreatedDate);
        Assert.Equal(500, key.LastUpdatedDate!.Value.Millisecond);
        Assert.Equal("r/s", Assert.Single(key.StageKeys));
        Assert.Equal("b", key.Tags["A"]);
        var plan = Assert.Single(plans.Items);
        Assert.Equal(1.5, plan.Throttle.RateLimit);
        Assert.Equal(QuotaPeriodType.WEEK, plan.Quota.Period);
        Assert.Equal("s", Assert.Single(plan.ApiStages).Stage);
        Assert.Equal("API_KEY", Assert.Single(planKeys.Items).Type);
    }

    [Fact]
    public async Task Usage_is_named_values_on_the_wire_and_stages_item()
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(
            new Answer(200, """{"usagePlanId":"p","startDate":"2025-01-01","endDate":"2025-01-02","position":"q","values":{"k1":[[1,9],[0,9]]}}"""),
            new Answer(200, """{"usagePlanId":"p","values":{}}"""),
            new Answer(200, """{"item":[{"stageName":"prod","deploymentId":"d","createdDate":1600000000,"variables":{"Upper":"x"}}]}"""),
            new Answer(200, """{"tags":{"A:b":"c"}}"""));
        using var client = server.ApiGateway();

        var usage = await client.GetUsageAsync(new GetUsageRequest { UsagePlanId = "p", StartDate = "2025-01-01", EndDate = "2025-01-02" }, Cancellation);
        var updated = await client.UpdateUsageAsync(new UpdateUsageRequest { UsagePlanId = "p", KeyId = "k1" }, Cancellation);
        var stages = await client.GetStagesAsync(new GetStagesRequest { RestApiId = "r" }, Cancellation);
        var tags = await client.GetTagsAsync(new GetTagsRequest { ResourceArn = Arn }, Cancellation);

        Assert.Equal(("p", "2025-01-01", "2025-01-02", "q"), (usage.UsagePlanId, usage.StartDate, usage.EndDate, usage.Position));
        Assert.Equal([[1, 9], [0, 9]], usage.Items["k1"]);
        Assert.Empty(updated.Items);
        var stage = Assert.Single(stages.Item);
        Assert.Equal(("prod", "d", "x", 2020), (stage.StageName, stage.DeploymentId, stage.Variables["Upper"], stage.CreatedDate!.Value.Year));
        Assert.Equal("c", tags.Tags["A:b"]);
    }

    [Fact]
    public async Task Absent_members_are_null_collections_too()
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(new Answer(200, """{"id":"k1","description":null}"""));
        using var client = server.ApiGateway();

        var key = await client.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = "k1" }, Cancellation);
        var keys = await client.GetApiKeysAsync(new GetApiKeysRequest(), Cancellation);

        Assert.Null(key.Description);
        Assert.Null(key.Enabled);
        Assert.Null(key.CreatedDate);
        Assert.Null(key.Tags);
        Assert.Null(keys.Items);
    }

    [Fact]
    public async Task Constant_newer_than_the_client_is_read()
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(new Answer(200, """{"id":"r","apiKeySource":"TELEPATHY"}"""));
        using var client = server.ApiGateway();

        var api = await client.CreateRestApiAsync(new CreateRestApiRequest { Name = "n" }, Cancellation);

        Assert.Equal("TELEPATHY", api.ApiKeySource.Value);
    }

    [Fact]
    public async Task Id_is_required_in_the_path()
    {
        await using var server = await Loopback.StartAsync();
        using var client = server.ApiGateway();

        var exception = await Assert.ThrowsAsync<AmazonAPIGatewayException>(() => client.GetApiKeyAsync(new GetApiKeyRequest(), Cancellation));

        Assert.Equal("Request object does not have required field ApiKey set", exception.Message);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(400, "BadRequestException", typeof(BadRequestException))]
    [InlineData(401, "UnauthorizedException", typeof(UnauthorizedException))]
    [InlineData(404, "NotFoundException", typeof(NotFoundException))]
    [InlineData(409, "ConflictException", typeof(ConflictException))]
    [InlineData(409, "ConflictException:http://internal.amazon.com/coral/com.amazonaws.apigateway/", typeof(ConflictException))]
    [InlineData(403, "AccessDeniedException", typeof(AmazonAPIGatewayException))]
    public async Task Errors_are_typed(int status, string header, Type expected)
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(new Answer(status, """{"message":"why"}""", ("x-amzn-ErrorType", header)));
        using var client = server.ApiGateway();

        var exception = await Assert.ThrowsAnyAsync<AmazonAPIGatewayException>(
            () => client.UpdateApiKeyAsync(new UpdateApiKeyRequest { ApiKey = "k1" }, Cancellation));

        Assert.Equal(expected, exception.GetType());
        Assert.Equal(header.Split(':')[0], exception.ErrorCode);
        Assert.Equal("why", exception.Message);
        Assert.Equal(status, (int)exception.StatusCode);
        Assert.Equal("request-1", exception.RequestId);
    }

    [Fact]
    public async Task Error_that_the_operation_does_not_declare_is_the_base_exception()
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(new Answer(409, """{"message":"why"}""", ("x-amzn-ErrorType", "ConflictException")));
        using var client = server.ApiGateway();

        var exception = await Assert.ThrowsAsync<AmazonAPIGatewayException>(
            () => client.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = "k1" }, Cancellation));

        Assert.Equal("ConflictException", exception.ErrorCode);
        Assert.Equal(HttpStatusCode.Conflict, exception.StatusCode);
    }

    [Fact]
    public async Task Throttling_is_retried_and_says_how_long_to_wait()
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(new Answer(429, """{"message":"Slow down"}""", ("x-amzn-ErrorType", "TooManyRequestsException"), ("Retry-After", "7")));
        using var client = server.ApiGateway();

        var exception = await Assert.ThrowsAsync<TooManyRequestsException>(
            () => client.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "n" }, Cancellation));

        Assert.Equal("7", exception.RetryAfterSeconds);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task Limit_counts_as_throttling()
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(new Answer(429, """{"message":"Limit"}""", ("x-amzn-ErrorType", "LimitExceededException")));
        using var client = server.ApiGateway();

        var exception = await Assert.ThrowsAsync<LimitExceededException>(
            () => client.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "n" }, Cancellation));

        Assert.Null(exception.RetryAfterSeconds);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task Server_error_is_retried_until_it_is_over()
    {
        await using var server = await Loopback.StartAsync();
        server.Answers(new Answer(500, ""), new Answer(502, "<html>"), new Answer(200, """{"id":"k1"}"""));
        using var client = server.ApiGateway();

        var key = await client.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = "k1" }, Cancellation);

        Assert.Equal("k1", key.Id);
        Assert.Equal(3, server.Requests.Count);
    }

    private sealed record Case(Func<IAmazonAPIGateway, Task<AmazonWebServiceResponse>> Call, string Line, string Body);
}
