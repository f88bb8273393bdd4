using Amazon.APIGateway.Model;

namespace LocalAws.Tests.DataPlane;

public sealed class LimitTests
{
    [Fact]
    public async Task A_key_over_its_plan_s_rate_is_throttled_on_all_stages_of_the_plan_and_another_key_is_not()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var (orders, bills) = (await account.CreateApiStageAsync(), await account.CreateApiStageAsync());
        var plan = await PlanAsync(account, new() { Throttle = new() { BurstLimit = 2, RateLimit = 0.5 }, ApiStages = [orders, bills] });
        var (first, second) = (await AttachedKeyAsync(account, plan), await AttachedKeyAsync(account, plan));

        Assert.Equal(200, await account.StatusAsync(orders, first));
        Assert.Equal(200, await account.StatusAsync(bills, first));
        using var throttled = await account.CallAsync(orders, first);
        Assert.Equal(429, (int)throttled.StatusCode);
        Assert.Equal("""{"message":"Too Many Requests"}""", await throttled.Content.ReadAsStringAsync());
        Assert.Equal("TooManyRequestsException", throttled.Headers.GetValues("x-amzn-ErrorType").Single());
        Assert.Equal(200, await account.StatusAsync(orders, second));

        account.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("200 429", await account.StatusesAsync(bills, first, 2));
    }

    [Fact]
    public async Task A_throttled_request_uses_no_quota()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();
        var plan = await PlanAsync(account, new()
        {
            Throttle = new() { BurstLimit = 1, RateLimit = 1 },
            Quota = new() { Limit = 2, Period = "DAY" },
            ApiStages = [stage],
        });
        var key = await AttachedKeyAsync(account, plan);

        Assert.Equal("200 429 429", await account.StatusesAsync(stage, key, 3));
        account.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, await account.StatusAsync(stage, key));
        account.Clock.Advance(TimeSpan.FromSeconds(1));

        using var exceeded = await account.CallAsync(stage, key);
        Assert.Equal("""{"message":"Limit Exceeded"}""", await exceeded.Content.ReadAsStringAsync());
        Assert.Equal((429, "LimitExceededException"), ((int)exceeded.StatusCode, exceeded.Headers.GetValues("x-amzn-ErrorType").Single()));
    }

    // The account's clock starts on Wednesday 1 January 2025, at noon.
    [Theory]
    [InlineData("DAY", 0, 12)]
    [InlineData("WEEK", 0, (3 * 24) + 12)]
    [InlineData("WEEK", 4, 12)]
    [InlineData("WEEK", 3, (6 * 24) + 12)]
    [InlineData("MONTH", 0, (30 * 24) + 12)]
    [InlineData("MONTH", 9, (8 * 24) + 12)]
    public async Task A_quota_is_full_again_when_its_next_period_starts(string period, int offset, int hours)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();
        var plan = await PlanAsync(account, new() { Quota = new() { Limit = 1, Offset = offset, Period = period }, ApiStages = [stage] });
        var key = await AttachedKeyAsync(account, plan);

        Assert.Equal("200 429", await account.StatusesAsync(stage, key, 2));
        account.Clock.Advance(TimeSpan.FromHours(hours) - TimeSpan.FromSeconds(1));
        Assert.Equal(429, await account.StatusAsync(stage, key));
        account.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("200 429", await account.StatusesAsync(stage, key, 2));
    }

    [Fact]
    public async Task A_changed_quota_holds_after_the_activation_lag_with_what_was_used_before()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();
        var plan = await PlanAsync(account, new() { Quota = new() { Limit = 1, Period = "DAY" }, ApiStages = [stage] });
        var key = await AttachedKeyAsync(account, plan);
        await account.StatusAsync(stage, key);
        account.Aws.ApiGateway.ActivationLag = TimeSpan.FromMinutes(1);

        await account.UpdatePlanAsync(plan, ("replace", "/quota/limit", "2"));

        Assert.Equal(429, await account.StatusAsync(stage, key));
        account.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("200 429", await account.StatusesAsync(stage, key, 2));
    }

    private static async Task<string> PlanAsync(LocalAwsAccount account, CreateUsagePlanRequest request)
    {
        request.Name = "plan";
        return (await account.ApiGateway.CreateUsagePlanAsync(request)).Id;
    }

    private static async Task<string> AttachedKeyAsync(LocalAwsAccount account, string planId)
    {
        var key = await account.CreateKeyAsync();
        await account.AttachAsync(planId, key.Id);
        return key.Value;
    }
}
