using Amazon.APIGateway.Model;

namespace LocalAws.Tests.ApiGateway;

public sealed class RestApiTests
{
    [Fact]
    public async Task Apis_and_stages_are_shown_and_listed()
    {
        await using var account = await Account.StartAsync();
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

    [Fact]
    public async Task A_new_deployment_is_shown_on_its_stage()
    {
        await using var account = await Account.StartAsync();
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
        await using var account = await Account.StartAsync();
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
