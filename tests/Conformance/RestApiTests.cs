using Amazon.APIGateway;
using Amazon.APIGateway.Model;

namespace Conformance;

/// <summary>REST APIs, and their stages in usage plans.</summary>
public sealed class RestApiTests
{
    [Fact, Shows("api-1")]
    public async Task An_api_is_shown_with_what_it_was_made_with()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var api = await account.ApiGateway.CreateRestApiAsync(new CreateRestApiRequest { Name = ConformanceAccount.NewName(), Tags = new() { ["made-by"] = "conformance" } });
        await account.ApiGateway.DeleteRestApiAsync(new DeleteRestApiRequest { RestApiId = api.Id });

        Assert.Equal(ApiKeySourceType.HEADER, api.ApiKeySource);
        Assert.Equal(["EDGE"], api.EndpointConfiguration.Types);
        Assert.False(api.DisableExecuteApiEndpoint);
        Assert.NotEmpty(api.RootResourceId);
        Assert.Equal("conformance", api.Tags["made-by"]);
    }

    [Fact, Shows("api-3")]
    public async Task An_unknown_api_is_named_with_its_account()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var refusal = await AssertAws.RefusesAsync(
            404, "NotFoundException", null, () => account.ApiGateway.DeleteRestApiAsync(new DeleteRestApiRequest { RestApiId = "abcde0" }));
        Assert.Matches(@"^Invalid API identifier specified \d{12}:abcde0$", refusal.Message);
    }

    [Fact, Shows("api-4")]
    public async Task A_description_is_not_empty()
    {
        await using var account = await ConformanceAccount.StartAsync();
        await AssertAws.RefusesAsync(
            400,
            "BadRequestException",
            "Description cannot be an empty string",
            () => account.ApiGateway.CreateRestApiAsync(new CreateRestApiRequest { Name = ConformanceAccount.NewName(), Description = "" }));
    }

    [Fact, Shows("plan-25")]
    public async Task A_stage_that_is_not_in_the_plan_is_not_taken_out()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var plan = await account.CreatePlanAsync();
        await AssertAws.RefusesAsync(
            404,
            "NotFoundException",
            $"Invalid API Stage {{api: abcdefghij, stage: none}} specified for usageplan {plan}",
            () => account.ApiGateway.UpdateUsagePlanAsync(new UpdateUsagePlanRequest
            {
                UsagePlanId = plan,
                PatchOperations = [new PatchOperation { Op = Op.Remove, Path = "/apiStages", Value = "abcdefghij:none" }],
            }));
    }

    [Fact, Shows("plan-26", "plan-27")]
    public async Task A_plan_names_stages_that_exist()
    {
        await using var account = await ConformanceAccount.StartAsync();
        await AssertAws.RefusesAsync(
            404, "NotFoundException", "API Stage not found: abcdefghij:none", () => account.CreatePlanAsync(new ApiStage { ApiId = "abcdefghij", Stage = "none" }));
        await AssertAws.RefusesAsync(400, "BadRequestException", null, () => account.CreatePlanAsync(new ApiStage { Stage = "none" }));
    }

    [Fact, Shows("update-10")]
    public async Task Labels_are_added_and_removed()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var key = await account.CreateKeyAsync();
        foreach (var op in (Op[])[Op.Add, Op.Remove])
        {
            await account.ApiGateway.UpdateApiKeyAsync(new UpdateApiKeyRequest
            {
                ApiKey = key.Id,
                PatchOperations = [new PatchOperation { Op = op, Path = "/labels", Value = "conformance" }],
            });
        }
    }
}
