using LocalAws.Scheduler;

namespace LocalAws.Tests.Scheduler;

/// <summary>Schedules invoke functions: when, with whose permission, and what happens to an invocation that Lambda does not run at once.</summary>
public sealed class ScheduledInvocationTests
{
    private static readonly TimeSpan UntilFirst = TimeSpan.FromHours(1); // the clock starts at 12:00, the schedule of these tests runs at 13:00

    [Theory]
    [InlineData("cron(7 * * * ? *)", "12:07", "13:07")]
    [InlineData("cron(0 * * * ? *)", "13:00", "14:00")]
    [InlineData("cron(59 11 * * ? *)", "1.11:59", "2.11:59")]
    [InlineData("cron(0 12 * * ? *)", "1.12:00", "2.12:00")]
    [InlineData("cron(1 12 * * ? *)", "12:01", "1.12:01")]
    public async Task Without_a_window_it_runs_at_its_times(string expression, string first, string second)
    {
        await using var account = await ScheduledAccount.StartAsync();
        account.Create(account.Request() with { ScheduleExpression = expression });
        foreach (var (time, count) in new[] { (first, 1), (second, 2) })
        {
            account.AdvanceTo(TimeSpan.Parse(time, System.Globalization.CultureInfo.InvariantCulture) - TimeSpan.FromSeconds(1));
            await account.InvocationsAsync(count - 1);
            account.Clock.Advance(TimeSpan.FromSeconds(1));
            await account.InvocationsAsync(count);
        }
    }

    [Fact]
    public async Task In_a_flexible_window_it_runs_once_for_each_time_with_a_delay()
    {
        await using var account = await ScheduledAccount.StartAsync();
        var window = new FlexibleTimeWindow("FLEXIBLE", 120);
        var arn = account.Create(account.Request() with { ScheduleExpression = "cron(0 6 * * ? *)", FlexibleTimeWindow = window }).ScheduleArn;
        foreach (var day in Enumerable.Range(1, 3))
        {
            var scheduled = account.Clock.Start.Date.AddDays(day).AddHours(6);
            var due = TimeSpan.FromHours((24 * day) + 6) + CronSchedule.DelayOf(arn, new DateTimeOffset(scheduled, TimeSpan.Zero), window);
            account.AdvanceTo(due - TimeSpan.FromSeconds(1));
            await account.InvocationsAsync(day - 1);
            account.Clock.Advance(TimeSpan.FromSeconds(1));
            await account.InvocationsAsync(day);
        }
    }

    [Fact]
    public void Delays_are_spread_over_the_window_and_differ_from_schedule_to_schedule_and_from_day_to_day()
    {
        var delays = (from schedule in Enumerable.Range(1, 50)
                      from day in Enumerable.Range(1, 10)
                      select (schedule, Delay: CronSchedule.DelayOf($"check-{schedule}", new DateTimeOffset(2025, 1, day, 6, 0, 0, TimeSpan.Zero), new("FLEXIBLE", 120)))).ToList();

        Assert.All(delays, delay => Assert.InRange(delay.Delay, TimeSpan.Zero, TimeSpan.FromMinutes(120) - TimeSpan.FromSeconds(1)));
        Assert.All(Enumerable.Range(0, 4), quarter => Assert.InRange(delays.Count(delay => (int)(delay.Delay.TotalMinutes / 30) == quarter), 95, 155));
        Assert.All(delays.GroupBy(delay => delay.schedule), schedule => Assert.InRange(schedule.Distinct().Count(), 9, 10));
        Assert.Equal(TimeSpan.Zero, CronSchedule.DelayOf("check", DateTimeOffset.UnixEpoch, new("OFF")));
    }

    [Fact]
    public async Task A_disabled_a_deleted_and_a_changed_schedule_do_not_run_as_they_did()
    {
        await using var account = await ScheduledAccount.StartAsync();
        account.Create(account.Request("disabled") with { State = "DISABLED" });
        account.Create(account.Request("deleted"));
        account.Create(account.Request("changed"));
        account.Aws.Scheduler.DeleteSchedule("deleted");
        account.Aws.Scheduler.UpdateSchedule(account.Request("changed") with { ScheduleExpression = "cron(30 * * * ? *)" });

        account.Clock.Advance(TimeSpan.FromMinutes(29));
        await account.InvocationsAsync(0);
        account.Clock.Advance(TimeSpan.FromMinutes(1));
        await account.InvocationsAsync(1);
        account.Clock.Advance(TimeSpan.FromMinutes(40)); // beyond 13:00
        await account.InvocationsAsync(1);
    }

