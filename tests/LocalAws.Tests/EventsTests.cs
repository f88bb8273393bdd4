using System.Globalization;

namespace LocalAws.Tests;

/// <summary>EventBridge's rules invoke functions.</summary>
public sealed class EventsTests
{
    private const string Rule = "rotation-check-orders";

    [Theory]
    [InlineData(false, null, true)]
    [InlineData(false, "123456789012", false)]
    [InlineData(true, null, true)]
    [InlineData(true, "123456789012", true)]
    [InlineData(true, "210987654321", false)]
    public async Task A_permission_with_SourceAccount_admits_only_rules_that_name_their_account(bool named, string? sourceAccount, bool invoked)
    {
        await using var account = await LocalAwsAccount.StartAsync(new() { Unknowns = new() { RulesNameTheirAccount = named } }, inProcess: true);
        Schedule(account, "rate(1 day)", sourceAccount);

        account.Clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal(invoked ? null : "AccessDeniedException", (await InvocationsAsync(account, 1))[0].ErrorCode);
    }

    [Fact]
    public async Task A_permission_with_the_ARN_of_other_rules_does_not_admit_a_rule()
    {
        await using var account = await LocalAwsAccount.StartAsync(inProcess: true);
        Schedule(account, "rate(1 day)", sourceAccount: null, rules: "others-*");

        account.Clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal("AccessDeniedException", (await InvocationsAsync(account, 1))[0].ErrorCode);
    }

    [Fact]
    public async Task A_throttled_event_is_tried_again_and_later_each_time_until_it_runs()
    {
        await using var account = await LocalAwsAccount.StartAsync(inProcess: true);
        var (end, runs) = (new TaskCompletionSource(), 0);
        Schedule(account, "rate(1 day)", reservedConcurrency: 1, run: async () =>
        {
            runs++;
            await end.Task;
        });
        account.Clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromMinutes(1));
        var busy = account.Aws.Lambda.InvokeAsync("rotate", "{}"u8.ToArray());

