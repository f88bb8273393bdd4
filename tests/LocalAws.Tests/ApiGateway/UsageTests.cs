using Amazon.APIGateway.Model;

namespace LocalAws.Tests.ApiGateway;

public sealed class UsageTests
{
    [Fact]
    public async Task Usage_is_shown_by_key_id_and_day_with_what_was_left()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();
        var plan = await QuotaPlanAsync(account, stage, limit: 10, "WEEK");
        var (first, second) = (await AttachedKeyAsync(account, plan), await AttachedKeyAsync(account, plan));

        Assert.Equal(200, await account.StatusAsync(stage, first.Value));
        account.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(200, await account.StatusAsync(stage, first.Value));
        Assert.Equal(200, await account.StatusAsync(stage, first.Value));
        account.Clock.Advance(TimeSpan.FromMinutes(40));
        var usage = await UsageAsync(account, plan);
        var one = await UsageAsync(account, plan, second.Id);

        Assert.Equal((plan, "2025-01-01", "2025-01-03"), (usage.UsagePlanId, usage.StartDate, usage.EndDate));
        Assert.Equal([[1, 9], [0, 9], [2, 7]], usage.Items[first.Id]);
        Assert.Equal([[0, 10], [0, 10], [0, 10]], usage.Items[second.Id]);
        Assert.Equal([second.Id], one.Items.Keys);
    }

    [Fact]
    public async Task What_is_left_is_replaced_for_the_running_period_only()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();
        var plan = await QuotaPlanAsync(account, stage, limit: 1, "DAY");
        var key = await AttachedKeyAsync(account, plan);
        await account.StatusAsync(stage, key.Value);
        Assert.Equal(429, await account.StatusAsync(stage, key.Value));

        var changed = await RemainingAsync(account, plan, key.Id, "2");

        Assert.Equal([[1, 2]], changed.Items[key.Id]);
        Assert.Equal("200 200 429", await account.StatusesAsync(stage, key.Value, 3));
        account.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal("200 429", await account.StatusesAsync(stage, key.Value, 2));
        Assert.Equal([[3, 0], [1, 0]], (await UsageAsync(account, plan, end: "2025-01-02")).Items[key.Id]);
    }

    [Fact]
    public async Task What_is_not_there_or_cannot_be_changed_is_refused()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();
        var plan = await QuotaPlanAsync(account, stage, limit: 1, "DAY");
        var (key, unattached) = (await AttachedKeyAsync(account, plan), await account.CreateKeyAsync());
        var unlimited = await account.CreatePlanAsync();
        await account.AttachAsync(unlimited, key.Id);

        await AssertAws.RefusesAsync(404, "NotFoundException", "Invalid Usage Plan ID specified", () => UsageAsync(account, "abcdef"));
        await AssertAws.RefusesAsync(404, "NotFoundException", "Invalid API Key identifier specified", () => UsageAsync(account, plan, unattached.Id));
        await AssertAws.RefusesAsync(400, "BadRequestException", text: null, () => UsageAsync(account, plan, end: "tomorrow"));
        await AssertAws.RefusesAsync(400, "BadRequestException", text: null, () => UsageAsync(account, plan, end: "2024-12-31"));
        Assert.Equal(90, (await UsageAsync(account, plan, end: "2025-03-31")).Items[key.Id].Count);
        await AssertAws.RefusesAsync(400, "BadRequestException", text: null, () => UsageAsync(account, plan, end: "2025-04-01"));
        await AssertAws.RefusesAsync(404, "NotFoundException", text: null, () => RemainingAsync(account, plan, unattached.Id, "1"));
        await AssertAws.RefusesAsync(400, "BadRequestException", text: null, () => RemainingAsync(account, unlimited, key.Id, "1"));
        await AssertAws.RefusesAsync(400, "BadRequestException", text: null, () => RemainingAsync(account, plan, key.Id, "-1"));
        await AssertAws.RefusesAsync(
            400,
            "BadRequestException",
            "Invalid patch path  '/remaining' specified for op 'add'. Must be one of: []",
            () => RemainingAsync(account, plan, key.Id, "1", "add"));
    }

    [Theory]
    [InlineData(UsageWithoutQuota.Absent, null)]
    [InlineData(UsageWithoutQuota.Zero, 0L)]
    [InlineData(UsageWithoutQuota.Counted, 1L)]
    public async Task A_plan_without_a_quota_shows_what_the_variant_says(UsageWithoutQuota variant, long? used)
    {
        await using var account = await LocalAwsAccount.StartAsync(new() { Unknowns = new() { UsageWithoutQuota = variant } });
        var stage = await account.CreateApiStageAsync();
        var plan = await account.CreatePlanAsync(stage);
        var key = await AttachedKeyAsync(account, plan);
        await account.StatusAsync(stage, key.Value);
        account.Clock.Advance(TimeSpan.FromMinutes(40));

        var usage = (await UsageAsync(account, plan, end: "2025-01-01")).Items ?? [];

        Assert.Equal(used, usage.GetValueOrDefault(key.Id)?[0][0]);
        Assert.Equal(used is not null, usage.ContainsKey(key.Id));
    }

    /// <summary>localstack/localstack 11393.</summary>
    [Fact]
    public async Task A_request_is_shown_after_the_lag_and_at_once_when_the_quota_is_reached()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();
        var plan = await QuotaPlanAsync(account, stage, limit: 3, "DAY");
        var key = await AttachedKeyAsync(account, plan);

        await account.StatusAsync(stage, key.Value);
        account.Clock.Advance(TimeSpan.FromMinutes(39));
        await account.StatusAsync(stage, key.Value);
        Assert.Equal([[0, 3]], await TodayAsync());
        account.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([[1, 2]], await TodayAsync());
        await account.StatusAsync(stage, key.Value);
        Assert.Equal([[3, 0]], await TodayAsync());

        async Task<List<List<long?>>> TodayAsync() => (await UsageAsync(account, plan, end: "2025-01-01")).Items[key.Id];
    }

    [Fact]
    public async Task Days_and_keys_without_a_request_are_shown_as_the_variants_say()
    {
        await using var account = await LocalAwsAccount.StartAsync(
            new() { Unknowns = new() { DaysWithoutRequestsAreEmpty = true, UnusedKeysAreAbsent = true, UsageLag = TimeSpan.Zero } });
        var stage = await account.CreateApiStageAsync();
        var plan = await QuotaPlanAsync(account, stage, limit: 3, "DAY");
        var (used, unused) = (await AttachedKeyAsync(account, plan), await AttachedKeyAsync(account, plan));
        await account.StatusAsync(stage, used.Value);

        var usage = await UsageAsync(account, plan, end: "2025-01-02");

        Assert.Equal([[1, 2], []], usage.Items[used.Id]);
        Assert.DoesNotContain(unused.Id, usage.Items.Keys);
    }

    [Fact]
    public async Task Usage_of_many_keys_comes_in_pages()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var plan = await QuotaPlanAsync(account, await account.CreateApiStageAsync(), limit: 1, "DAY");
        for (var number = 0; number < 30; number++)
        {
            account.Aws.ApiGateway.CreateUsagePlanKey(new() { UsagePlanId = plan, KeyId = account.Aws.ApiGateway.CreateApiKey(new()).Id });
        }

        var first = await UsageAsync(account, plan);
        var second = await account.ApiGateway.GetUsageAsync(
            new GetUsageRequest { UsagePlanId = plan, StartDate = "2025-01-01", EndDate = "2025-01-01", Position = first.Position });

        Assert.Equal((25, 5), (first.Items.Count, second.Items.Count));
        Assert.Equal(30, first.Items.Keys.Union(second.Items.Keys).Count());
        Assert.Null(second.Position);
    }

    private static async Task<string> QuotaPlanAsync(LocalAwsAccount account, ApiStage stage, int limit, string period) =>
        (await account.ApiGateway.CreateUsagePlanAsync(new CreateUsagePlanRequest
        {
            Name = "plan",
            ApiStages = [stage],
            Quota = new QuotaSettings { Limit = limit, Period = period },
        })).Id;

    private static async Task<CreateApiKeyResponse> AttachedKeyAsync(LocalAwsAccount account, string planId)
    {
        var key = await account.CreateKeyAsync();
        await account.AttachAsync(planId, key.Id);
        return key;
    }

    private static Task<GetUsageResponse> UsageAsync(LocalAwsAccount account, string planId, string? keyId = null, string end = "2025-01-03") =>
        account.ApiGateway.GetUsageAsync(new GetUsageRequest { UsagePlanId = planId, KeyId = keyId, StartDate = "2025-01-01", EndDate = end });

    private static Task<UpdateUsageResponse> RemainingAsync(LocalAwsAccount account, string planId, string keyId, string value, string op = "replace") =>
        account.ApiGateway.UpdateUsageAsync(new UpdateUsageRequest
        {
            UsagePlanId = planId,
            KeyId = keyId,
            PatchOperations = [new PatchOperation { Op = op, Path = "/remaining", Value = value }],
        });
}
