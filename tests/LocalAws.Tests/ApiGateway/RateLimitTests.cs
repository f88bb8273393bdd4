using Amazon.APIGateway.Model;

namespace LocalAws.Tests.ApiGateway;

public sealed class RateLimitTests
{
    [Fact]
    public async Task No_rate_holds_unless_switched_on()
    {
        await using var account = await LocalAwsAccount.StartAsync();

        for (var number = 0; number < 50; number++)
        {
            await account.CreateKeyAsync();
        }
    }

    [Fact]
    public async Task Keys_are_made_and_deleted_five_a_second_each()
    {
        await using var account = await LimitedAsync();
        var keys = new List<string>();
        for (var number = 0; number < 5; number++)
        {
            keys.Add((await account.CreateKeyAsync()).Id);
        }

        await RefusesAsync(() => account.CreateKeyAsync());
        foreach (var key in keys)
        {
            await account.ApiGateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = key });
        }

        await RefusesAsync(() => account.ApiGateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = "abc" }));
        account.Clock.Advance(TimeSpan.FromMilliseconds(200));
        await account.CreateKeyAsync();
        await RefusesAsync(() => account.CreateKeyAsync());
    }

    [Fact]
    public async Task A_plan_is_updated_once_in_20_seconds_and_the_response_says_when_to_retry()
    {
        await using var account = await LimitedAsync();
        var plan = await account.CreatePlanAsync();
        await account.UpdatePlanAsync(plan, ("replace", "/name", "gold"));
        account.Clock.Advance(TimeSpan.FromSeconds(5));

        var refused = await Assert.ThrowsAsync<TooManyRequestsException>(() => account.UpdatePlanAsync(plan, ("replace", "/name", "silver")));
        account.Clock.Advance(TimeSpan.FromSeconds(15));
        var accepted = await account.UpdatePlanAsync(plan, ("replace", "/name", "bronze"));

        Assert.Equal("15", refused.RetryAfterSeconds);
        Assert.Equal("bronze", accepted.Name);
    }

    [Fact]
    public async Task All_operations_of_the_account_share_ten_a_second_and_a_burst_of_forty()
    {
        await using var account = await LimitedAsync();
        for (var number = 0; number < 4; number++)
        {
            await account.CreateKeyAsync();
        }

        for (var number = 0; number < 18; number++)
        {
            await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest());
            await account.ApiGateway.GetUsagePlansAsync(new GetUsagePlansRequest());
        }

        await RefusesAsync(() => account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest()));
        await RefusesAsync(() => account.CreateKeyAsync());
        account.Clock.Advance(TimeSpan.FromMilliseconds(200));
        await account.CreateKeyAsync(); // the fifth: the one that was refused did not count
        await account.CreateKeyAsync();
        await RefusesAsync(() => account.CreatePlanAsync());
        account.Clock.Advance(TimeSpan.FromSeconds(1));
        for (var number = 0; number < 10; number++)
        {
            await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest());
        }

        await RefusesAsync(() => account.CreatePlanAsync());
    }

    private static async Task<LocalAwsAccount> LimitedAsync()
    {
        var account = await LocalAwsAccount.StartAsync();
        account.Aws.ApiGateway.RateLimits = true;
        return account;
    }

    private static async Task RefusesAsync(Func<Task> call) =>
        await AssertAws.RefusesAsync(429, "TooManyRequestsException", "Too Many Requests", call);
}