        account.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, account.Aws.Lambda.ThrottlesOf("rotate"));
        foreach (var (delay, throttles) in new[] { (1, 2), (2, 3), (4, 4) })
        {
            account.Clock.Advance(TimeSpan.FromSeconds(delay - 0.5));
            Assert.Equal(throttles - 1, account.Aws.Lambda.ThrottlesOf("rotate"));
            account.Clock.Advance(TimeSpan.FromSeconds(0.5));
            Assert.Equal(throttles, account.Aws.Lambda.ThrottlesOf("rotate"));
        }

        end.SetResult();
        await busy;
        account.Clock.Advance(TimeSpan.FromSeconds(8));

        Assert.Null((await InvocationsAsync(account, 1))[0].ErrorCode);
        Assert.Equal((2, 4), (runs, account.Aws.Lambda.ThrottlesOf("rotate")));
    }

    [Fact]
    public async Task An_event_that_is_throttled_for_six_hours_is_lost()
    {
        await using var account = await LocalAwsAccount.StartAsync(inProcess: true);
        Schedule(account, "rate(1 day)", reservedConcurrency: 0);
        account.Clock.Advance(TimeSpan.FromDays(1));

        for (var minutes = 0; minutes < (6 * 60) - 5; minutes++)
        {
            Assert.DoesNotContain(Invocations(account), record => record.ErrorCode is not null);
            account.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        account.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("TooManyRequestsException", (await InvocationsAsync(account, 1))[0].ErrorCode);
        var throttles = account.Aws.Lambda.ThrottlesOf("rotate");
        account.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(throttles, account.Aws.Lambda.ThrottlesOf("rotate"));
        Assert.InRange(throttles, 75, 82);
    }

    [Fact]
    public async Task A_function_that_is_deleted_while_its_event_waits_is_not_found()
    {
        await using var account = await LocalAwsAccount.StartAsync(inProcess: true);
        Schedule(account, "rate(1 day)", reservedConcurrency: 0);
        account.Clock.Advance(TimeSpan.FromDays(1));

        account.Aws.Lambda.Delete("rotate");
        account.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("ResourceNotFoundException", (await InvocationsAsync(account, 1))[0].ErrorCode);
    }

    [Theory]
    [InlineData("rate(1 minute)", "12:01", "12:02")]
    [InlineData("rate(2 hours)", "14:00", "16:00")]
    [InlineData("rate(1 day)", "1.12:00", "2.12:00")]
    [InlineData("cron(7 * * * ? *)", "12:07", "13:07")]
    [InlineData("cron(0 * * * ? *)", "13:00", "14:00")]
    [InlineData("cron(59 11 * * ? *)", "1.11:59", "2.11:59")]
    [InlineData("cron(0 12 * * ? *)", "1.12:00", "2.12:00")]
    [InlineData("cron(1 12 * * ? *)", "12:01", "1.12:01")]
    public async Task A_schedule_runs_at_its_times(string expression, string first, string second)
    {
        await using var account = await LocalAwsAccount.StartAsync(inProcess: true); // at 12:00
        Schedule(account, expression);
        var noon = TimeSpan.FromHours(12);
        foreach (var (time, count) in new[] { (first, 1), (second, 2) })
        {
            var until = TimeSpan.Parse(time, CultureInfo.InvariantCulture) - noon - (account.Clock.GetUtcNow() - account.Clock.Start);
            account.Clock.Advance(until - TimeSpan.FromSeconds(1));
            await InvocationsAsync(account, count - 1);
            account.Clock.Advance(TimeSpan.FromSeconds(1));
            await InvocationsAsync(account, count);
        }
    }

    [Theory]
    [InlineData("rate(1 days)")]
    [InlineData("rate(2 day)")]
    [InlineData("rate(0 days)")]
    [InlineData("rate(1 week)")]
    [InlineData("cron(0 12 * * * *)")]
    [InlineData("cron(60 12 * * ? *)")]
    [InlineData("cron(0 24 * * ? *)")]
    [InlineData("daily")]
    public async Task A_schedule_that_is_none_is_refused(string expression)
    {
        await using var account = await LocalAwsAccount.StartAsync(inProcess: true);
        Refused("ValidationException", () => account.Aws.Events.PutRule(Rule, expression));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a rule")]
    [InlineData("shop/orders")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task A_name_that_is_none_is_refused(string name)
    {
        await using var account = await LocalAwsAccount.StartAsync(inProcess: true);
        Refused("ValidationException", () => account.Aws.Events.PutRule(name, "rate(1 day)"));
    }

    [Fact]
    public async Task A_bus_takes_300_rules_and_a_rule_5_targets()
    {
        await using var account = await LocalAwsAccount.StartAsync(inProcess: true);
        foreach (var number in Enumerable.Range(1, 300))
        {
            account.Aws.Events.PutRule($"rule-{number}", "rate(1 day)");
        }

        Refused("LimitExceededException", () => account.Aws.Events.PutRule("rule-301", "rate(1 day)"));
        account.Aws.Events.PutRule("rule-300", "rate(2 days)");
        foreach (var number in Enumerable.Range(1, 5))
        {
            account.Aws.Events.PutTarget("rule-1", $"target-{number}", "arn", null);
        }

        Refused("LimitExceededException", () => account.Aws.Events.PutTarget("rule-1", "target-6", "arn", null));
        account.Aws.Events.PutTarget("rule-1", "target-5", "another", null);
    }

    [Fact]
    public async Task A_target_takes_JSON_only()
    {
        await using var account = await LocalAwsAccount.StartAsync(inProcess: true);
        account.Aws.Events.PutRule(Rule, "rate(1 day)");
        Refused("ValidationException", () => account.Aws.Events.PutTarget(Rule, "function", "arn", "check"));
    }

    private static void Refused(string code, Action act) => Assert.Equal(code, Assert.Throws<AwsException>(act).Code);

    private static void Schedule(LocalAwsAccount account, string expression, string? sourceAccount = null, string rules = "rotation-*", int? reservedConcurrency = null, Func<Task>? run = null)
    {
        var function = account.Aws.Lambda.Register(
            "rotate",
            async _ =>
            {
                await (run?.Invoke() ?? Task.CompletedTask);
                return "{}"u8.ToArray();
            },
            new FunctionOptions { ReservedConcurrency = reservedConcurrency });
        account.Aws.Lambda.AddPermission(new()
        {
            FunctionName = "rotate",
            StatementId = "schedules",
            Action = "lambda:InvokeFunction",
            Principal = "events.amazonaws.com",
            SourceAccount = sourceAccount,
            SourceArn = $"arn:aws:events:{account.Aws.Region}:{account.Aws.AccountId}:rule/{rules}",
        });
        account.Aws.Events.PutRule(Rule, expression);
        account.Aws.Events.PutTarget(Rule, "function", function, """{"action":"check"}""");
    }

    private static IEnumerable<CallRecord> Invocations(LocalAwsAccount account) => account.Aws.Calls.Snapshot().Where(record => record.Call.AccessKeyId == "events.amazonaws.com");

    /// <summary>The invocations by rules so far, once there are so many and all are over.</summary>
    private static async Task<List<CallRecord>> InvocationsAsync(LocalAwsAccount account, int count)
    {
        var invocations = new List<CallRecord>();
        for (var waited = 0; waited < 1000 && invocations.Count < count; waited++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
            invocations = [.. Invocations(account)];
        }

        Assert.Equal(count, invocations.Count);
        return invocations;
    }
}
