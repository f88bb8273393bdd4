using System.Net;
using LocalAws;

namespace Deployer.Tests;

/// <summary>The schedules that the stack declares, over days: each key is checked once a day, and its overlap is ended within an hour and a half.</summary>
[Collection(nameof(DeployerAccount))]
public sealed class ScheduleTests
{
    private const int Days = 5;
    private const int RotatedAfter = 24; // hours
    private const int OverAfter = RotatedAfter + 24;

    private static readonly string[] Names = [DeployerAccount.SecretName, "shop/refunds", "shop/returns"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)] // AWS delivers at least once
    public async Task Keys_are_checked_daily_and_their_overlaps_are_ended(int copies)
    {
        await using var account = DeployerAccount.Start();
        await account.UpAsync(Configuration(account));
        await account.Aws.SecretsManager.SettledAsync();
        account.Aws.Scheduler.Copies = copies;
        var first = await Task.WhenAll(Names.Select(name => account.ReadKeyAsync("AWSCURRENT", name)));
        var begin = account.Time.GetUtcNow().UtcDateTime.Date.AddHours(18.75); // between two windows of the hourly schedules, and of the daily ones
        account.Time.Advance(begin - account.Time.GetUtcNow().UtcDateTime);
        await EndedAsync(account, "overlap", 1 * copies); // one jump, one invocation

        for (var hour = 1; hour <= 24 * Days; hour++)
        {
            account.Time.Advance(begin.AddHours(hour) - account.Time.GetUtcNow().UtcDateTime);
            await EndedAsync(account, "overlap", (1 + hour) * copies);
            await EndedAsync(account, "check", hour / 24 * copies, atLeast: true);
            await account.IdleAsync();
            if (hour == RotatedAfter)
            {
                foreach (var name in Names)
                {
                    await account.RotateAsync(name);
                }
            }

            if (hour is not (OverAfter or OverAfter + 1))
            {
                var expected = hour < OverAfter ? HttpStatusCode.OK : HttpStatusCode.Forbidden;
                Assert.All(await Task.WhenAll(first.Select(key => account.CallAsync(account.Apis[0], key))), status => Assert.Equal(expected, status));
            }
        }

        await EndedAsync(account, "check", Days * copies);
        var current = await Task.WhenAll(Names.Select(name => account.ReadKeyAsync("AWSCURRENT", name)));
        Assert.All(await Task.WhenAll(current.Select(key => account.CallAsync(account.Apis[0], key))), status => Assert.Equal(HttpStatusCode.OK, status));
    }

    /// <summary>Three keys that are rotated by hand.</summary>
    private static object Configuration(DeployerAccount account) => new
    {
        recoveryWindowDays = 0,
        activationWait = 0, // nobody who waits moves the clock for others
        keys = Names.Select(name => new { name, usagePlanIds = new[] { account.Plans[0] }, schedule = "rate(30 days)", overlap = "24h" }),
    };

    /// <summary>Waits until each key's schedule has invoked the function so often, and without an error.</summary>
    private static async Task EndedAsync(DeployerAccount account, string kind, int count, bool atLeast = false)
    {
        foreach (var schedule in Names.Select(name => $"rotation-{kind}-{name.Replace('/', '-')}"))
        {
            var ended = account.InvocationsBy(schedule);
            for (var waited = 0; waited < 3000 && ended.Count < count; waited++)
            {
                await Task.Delay(10);
                ended = account.InvocationsBy(schedule);
            }

            Assert.True(atLeast ? ended.Count >= count : ended.Count == count, $"{schedule} invoked the function {ended.Count} times, not {count}.");
            Assert.All(ended, invocation => Assert.Null(invocation.ErrorCode));
        }
    }
}