    [Fact]
    public async Task An_invocation_may_be_delivered_twice()
    {
        await using var account = await ScheduledAccount.StartAsync();
        account.Create(account.Request());
        account.Aws.Scheduler.Copies = 2;

        account.Clock.Advance(UntilFirst);

        await account.InvocationsAsync(2);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("""{"StringEquals":{"aws:SourceAccount":"123456789012"}}""", true)]
    [InlineData("""{"StringEquals":{"aws:SourceAccount":"210987654321"}}""", false)]
    [InlineData("""{"StringEquals":{"aws:SourceArn":"arn:aws:scheduler:eu-west-1:123456789012:schedule-group/default"}}""", true)]
    [InlineData("""{"StringEquals":{"aws:SourceArn":"arn:aws:scheduler:eu-west-1:123456789012:schedule-group/other"}}""", false)]
    [InlineData("""{"ArnLike":{"aws:SourceArn":"arn:aws:scheduler:eu-west-1:123456789012:schedule/default/*"}}""", false)]
    public async Task A_role_is_assumed_on_behalf_of_the_account_and_the_group(string? condition, bool assumed)
    {
        await using var account = await ScheduledAccount.StartAsync();
        var role = account.MakeRole("conditional", condition);

        var refusal = Record.Exception(() => account.Create(account.Request() with { Target = account.Target with { RoleArn = role } })) as AwsException;

        Assert.Equal(assumed, refusal is null);
        if (!assumed)
        {
            Assert.Equal(
                (400, "ValidationException", "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."),
                (refusal!.Status, refusal.Code, refusal.Message));
        }
    }

    [Theory]
    [InlineData("lambda:InvokeFunction", "rotate", null)]
    [InlineData("lambda:InvokeFunction", "other", "AccessDeniedException")]
    [InlineData("lambda:InvokeFunction", "rotate:operators", "AccessDeniedException")]
    [InlineData("lambda:InvokeAsync", "rotate", "AccessDeniedException")]
    public async Task The_role_needs_the_permission_to_invoke_the_function_when_the_schedule_runs(string action, string function, string? error)
    {
        await using var account = await ScheduledAccount.StartAsync();
        account.Create(account.Request());
        account.Allow(action, function);

        account.Clock.Advance(UntilFirst);

        Assert.Equal(error, (await account.InvocationsAsync(1))[0].ErrorCode);
        Assert.Equal(error is null ? 1 : 0, account.Runs);
    }

    [Fact]
    public async Task A_deleted_role_is_not_assumed_any_more()
    {
        await using var account = await ScheduledAccount.StartAsync();
        account.Create(account.Request());
        account.Aws.Iam.DeleteRolePolicy("schedules", "invoke");
        account.Aws.Iam.DeleteRole("schedules");

        account.Clock.Advance(UntilFirst);

        Assert.Equal("AccessDeniedException", (await account.InvocationsAsync(1))[0].ErrorCode);
    }

    [Fact]
    public async Task What_Lambda_does_not_accept_is_tried_again_and_later_each_time()
    {
        await using var account = await ScheduledAccount.StartAsync();
        account.Create(account.Request());
        var refused = 0;
        account.Aws.Faults = call => call.AccessKeyId is "scheduler.amazonaws.com" && refused++ < 3 ? Fault.Throttled(TimeSpan.Zero) : null;

        account.Clock.Advance(UntilFirst);
        foreach (var (delay, tries) in new[] { (1, 2), (2, 3), (4, 4) })
        {
            account.Clock.Advance(TimeSpan.FromSeconds(delay - 0.5));
            Assert.Equal(tries - 1, refused);
            account.Clock.Advance(TimeSpan.FromSeconds(0.5));
            Assert.Equal(tries, refused);
        }

        Assert.Null((await account.InvocationsAsync(1))[0].ErrorCode);
    }

