using Amazon.APIGateway.Model;

namespace LocalAws.Tests.ApiGateway;

public sealed class RestApiTests
{
    [Fact]
    public async Task Apis_and_stages_are_shown_and_listed()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();
        var other = await account.ApiGateway.CreateDeploymentAsync(new CreateDeploymentRequest { RestApiId = stage.ApiId, StageName = "test" });

        var stages = await account.ApiGateway.GetStagesAsync(new GetStagesRequest { RestApiId = stage.ApiId });
        var shown = await account.ApiGateway.GetStagesAsync(new GetStagesRequest { RestApiId = stage.ApiId, DeploymentId = other.Id });
        var (_, apis) = await account.SendAsync(HttpMethod.Get, "/restapis?limit=1");
        var (_, api) = await account.SendAsync(HttpMethod.Get, $"/restapis/{stage.ApiId}");
        var (_, test) = await account.SendAsync(HttpMethod.Get, $"/restapis/{stage.ApiId}/stages/test");
        var (unknown, _) = await account.SendAsync(HttpMethod.Get, $"/restapis/{stage.ApiId}/stages/none");

        Assert.Equal(["prod", "test"], stages.Item.Select(item => item.StageName));
        Assert.Equal("test", Assert.Single(shown.Item).StageName);
        Assert.Equal(stage.ApiId, apis.GetProperty("item")[0].GetProperty("id").GetString());
        Assert.Equal("orders", api.GetProperty("name").GetString());
        Assert.Equal(other.Id, test.GetProperty("deploymentId").GetString());
        Assert.Equal(404, (int)unknown.StatusCode);
    }

    [Theory]
    [InlineData("", "HEADER", "EDGE", "ipv4", null)]
    [InlineData(",\"tags\":{},\"endpointConfiguration\":{}", "HEADER", "EDGE", "ipv4", null)]
    [InlineData(",\"apiKeySource\":\"AUTHORIZER\",\"endpointConfiguration\":{\"types\":[\"REGIONAL\"]}", "AUTHORIZER", "REGIONAL", "ipv4", null)]
    [InlineData(",\"tags\":{\"team\":\"blue\"},\"endpointConfiguration\":{\"types\":[\"PRIVATE\"]}", "HEADER", "PRIVATE", "dualstack", "blue")]
    public async Task An_api_is_shown_with_what_it_was_made_with(string given, string keySource, string type, string address, string? team)
    {
        await using var account = await LocalAwsAccount.StartAsync();

        var (_, created) = await account.SendAsync(HttpMethod.Post, "/restapis", $"{{\"name\":\"orders\"{given}}}");
        var (_, shown) = await account.SendAsync(HttpMethod.Get, $"/restapis/{created.GetProperty("id").GetString()}");

        Assert.Equal(created.GetRawText(), shown.GetRawText());
        Assert.Equal(keySource, shown.GetProperty("apiKeySource").GetString());
        Assert.Equal(type, Assert.Single(shown.GetProperty("endpointConfiguration").GetProperty("types").EnumerateArray()).GetString());
        Assert.Equal(address, shown.GetProperty("endpointConfiguration").GetProperty("ipAddressType").GetString());
        Assert.False(shown.GetProperty("disableExecuteApiEndpoint").GetBoolean());
        Assert.Matches("^[a-z0-9]{10}$", shown.GetProperty("rootResourceId").GetString());
        Assert.False(shown.TryGetProperty("description", out _));
        Assert.Equal(team, shown.TryGetProperty("tags", out var tags) ? tags.GetProperty("team").GetString() : null);
    }

    [Theory]
    [InlineData("\"apiKeySource\":\"QUERY\"", "ValidationException", "1 validation error detected: Value 'QUERY' at 'createRestApiInput.apiKeySource' failed to satisfy constraint: Member must satisfy enum value set: [AUTHORIZER, HEADER]")]
    [InlineData(
        "\"endpointConfiguration\":{\"types\":[\"wrong\"]}",
        "ValidationException",
        "1 validation error detected: Value '[wrong]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]")]
    [InlineData("\"endpointConfiguration\":{\"types\":[]}", "BadRequestException", "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.")]
    [InlineData("\"endpointConfiguration\":{\"types\":[\"EDGE\",\"REGIONAL\"]}", "BadRequestException", "Cannot create an api with multiple Endpoint Types.")]
    [InlineData("\"description\":\"\"", "BadRequestException", "Description cannot be an empty string")]
    public async Task An_api_that_AWS_would_not_make_is_refused(string given, string code, string text)
    {
        await using var account = await LocalAwsAccount.StartAsync();

        var (response, body) = await account.SendAsync(HttpMethod.Post, "/restapis", $"{{\"name\":\"orders\",{given}}}");

        Assert.Equal((400, code, text), ((int)response.StatusCode, response.Headers.GetValues("x-amzn-ErrorType").Single(), body.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task An_unknown_api_is_named_with_its_account()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var (response, body) = await account.SendAsync(HttpMethod.Get, "/restapis/abcde0");
        Assert.Equal((404, "Invalid API identifier specified 123456789012:abcde0"), ((int)response.StatusCode, body.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task A_stage_shows_what_it_has_not()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();

        var (_, shown) = await account.SendAsync(HttpMethod.Get, $"/restapis/{stage.ApiId}/stages/prod");

        Assert.Equal(("NOT_AVAILABLE", "{}"), (shown.GetProperty("cacheClusterStatus").GetString(), shown.GetProperty("methodSettings").GetRawText()));
        Assert.False(shown.GetProperty("cacheClusterEnabled").GetBoolean() || shown.GetProperty("tracingEnabled").GetBoolean());
    }

    [Fact]
    public async Task A_new_deployment_is_shown_on_its_stage()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();

        var next = await account.ApiGateway.CreateDeploymentAsync(new CreateDeploymentRequest { RestApiId = stage.ApiId, StageName = "prod" });

        var shown = Assert.Single((await account.ApiGateway.GetStagesAsync(new GetStagesRequest { RestApiId = stage.ApiId })).Item);
        Assert.Equal(next.Id, shown.DeploymentId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_deleted_stage_and_those_of_a_deleted_api_leave_their_plans_and_are_served_no_more(bool api)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();
        var plan = await account.CreatePlanAsync(stage);
        var key = await account.CreateKeyAsync();
        await account.AttachAsync(plan, key.Id);
        Assert.Equal(200, await account.StatusAsync(stage, key.Value));

        if (api)
        {
            await account.ApiGateway.DeleteRestApiAsync(new DeleteRestApiRequest { RestApiId = stage.ApiId });
        }
        else
        {
            var (response, _) = await account.SendAsync(HttpMethod.Delete, $"/restapis/{stage.ApiId}/stages/prod");
            Assert.Equal(202, (int)response.StatusCode);
        }

        using var answer = await account.CallAsync(stage, key.Value);
        Assert.Equal("""{"message":"Missing Authentication Token"}""", await answer.Content.ReadAsStringAsync());
        Assert.Empty(account.Aws.ApiGateway.GetUsagePlan(plan).ApiStages);
        await account.ApiGateway.DeleteUsagePlanAsync(new DeleteUsagePlanRequest { UsagePlanId = plan });
    }
}
