using System.Globalization;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;

namespace Conformance;

/// <summary>What keys may use, and how often an account may call. On the embedded AWS only: elsewhere limits are kept with best effort, and usage is shown late.</summary>
public sealed class LimitTests
{
    [Fact, Shows("plan-16", "plan-17", "plan-18", "plan-19", "plan-30", "plan-31", "plan-32", "data-10")]
    public async Task A_quota_counts_for_each_key_and_can_be_changed_for_the_period()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var today = account.Clock.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var stage = await account.StageAsync();
        var plan = await account.CreatePlanAsync(new CreateUsagePlanRequest
        {
            Name = ConformanceAccount.NewName(),
            ApiStages = [stage],
            Quota = new QuotaSettings { Limit = 2, Period = QuotaPeriodType.DAY },
        });
        var (key, other) = (await account.CreateKeyAsync(), await account.CreateKeyAsync());
        await account.AttachAsync(plan, key.Id);
        await account.AttachAsync(plan, other.Id);

        await StatusesAreAsync(200, 200);
        Assert.Equal((429, """{"message":"Limit Exceeded"}"""), await account.CallAsync(stage, key.Value));
        Assert.Equal(200, (await account.CallAsync(stage, other.Value)).Status);
        Assert.Equal([2, 0], await UsageAsync(key));
        Assert.Equal([0, 2], await UsageAsync(other));
        account.Clock.Advance(TimeSpan.FromMinutes(40));
        Assert.Equal([1, 1], await UsageAsync(other));
        await AssertAws.RefusesAsync(400, "BadRequestException", text: null, () => account.ApiGateway.GetUsageAsync(
            new GetUsageRequest { UsagePlanId = plan, StartDate = "2024-10-03", EndDate = today }));

        await account.ApiGateway.UpdateUsageAsync(new UpdateUsageRequest
        {
            UsagePlanId = plan,
            KeyId = key.Id,
            PatchOperations = [new() { Op = Op.Replace, Path = "/remaining", Value = "1" }],
        });
        await StatusesAreAsync(200, 429);

        account.Clock.Advance(TimeSpan.FromDays(1));
        await StatusesAreAsync(200, 200, 429);

        async Task<IEnumerable<int>> UsageAsync(CreateApiKeyResponse of)
        {
            var usage = await account.ApiGateway.GetUsageAsync(new GetUsageRequest { UsagePlanId = plan, KeyId = of.Id, StartDate = today, EndDate = today });
            return Assert.Single(usage.Items[of.Id]).Select(number => (int)number!);
        }

        async Task StatusesAreAsync(params int[] statuses)
        {
            foreach (var status in statuses)
            {
                Assert.Equal(status, (await account.CallAsync(stage, key.Value)).Status);
            }
        }
    }

    [Fact, Shows("plan-16", "data-9")]
    public async Task A_throttle_counts_for_each_key()
    {
        await using var account = await ConformanceAccount.StartAsync();
        _ = account.Clock;
        var stage = await account.StageAsync();
        var plan = await account.CreatePlanAsync(new CreateUsagePlanRequest
        {
            Name = ConformanceAccount.NewName(),
            ApiStages = [stage],
            Throttle = new ThrottleSettings { BurstLimit = 1, RateLimit = 1 },
        });
        var (key, other) = (await account.CreateKeyAsync(), await account.CreateKeyAsync());
        await account.AttachAsync(plan, key.Id);
        await account.AttachAsync(plan, other.Id);

        Assert.Equal(200, (await account.CallAsync(stage, key.Value)).Status);
        Assert.Equal((429, """{"message":"Too Many Requests"}"""), await account.CallAsync(stage, key.Value));
        Assert.Equal(200, (await account.CallAsync(stage, other.Value)).Status);
        account.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await account.CallAsync(stage, key.Value)).Status);
    }

    [Fact, Shows("plan-22")]
    public async Task An_account_has_300_plans_and_a_key_is_in_10()
    {
        await using var account = await ConformanceAccount.StartAsync();
        _ = account.Clock;
        var key = await account.CreateKeyAsync();
        for (var plan = 1; plan <= 300; plan++)
        {
            var id = account.Embedded.ApiGateway.CreateUsagePlan(new() { Name = $"plan {plan}" }).Id;
            if (plan <= 10)
            {
                await account.AttachAsync(id, key.Id);
            }
            else if (plan == 11)
            {
                await Assert.ThrowsAnyAsync<AmazonAPIGatewayException>(() => account.AttachAsync(id, key.Id));
            }
        }

        await Assert.ThrowsAnyAsync<AmazonAPIGatewayException>(() => account.CreatePlanAsync());
    }

    [Fact, Shows("key-19", "key-20", "plan-23")]
    public async Task An_account_makes_5_keys_a_second_and_changes_a_plan_in_20_seconds()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var plan = await account.CreatePlanAsync();
        account.Embedded.ApiGateway.RateLimits = true;

        for (var key = 0; key < 5; key++)
        {
            await account.CreateKeyAsync();
        }

        await AssertAws.RefusesAsync(429, "TooManyRequestsException", "Too Many Requests", () => account.CreateKeyAsync());
        account.Clock.Advance(TimeSpan.FromSeconds(1));
        await account.CreateKeyAsync();

        await RenameAsync();
        await AssertAws.RefusesAsync(429, "TooManyRequestsException", null, RenameAsync);
        account.Clock.Advance(TimeSpan.FromSeconds(20));
        await RenameAsync();

        for (var call = 1; call < 40; call++) // that was the first
        {
            await account.KeysOfAsync(plan);
        }

        await AssertAws.RefusesAsync(429, "TooManyRequestsException", null, () => account.KeysOfAsync(plan));
        account.Embedded.ApiGateway.RateLimits = false;

        Task RenameAsync() => account.ApiGateway.UpdateUsagePlanAsync(
            new UpdateUsagePlanRequest { UsagePlanId = plan, PatchOperations = [new() { Op = Op.Replace, Path = "/name", Value = ConformanceAccount.NewName() }] });
    }
}