    [Theory]
    [InlineData(60, 185, 6)] // seconds 0, 1, 3, 7, 15 and 31
    [InlineData(86_400, 2, 3)]
    [InlineData(86_400, 0, 1)]
    public async Task An_invocation_is_dropped_when_its_retry_policy_is_used_up(int maximumEventAge, int maximumAttempts, int tries)
    {
        await using var account = await ScheduledAccount.StartAsync();
        account.Create(account.Request() with { Target = account.Target with { RetryPolicy = new(maximumEventAge, maximumAttempts) } });
        var refused = 0;
        account.Aws.Faults = _ =>
        {
            refused++;
            return Fault.Error(500, "ServiceException", "no");
        };

        account.Clock.Advance(UntilFirst);
        for (var second = 0; second < 90; second++)
        {
            account.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("ServiceException", (await account.InvocationsAsync(1))[0].ErrorCode);
        Assert.Equal(tries, refused);
    }

    [Fact]
    public async Task An_event_that_a_function_has_no_place_for_is_tried_again_and_later_each_time_until_it_runs()
    {
        var end = new TaskCompletionSource();
        await using var account = await ScheduledAccount.StartAsync(reservedConcurrency: 1, run: () => end.Task);
        account.Create(account.Request());
        account.Clock.Advance(UntilFirst - TimeSpan.FromMinutes(1));
        var busy = account.Aws.Lambda.InvokeAsync("rotate", "{}"u8.ToArray());

        account.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, account.Throttles);
        foreach (var (delay, throttles) in new[] { (1, 2), (2, 3), (4, 4) })
        {
            account.Clock.Advance(TimeSpan.FromSeconds(delay - 0.5));
            Assert.Equal(throttles - 1, account.Throttles);
            account.Clock.Advance(TimeSpan.FromSeconds(0.5));
            Assert.Equal(throttles, account.Throttles);
        }

        end.SetResult();
        await busy;
        account.Clock.Advance(TimeSpan.FromSeconds(8));

        Assert.Null((await account.InvocationsAsync(1))[0].ErrorCode);
        Assert.Equal((2, 4), (account.Runs, account.Throttles));
    }

    [Fact]
    public async Task An_event_that_is_throttled_for_six_hours_is_lost()
    {
        await using var account = await ScheduledAccount.StartAsync(reservedConcurrency: 0);
        account.Create(account.Request() with { ScheduleExpression = "cron(0 13 * * ? *)" });
        account.Clock.Advance(UntilFirst);

        for (var minutes = 0; minutes < (6 * 60) - 5; minutes++)
        {
            Assert.DoesNotContain(account.Invocations, record => record.ErrorCode is not null);
            account.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        account.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("TooManyRequestsException", (await account.InvocationsAsync(1))[0].ErrorCode);
        var throttles = account.Throttles;
        account.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(throttles, account.Throttles);
        Assert.InRange(throttles, 75, 82);
    }

    [Theory]
    [InlineData(1, 2, null)]
    [InlineData(2, 3, null)]
    [InlineData(5, 3, "Unhandled")]
    public async Task A_function_that_fails_runs_three_times_at_most(int failures, int runs, string? error)
    {
        var failed = 0;
        await using var account = await ScheduledAccount.StartAsync(run: () => failed++ < failures ? throw new InvalidOperationException("no") : Task.CompletedTask);
        account.Create(account.Request() with { ScheduleExpression = "cron(0 13 * * ? *)" });
        account.Clock.Advance(UntilFirst);

        foreach (var (minutes, expected) in new[] { (0, 1), (1, 2), (2, 3) })
        {
            if (expected > 1)
            {
                account.Clock.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
                Assert.Equal(Math.Min(expected - 1, runs), account.Runs);
                account.Clock.Advance(TimeSpan.FromSeconds(1));
            }

            await account.RunsAsync(Math.Min(expected, runs));
        }

        Assert.Equal(error, (await account.InvocationsAsync(1))[0].ErrorCode);
    }

    [Fact]
    public async Task A_function_that_is_deleted_while_its_event_waits_is_not_found()
    {
        await using var account = await ScheduledAccount.StartAsync(reservedConcurrency: 0);
        account.Create(account.Request());
        account.Clock.Advance(UntilFirst);

        account.Aws.Lambda.Delete("rotate");
        account.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("ResourceNotFoundException", (await account.InvocationsAsync(1))[0].ErrorCode);
    }
}
