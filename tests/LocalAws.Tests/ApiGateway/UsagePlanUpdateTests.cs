using Amazon.APIGateway.Model;

namespace LocalAws.Tests.ApiGateway;

public sealed class UsagePlanUpdateTests
{
    [Fact]
    public async Task A_plan_s_names_throttle_and_quota_are_replaced_added_and_removed()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var plan = await account.CreatePlanAsync();

        var changed = await account.UpdatePlanAsync(
            plan,
            ("replace", "/name", "gold"),
            ("replace", "/description", "for the best"),
            ("replace", "/productCode", "p1"),
            ("add", "/throttle/rateLimit", "2.5"),
            ("add", "/throttle/burstLimit", "5"),
            ("replace", "/quota/limit", "100"),
            ("replace", "/quota/offset", "2"),
            ("replace", "/quota/period", "WEEK"));
        var bare = await account.UpdatePlanAsync(plan, ("remove", "/throttle", null), ("remove", "/quota", null), ("remove", "/productCode", null));

        Assert.Equal(("gold", "for the best", "p1"), (changed.Name, changed.Description, changed.ProductCode));
        Assert.Equal((2.5, 5), (changed.Throttle.RateLimit, changed.Throttle.BurstLimit));
        Assert.Equal((100, 2, "WEEK"), (changed.Quota.Limit, changed.Quota.Offset, changed.Quota.Period.Value));
        Assert.Equal((null, null, null), (bare.Throttle, bare.Quota, bare.ProductCode));
    }

    [Theory]
    [InlineData("add", "/name", "[/apiStages, /throttle/rateLimit, /throttle/burstLimit, /quota/limit, /quota/offset, /quota/period]")]
    [InlineData("remove", "/name", "[/apiStages, /quota, /throttle, /productCode]")]
    [InlineData("test", "/name", "[]")]
    public async Task What_cannot_be_patched_is_refused_with_what_can(string op, string path, string allowed)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var plan = await account.CreatePlanAsync();

        await AssertAws.RefusesAsync(
            400,
            "BadRequestException",
            $"Invalid patch path  '{path}' specified for op '{op}'. Must be one of: {allowed}",
            () => account.UpdatePlanAsync(plan, ("replace", "/description", "changed"), (op, path, "x")));

        Assert.Null(account.Aws.ApiGateway.GetUsagePlan(plan).Description);
    }

    [Theory]
    [InlineData("DAY", 1)]
    [InlineData("WEEK", 7)]
    [InlineData("MONTH", 28)]
    [InlineData("YEAR", 0)]
    public async Task A_quota_has_a_period_and_starts_in_it(string period, int offset)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var plan = await account.CreatePlanAsync();

        await Assert.ThrowsAsync<BadRequestException>(() => account.UpdatePlanAsync(
            plan, ("add", "/quota/limit", "1"), ("add", "/quota/period", period), ("add", "/quota/offset", $"{offset}")));
        await Assert.ThrowsAsync<BadRequestException>(() => account.ApiGateway.CreateUsagePlanAsync(
            new CreateUsagePlanRequest { Name = "plan", Quota = new QuotaSettings { Limit = 1, Offset = offset, Period = period } }));
        await Assert.ThrowsAsync<BadRequestException>(() => account.UpdatePlanAsync(plan, ("add", "/quota/limit", "many")));
    }

    [Fact]
    public async Task A_plan_with_stages_is_not_deleted()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();
        var plan = await account.CreatePlanAsync(stage);

        await AssertAws.RefusesAsync(
            400,
            "BadRequestException",
            $"Cannot delete Usage Plan {plan} because there are API Stages associated with it, including {stage.ApiId}:prod",
            () => account.ApiGateway.DeleteUsagePlanAsync(new DeleteUsagePlanRequest { UsagePlanId = plan }));
    }

    [Fact]
    public async Task The_account_s_limits_hold_and_can_be_set()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var service = account.Aws.ApiGateway;
        Assert.Equal((10_000, 300, 10), (service.MaximumApiKeys, service.MaximumUsagePlans, service.MaximumUsagePlansPerKey));
        (service.MaximumApiKeys, service.MaximumUsagePlans, service.MaximumUsagePlansPerKey) = (1, 2, 1);
        var key = await account.CreateKeyAsync();
        var (gold, silver) = (await account.CreatePlanAsync(), await account.CreatePlanAsync());
        await account.AttachAsync(gold, key.Id);

        await AssertAws.RefusesAsync(429, "LimitExceededException", text: null, () => account.CreateKeyAsync());
        await AssertAws.RefusesAsync(429, "LimitExceededException", text: null, () => account.CreatePlanAsync());
        await AssertAws.RefusesAsync(429, "LimitExceededException", text: null, () => account.AttachAsync(silver, key.Id));
    }
}
