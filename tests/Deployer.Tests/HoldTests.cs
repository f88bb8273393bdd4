using System.Net;

namespace Deployer.Tests;

/// <summary>The stack of the demo with a hold, by its schedules: a client that never reads the secret again.</summary>
[Collection(nameof(DeployerAccount))]
public sealed class HoldTests
{
    private static readonly TimeSpan Hold = TimeSpan.FromDays(3);

    [Fact]
    public async Task Of_four_clients_the_one_that_never_re_reads_is_named_a_day_later_kept_while_it_calls_and_cut_off_at_the_bound()
    {
        await using var account = DeployerAccount.Start();
        var (apiId, url) = account.MakeApi();
        await account.UpAsync(new
        {
            recoveryWindowDays = 0,
            activationWait = 0, // nobody who waits moves the clock for others
            keys = new[]
            {
                new
                {
                    name = DeployerAccount.SecretName,
                    description = "Orders, for our partners",
                    usagePlan = new { apiStages = new[] { new { apiId, stage = "prod" } }, quota = new { limit = 1_000_000, period = "MONTH" } },
                    schedule = "rate(4 days)",
                    hold = "3d",
                    quota = "carry",
                    oldKeyAlarm = true,
                },
            },
        });
        var first = (Id: account.Minted().Single().Id, Value: await account.ReadKeyAsync("AWSCURRENT"));
        int?[] readsEvery = [1, 24, 90, null]; // hours; the third as late as is promised to work
        var keys = readsEvery.Select(_ => first.Value).ToArray();
        DateTimeOffset? named = null;
        var refused = new List<(int Client, DateTimeOffset At)>();
        for (var hour = 1; hour <= 24 * 14 && refused.Count < 12; hour++)
        {
            await PassHourAsync(account);
            if (named is null && account.Printed.Any(text => text.Contains("Clients have not re-read the secret", StringComparison.Ordinal)))
            {
                named = account.Time.GetUtcNow();
            }

            for (var client = 0; client < keys.Length; client++)
            {
                keys[client] = readsEvery[client] is { } hours && hour % hours == 0 ? await account.ReadKeyAsync("AWSCURRENT") : keys[client];
                if (await account.CallAsync(url, keys[client]) != HttpStatusCode.OK)
                {
                    refused.Add((client, account.Time.GetUtcNow()));
                }
            }
        }

        var minted = account.Minted().OrderBy(key => key.CreatedDate).ToList();
        Assert.Equal(first.Id, minted[0].Id); // no key before it, and none after it is deleted yet
        var (second, third) = (minted[1].CreatedDate, minted[2].CreatedDate);
        // The first rotation leaves it behind, the second would disable its key.
        Assert.InRange(named!.Value - second, TimeSpan.FromDays(1), TimeSpan.FromDays(2));
        Assert.Contains(account.Printed, text => text.Contains($"with AWSPREVIOUS's key {first.Id} yesterday", StringComparison.Ordinal));
        Assert.Contains(account.Printed, text => text.Contains($"key {first.Id} stays enabled, until {third + Hold:u} at the latest", StringComparison.Ordinal));
        Assert.Contains(account.Printed, text => text.Contains($"the hold of key {first.Id} ended at {third + Hold:u}, so it is disabled: requests today ", StringComparison.Ordinal));
        Assert.Equal([3], refused.Select(refusal => refusal.Client).Distinct());
        Assert.InRange(refused[0].At, third + Hold, third + Hold + TimeSpan.FromHours(3)); // the schedule's hour and a half, and the clients' hour
        Assert.False(minted[0].Enabled);
    }

    /// <summary>An hour goes by, and what the stack's schedules invoke in it is over. One that looks every hour does so in its first half.</summary>
    private static async Task PassHourAsync(DeployerAccount account)
    {
        account.Time.Advance(TimeSpan.FromHours(1));
        await account.Aws.SecretsManager.SettledAsync();
        await account.IdleAsync();
    }
}
