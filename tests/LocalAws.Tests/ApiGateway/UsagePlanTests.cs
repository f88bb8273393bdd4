using Amazon.APIGateway.Model;

namespace LocalAws.Tests.ApiGateway;

public sealed class UsagePlanTests
{
    [Fact]
    public async Task A_plan_is_shown_as_it_was_made_with_its_tags()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();
        var created = await account.ApiGateway.CreateUsagePlanAsync(new CreateUsagePlanRequest
        {
            Name = "gold",
            ApiStages = [stage],
            Throttle = new ThrottleSettings { BurstLimit = 5, RateLimit = 2.5 },
            Quota = new QuotaSettings { Limit = 100, Period = "DAY" },
            Tags = new Dictionary<string, string> { ["team"] = "payments" },
        });

        var plan = await account.ApiGateway.GetUsagePlanAsync(new GetUsagePlanRequest { UsagePlanId = created.Id });

        Assert.Equal(("gold", 2.5, 100, "payments"), (plan.Name, plan.Throttle.RateLimit, plan.Quota.Limit, plan.Tags["team"]));
        Assert.Equal((stage.ApiId, "prod"), (plan.ApiStages[0].ApiId, plan.ApiStages[0].Stage));
    }

    [Fact]
    public async Task A_plan_names_stages_that_exist()
    {
        await using var account = await LocalAwsAccount.StartAsync();

        await AssertAws.RefusesAsync(
            404,
            "NotFoundException",
            "API Stage not found: abcdefghij:prod",
            () => account.CreatePlanAsync(new ApiStage { ApiId = "abcdefghij", Stage = "prod" }));
    }

    [Theory]
    [InlineData("{\"stage\":\"prod\"}")]
    [InlineData("{\"apiId\":\"\",\"stage\":\"prod\"}")]
    [InlineData("{\"apiId\":\"abcdefghij\"}")]
    public async Task A_stage_without_its_api_or_name_is_refused(string stage)
    {
        await using var account = await LocalAwsAccount.StartAsync();

        var (response, body) = await account.SendAsync(HttpMethod.Post, "/usageplans", $"{{\"name\":\"gold\",\"apiStages\":[{stage}]}}");

        Assert.Equal((400, "BadRequestException"), ((int)response.StatusCode, response.Headers.GetValues("x-amzn-ErrorType").Single()));
        Assert.Equal("Invalid API Stage specified", body.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_stage_that_is_not_in_the_plan_is_not_taken_out()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();
        var plan = await account.CreatePlanAsync(stage);

        await AssertAws.RefusesAsync(
            404,
            "NotFoundException",
            $"Invalid API Stage {{api: {stage.ApiId}b, stage: prod}} specified for usageplan {plan}",
            () => account.UpdatePlanAsync(plan, ("remove", "/apiStages", $"{stage.ApiId}b:prod")));
        await AssertAws.RefusesAsync(
            400, "BadRequestException", "Invalid API Stage specified", () => account.UpdatePlanAsync(plan, ("remove", "/apiStages", null)));
    }

    [Fact]
    public async Task An_attached_key_is_listed_with_its_value_unasked()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var plan = await account.CreatePlanAsync();
        var key = await account.CreateKeyAsync("payments/a");

        var attached = await account.ApiGateway.CreateUsagePlanKeyAsync(
            new CreateUsagePlanKeyRequest { UsagePlanId = plan, KeyId = key.Id, KeyType = "API_KEY" });
        var listed = await account.ApiGateway.GetUsagePlanKeysAsync(new GetUsagePlanKeysRequest { UsagePlanId = plan });
        var shown = await account.ApiGateway.GetUsagePlanKeyAsync(new GetUsagePlanKeyRequest { UsagePlanId = plan, KeyId = key.Id });

        Assert.Equal((key.Id, "API_KEY", key.Value, "payments/a"), (attached.Id, attached.Type, attached.Value, attached.Name));
        Assert.Equal(key.Value, Assert.Single(listed.Items).Value);
        Assert.Equal(key.Value, shown.Value);
    }

    [Fact]
    public async Task The_keys_of_an_unknown_plan_are_an_empty_list()
    {
        await using var account = await LocalAwsAccount.StartAsync();

        var (response, body) = await account.SendAsync(HttpMethod.Get, "/usageplans/abcdef/keys");

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(0, body.GetProperty("item").GetArrayLength());
    }

    [Fact]
    public async Task The_plans_of_an_unknown_key_are_an_empty_list()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreatePlanAsync();

        Assert.Empty((await account.ApiGateway.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = "abcdefghij" })).Items ?? []);
    }

    [Fact]
    public async Task A_key_and_a_plan_must_exist_to_be_joined()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var plan = await account.CreatePlanAsync();
        var key = await account.CreateKeyAsync();

        await AssertAws.RefusesAsync(404, "NotFoundException", "Invalid API Key identifier specified", () => account.AttachAsync(plan, "abcdefghij"));
        await AssertAws.RefusesAsync(404, "NotFoundException", "Invalid Usage Plan ID specified", () => account.AttachAsync("abcdef", key.Id));
    }

    [Fact]
    public async Task A_key_is_attached_once()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var plan = await account.CreatePlanAsync();
        var key = await account.CreateKeyAsync();
        await account.AttachAsync(plan, key.Id);

        await AssertAws.RefusesAsync(409, "ConflictException", text: null, () => account.AttachAsync(plan, key.Id));
    }

    [Fact]
    public async Task A_key_is_in_one_plan_of_an_api_stage_and_two_keys_may_share_it()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();
        var (gold, silver, elsewhere) = (await account.CreatePlanAsync(stage), await account.CreatePlanAsync(stage), await account.CreatePlanAsync());
        var (first, second) = (await account.CreateKeyAsync(), await account.CreateKeyAsync());
        await account.AttachAsync(gold, first.Id);

        await AssertAws.RefusesAsync(409, "ConflictException", text: null, () => account.AttachAsync(silver, first.Id));
        await account.AttachAsync(elsewhere, first.Id);
        await account.AttachAsync(gold, second.Id);

        await account.ApiGateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = gold, KeyId = first.Id });
        await account.AttachAsync(silver, first.Id);
    }

    [Fact]
    public async Task A_stage_is_not_added_to_a_plan_whose_keys_have_it_from_another()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();
        var (gold, silver) = (await account.CreatePlanAsync(stage), await account.CreatePlanAsync());
        var key = await account.CreateKeyAsync();
        await account.AttachAsync(gold, key.Id);
        await account.AttachAsync(silver, key.Id);
        var body = $$"""{"patchOperations":[{"op":"add","path":"/apiStages","value":"{{stage.ApiId}}:prod"}]}""";

        var (refused, _) = await account.SendAsync(HttpMethod.Patch, $"/usageplans/{silver}", body);
        await account.ApiGateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = gold, KeyId = key.Id });
        var (accepted, plan) = await account.SendAsync(HttpMethod.Patch, $"/usageplans/{silver}", body);

        Assert.Equal((409, 200), ((int)refused.StatusCode, (int)accepted.StatusCode));
        Assert.Equal("prod", plan.GetProperty("apiStages")[0].GetProperty("stage").GetString());
    }

    [Fact]
    public async Task A_deleted_key_leaves_its_plans()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var plan = await account.CreatePlanAsync();
        var key = await account.CreateKeyAsync();
        await account.AttachAsync(plan, key.Id);

        var (response, body) = await account.SendAsync(HttpMethod.Delete, $"/apikeys/{key.Id}");

        Assert.Equal((202, default), ((int)response.StatusCode, body.ValueKind));
        Assert.Empty((await account.ApiGateway.GetUsagePlanKeysAsync(new GetUsagePlanKeysRequest { UsagePlanId = plan })).Items ?? []);
    }

    [Fact]
    public async Task A_deleted_plan_leaves_its_keys_free_for_another()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();
        var (gold, silver) = (await account.CreatePlanAsync(stage), await account.CreatePlanAsync(stage));
        var key = await account.CreateKeyAsync();
        await account.AttachAsync(gold, key.Id);

        await account.UpdatePlanAsync(gold, ("remove", "/apiStages", $"{stage.ApiId}:prod"));
        await account.ApiGateway.DeleteUsagePlanAsync(new DeleteUsagePlanRequest { UsagePlanId = gold });

        await account.AttachAsync(silver, key.Id);
    }

    [Fact]
    public async Task Of_attaches_that_overlap_in_an_account_all_but_one_are_refused_whatever_they_join()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var (gold, silver) = (await account.CreatePlanAsync(), await account.CreatePlanAsync());
        var (first, second) = (await account.CreateKeyAsync(), await account.CreateKeyAsync());
        account.Aws.ApiGateway.AttachDuration = TimeSpan.FromSeconds(2);

        // The clock stands still: neither can end before the other has begun.
        Task[] attaches = [account.AttachAsync(gold, first.Id), account.AttachAsync(silver, second.Id)];
        var refused = await Task.WhenAny(attaches);
        account.Clock.Advance(TimeSpan.FromSeconds(2));

        await Assert.ThrowsAsync<ConflictException>(() => refused);
        await attaches.Single(attach => attach != refused);
        account.Aws.ApiGateway.AttachDuration = TimeSpan.Zero;
        await (refused == attaches[0] ? account.AttachAsync(gold, first.Id) : account.AttachAsync(silver, second.Id));
    }

    [Fact]
    public async Task Tags_are_set_shown_and_taken_off()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var key = await account.CreateKeyAsync();
        var arn = $"arn:aws:apigateway:eu-west-1::/apikeys/{key.Id}";

        await account.ApiGateway.TagResourceAsync(
            new TagResourceRequest { ResourceArn = arn, Tags = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" } });
        await account.ApiGateway.UntagResourceAsync(new UntagResourceRequest { ResourceArn = arn, TagKeys = ["b"] });

        var (_, body) = await account.SendAsync(HttpMethod.Get, $"/tags/{Uri.EscapeDataString(arn)}");
        Assert.Equal("1", body.GetProperty("tags").GetProperty("a").GetString());
        Assert.Equal(["a"], (await account.ApiGateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = key.Id })).Tags.Keys);
    }

    [Fact]
    public async Task Tags_of_a_plan_are_its_own_and_what_does_not_exist_has_none()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var plan = await account.CreatePlanAsync();

        await account.ApiGateway.TagResourceAsync(
            new TagResourceRequest { ResourceArn = $"arn:aws:apigateway:eu-west-1::/usageplans/{plan}", Tags = new Dictionary<string, string> { ["a"] = "1" } });

        Assert.Equal("1", (await account.ApiGateway.GetUsagePlanAsync(new GetUsagePlanRequest { UsagePlanId = plan })).Tags["a"]);
        await AssertAws.RefusesAsync(404, "NotFoundException", text: null, () => account.ApiGateway.TagResourceAsync(
            new TagResourceRequest { ResourceArn = "arn:aws:apigateway:eu-west-1::/usageplans/abcdef", Tags = new Dictionary<string, string> { ["a"] = "1" } }));
    }
}
