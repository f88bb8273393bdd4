using System.Collections.Immutable;
using System.Net;
using LocalAws;
using Pulumi.Testing;
using RotationFunction.Tests;

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
    [InlineData(1, Traits = ["Category", "Proof"])]
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

    /// <summary>A role just made cannot be assumed for some seconds, and the provider waits for two minutes.</summary>
    [Theory]
    [InlineData(10, true)]
    [InlineData(180, false)]
    public async Task A_schedule_waits_until_its_new_role_can_be_assumed(int seconds, bool deployed)
    {
        await using var aws = EmbeddedAws.Create(new EmbeddedAwsOptions { TimeProvider = new JumpingTime(), PolicyLag = TimeSpan.FromSeconds(seconds) });
        var deployment = new LocalDeployment(new LocalDeploymentOptions { Aws = aws, RunFunction = _ => throw new NotSupportedException() });
        var failure = await Record.ExceptionAsync(() => deployment.UpAsync(async mocks =>
        {
            var role = await MakeAsync(mocks, "aws:iam/role:Role", "schedules", new()
            {
                ["assumeRolePolicy"] = """{"Statement":{"Effect":"Allow","Principal":{"Service":"scheduler.amazonaws.com"},"Action":"sts:AssumeRole"}}""",
            });
            await MakeAsync(mocks, "aws:scheduler/schedule:Schedule", "check", new()
            {
                ["scheduleExpression"] = "cron(0 6 * * ? *)",
                ["flexibleTimeWindow"] = Map(("mode", "OFF")),
                ["target"] = Map(("arn", $"arn:aws:lambda:{aws.Region}:{aws.AccountId}:function:rotate"), ("roleArn", role["arn"])),
            });
        }));

        Assert.Equal(deployed, failure is null);
        Assert.Equal(deployed ? 1 : 0, aws.Scheduler.Schedules.Count);
    }

    [Fact]
    public async Task One_deployment_replaces_the_rules_of_an_earlier_version_and_nothing_else()
    {
        await using var account = DeployerAccount.Start();
        account.Stack.Between = mocks => new RulesForSchedules(mocks);
        await account.UpAsync(OverlapTests.Configuration(account, "24h"));
        Assert.Empty(account.Aws.Scheduler.Schedules);

        account.Stack.Between = mocks => mocks;
        await account.UpAsync(OverlapTests.Configuration(account, "24h"));

        string[] schedules = ["rotation-check-shop-orders", "rotation-overlap-shop-orders"];
        Assert.Equal(
            [
                "create aws:iam/role:Role rotation-schedules", "create aws:iam/rolePolicy:RolePolicy rotation-schedules",
                .. schedules.Select(name => "create aws:scheduler/schedule:Schedule " + name),
                .. schedules.Select(name => "delete aws:cloudwatch/eventRule:EventRule " + name),
                .. schedules.Select(name => "delete aws:cloudwatch/eventTarget:EventTarget " + name),
                "delete aws:lambda/permission:Permission rotation-schedules",
            ],
            account.Deployment.Changes.Order(StringComparer.Ordinal));
        Assert.Null(await account.PassToScheduleAsync(OverlapTests.Schedule, TimeSpan.FromHours(1.5)));
        await account.Deployment.DestroyAsync();
        Assert.Empty(account.Deployment.Resources);
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

    private static async Task<ImmutableDictionary<string, object>> MakeAsync(IMocks mocks, string type, string name, Dictionary<string, object> inputs) =>
        (ImmutableDictionary<string, object>)(await mocks.NewResourceAsync(new MockResourceArgs { Type = type, Name = name, Inputs = inputs.ToImmutableDictionary() })).state;

    private static ImmutableDictionary<string, object> Map(params (string Name, object Value)[] values) => values.ToImmutableDictionary(value => value.Name, value => value.Value);

    /// <summary>Declares what the version before EventBridge Scheduler did: a rule with its target for each schedule, and a permission for rules.</summary>
    private sealed class RulesForSchedules(IMocks inner) : IMocks
    {
        private int _permissions;

        public async Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args)
        {
            if (args.Type == "aws:scheduler/schedule:Schedule")
            {
                var target = (ImmutableDictionary<string, object>)args.Inputs["target"];
                if (Interlocked.Increment(ref _permissions) == 1)
                {
                    await MakeAsync(inner, "aws:lambda/permission:Permission", "rotation-schedules", new()
                    {
                        ["action"] = "lambda:InvokeFunction",
                        ["function"] = ((string)target["arn"]).Split(':')[^1],
                        ["principal"] = "events.amazonaws.com",
                    });
                }

                var rule = await MakeAsync(inner, "aws:cloudwatch/eventRule:EventRule", args.Name!, new() { ["scheduleExpression"] = "cron(7 * * * ? *)" });
                await MakeAsync(inner, "aws:cloudwatch/eventTarget:EventTarget", args.Name!, new()
                {
                    ["rule"] = rule["name"],
                    ["arn"] = target["arn"],
                    ["input"] = target["input"],
                });
            }
            else if (args.Name != "rotation-schedules")
            {
                return await inner.NewResourceAsync(args);
            }

            return (args.Name, args.Inputs.SetItem("name", args.Name!).SetItem("arn", $"arn:aws:iam::123456789012:role/{args.Name}"));
        }

        public Task<object> CallAsync(MockCallArgs args) => inner.CallAsync(args);
    }
}
