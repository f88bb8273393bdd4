using System.Net;
using System.Text.Json;

namespace Deployer.Tests;

/// <summary>A key with an overlap: its previous key is disabled by the schedule that the stack declares, not by the next rotation.</summary>
[Collection(nameof(DeployerAccount))]
public sealed class OverlapTests
{
    public const string Schedule = "rotation-overlap-shop-orders";

    [Fact]
    public async Task The_schedule_disables_the_previous_key_when_its_overlap_is_over()
    {
        await using var account = DeployerAccount.Start();
        await account.UpAsync(Configuration(account, "24h"));
        var first = await account.ReadKeyAsync("AWSCURRENT");
        await account.RotateAsync();

        foreach (var hours in new[] { 1.5, 21.5 })
        {
            Assert.Null(await account.PassToScheduleAsync(Schedule, TimeSpan.FromHours(hours)));
            await account.AssertOpenAsync(account.Apis[0]);
        }

        Assert.Null(await account.PassToScheduleAsync(Schedule, TimeSpan.FromHours(2)));
        await AssertOnlyCurrentIsOpenAsync(account);
        Assert.True(first == await account.ReadKeyAsync("AWSPREVIOUS"), "the labels stay where they are");
    }

    [Fact]
    public async Task Without_any_overlap_the_previous_key_is_disabled_at_once_and_after_a_rollback_by_the_schedule()
    {
        await using var account = DeployerAccount.Start();
        await account.UpAsync(Configuration(account, "0"));
        var first = await account.ReadKeyAsync("AWSCURRENT");
        await account.RotateAsync();
        await AssertOnlyCurrentIsOpenAsync(account);

        await account.Aws.Lambda.InvokeAsync(account.Stack.FunctionName, JsonSerializer.SerializeToUtf8Bytes(new { action = "rollback", secretId = DeployerAccount.SecretName }));
        Assert.True(first == await account.ReadKeyAsync("AWSCURRENT"));
        await account.AssertOpenAsync(account.Apis[0]);

        Assert.Null(await account.PassToScheduleAsync(Schedule, TimeSpan.FromHours(1.5)));
        await AssertOnlyCurrentIsOpenAsync(account);
    }

    [Fact]
    public async Task An_overlap_comes_to_a_key_that_had_none_and_goes_again()
    {
        await using var account = DeployerAccount.Start();
        await account.UpAsync(Configuration(account, overlap: null));
        Assert.DoesNotContain(account.Aws.Scheduler.Schedules, name => name.StartsWith(Schedule, StringComparison.Ordinal));

        await account.UpAsync(Configuration(account, "7d"));
        Assert.Contains(account.Aws.Scheduler.Schedules, name => name.StartsWith(Schedule, StringComparison.Ordinal));
        Assert.Equal("7d", (await account.DescribeAsync()).Tags.Single(tag => tag.Key == "apikey-rotation:overlap").Value);

        await account.UpAsync(Configuration(account, overlap: null));
        Assert.DoesNotContain(account.Aws.Scheduler.Schedules, name => name.StartsWith(Schedule, StringComparison.Ordinal));
        Assert.DoesNotContain((await account.DescribeAsync()).Tags, tag => tag.Key == "apikey-rotation:overlap");
    }

    /// <summary>One key with this overlap, rotated by hand.</summary>
    internal static object Configuration(DeployerAccount account, string? overlap) => new
    {
        recoveryWindowDays = 0,
        activationWait = 0, // nobody who waits moves the clock for others
        keys = new[] { new { name = DeployerAccount.SecretName, usagePlanIds = new[] { account.Plans[0] }, schedule = "rate(30 days)", overlap } },
    };

    private static async Task AssertOnlyCurrentIsOpenAsync(DeployerAccount account)
    {
        Assert.Equal(HttpStatusCode.OK, await account.CallAsync(account.Apis[0], await account.ReadKeyAsync("AWSCURRENT")));
        Assert.Equal(HttpStatusCode.Forbidden, await account.CallAsync(account.Apis[0], await account.ReadKeyAsync("AWSPREVIOUS")));
    }
}
