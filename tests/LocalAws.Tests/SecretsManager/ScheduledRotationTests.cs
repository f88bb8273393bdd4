using Amazon.SecretsManager.Model;

namespace LocalAws.Tests.SecretsManager;

/// <summary>The clock stands at noon of Wednesday, 1 January 2025.</summary>
public sealed class ScheduledRotationTests
{
    private static readonly string[] Steps = ["createSecret", "setSecret", "testSecret", "finishSecret"];

    [Fact]
    public async Task A_rotation_starts_when_its_window_opens_and_the_schedule_goes_on()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = (await account.CreateSecretAsync()).VersionId;
        var function = await ScheduleAsync(account, "cron(0 16 ? * FRI *)", duration: "2h");

        Assert.Equal(At(3, 17, 59, 59), await NextDateAsync(account));
        await AdvanceAsync(account, At(3, 16).AddSeconds(-1));
        Assert.Empty(function.Events);
        await AdvanceAsync(account, At(3, 16));

        Assert.Equal(Steps, function.Steps);
        var rotated = Assert.Single(account.Aws.SecretsManager.Rotations, rotation => rotation.Steps.Count == 4);
        Assert.Equal(RotationOutcome.Succeeded, rotated.Outcome);
        Assert.Equal(new Dictionary<string, string> { [first] = "AWSPREVIOUS", [rotated.VersionId] = "AWSCURRENT" }, await account.LabelsAsync());
        var secret = await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" });
        Assert.Equal((At(3, 16), At(10, 17, 59, 59)), (secret.LastRotatedDate, secret.NextRotationDate));

        await AdvanceAsync(account, At(10, 16));
        Assert.Equal([.. Steps, .. Steps], function.Steps);
        Assert.Equal(2, function.Events.Select(rotation => rotation.ClientRequestToken).Distinct().Count());
    }

    [Fact]
    public async Task A_date_that_is_further_off_than_any_timer_reaches_comes_all_the_same()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        var function = await ScheduleAsync(account, "rate(300 days)");

        await AdvanceAsync(account, At(1, 0).AddDays(299));
        Assert.Empty(function.Events);
        await AdvanceAsync(account, At(1, 0).AddDays(300));

        Assert.Equal(Steps, function.Steps);
    }

    [Fact]
    public async Task A_clock_that_skips_whole_windows_gets_one_rotation_for_them()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        var function = await ScheduleAsync(account, "rate(4 hours)");

        await AdvanceAsync(account, At(2, 11));

        Assert.Equal(Steps, function.Steps);
        Assert.Equal(At(2, 12, 59, 59), await NextDateAsync(account));
    }

    [Fact]
    public async Task What_fails_is_retried_from_createSecret_until_the_window_closes_and_in_the_next_one_with_the_same_version()
    {
        await using var account = await LocalAwsAccount.StartAsync(new EmbeddedAwsOptions { RotationAttempts = 100, RotationRetryDelay = TimeSpan.FromMinutes(25) });
        var first = (await account.CreateSecretAsync()).VersionId;
        var function = await ScheduleAsync(account, "cron(0 16 * * ? *)", duration: "1h");
        function.Before = _ => throw new InvalidOperationException("never");
        account.Aws.SecretsManager.StepFinished += _ => account.Clock.Advance(TimeSpan.FromMinutes(25));

        await AdvanceAsync(account, At(1, 16));

        Assert.Equal(["createSecret", "createSecret", "createSecret"], function.Steps);
        var token = Assert.Single(function.Events.Select(rotation => rotation.ClientRequestToken).Distinct());
        Assert.Equal(RotationOutcome.Failed, account.Aws.SecretsManager.Rotations[^1].Outcome);
        Assert.Equal(new Dictionary<string, string> { [first] = "AWSCURRENT", [token] = "AWSPENDING" }, await account.LabelsAsync());
        Assert.Equal(At(1, 16, 59, 59), await NextDateAsync(account));

        function.Before = null;
        await AdvanceAsync(account, At(2, 16));
        Assert.Equal(Steps, function.Steps.Skip(3));
        Assert.All(function.Events, rotation => Assert.Equal(token, rotation.ClientRequestToken));
        Assert.Equal(new Dictionary<string, string> { [first] = "AWSPREVIOUS", [token] = "AWSCURRENT" }, await account.LabelsAsync());
        Assert.Equal(At(3, 16, 59, 59), await NextDateAsync(account));
    }

    [Fact]
    public async Task A_window_has_no_more_attempts_than_a_rotation_that_was_asked_for()
    {
        await using var account = await LocalAwsAccount.StartAsync(new EmbeddedAwsOptions { RotationAttempts = 2, RotationRetryDelay = TimeSpan.FromMinutes(1) });
        await account.CreateSecretAsync();
        var function = await ScheduleAsync(account, "rate(1 day)");
        function.Before = _ => throw new InvalidOperationException("never");
        account.Aws.SecretsManager.StepFinished += _ => account.Clock.Advance(TimeSpan.FromMinutes(1));

        await AdvanceAsync(account, At(2, 0));

        Assert.Equal(["createSecret", "createSecret"], function.Steps);
    }

    [Fact]
    public async Task A_rotation_that_was_asked_for_and_failed_is_tried_again_when_a_window_opens()
    {
        await using var account = await LocalAwsAccount.StartAsync(new EmbeddedAwsOptions { RotationAttempts = 1 });
        await account.CreateSecretAsync();
        var function = new RotatingFunction(account) { Before = _ => throw new InvalidOperationException("not yet") };
        var token = (await account.SecretsManager.RotateSecretAsync(Request(function, new RotationRulesType { ScheduleExpression = "rate(1 day)" }, immediately: true))).VersionId;
        await account.Aws.SecretsManager.SettledAsync();

        function.Before = null;
        await AdvanceAsync(account, At(2, 0));

        Assert.Equal(["createSecret", .. Steps], function.Steps);
        Assert.Equal("AWSCURRENT", (await account.LabelsAsync())[token]);
    }

    [Fact]
    public async Task A_window_that_opens_during_a_rotation_waits_for_it_and_then_is_used_only_if_it_failed()
    {
        foreach (var fails in new[] { false, true })
        {
            await using var account = await LocalAwsAccount.StartAsync(new EmbeddedAwsOptions { RotationAttempts = 1 });
            await account.CreateSecretAsync();
            var function = new RotatingFunction(account);
            function.Before = _ =>
            {
                function.Before = null;
                return fails ? throw new InvalidOperationException("not yet") : Task.CompletedTask;
            };
            account.Aws.SecretsManager.StepFinished += _ =>
            {
                if (function.Events.Count == 1)
                {
                    account.Clock.Advance(At(2, 1) - account.Clock.GetUtcNow().UtcDateTime);
                }
            };

            await account.SecretsManager.RotateSecretAsync(Request(function, new RotationRulesType { ScheduleExpression = "rate(1 day)" }, immediately: true));
            await account.Aws.SecretsManager.SettledAsync();

            Assert.Equal(fails ? ["createSecret", .. Steps] : Steps, function.Steps);
            Assert.Equal(At(3, 23, 59, 59), await NextDateAsync(account));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AutomaticallyAfterDays_counts_from_the_last_value_that_was_written_by_hand(bool put)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        var function = new RotatingFunction(account);
        await account.SecretsManager.RotateSecretAsync(Request(function, new RotationRulesType { AutomaticallyAfterDays = 10 }, immediately: true));
        await account.Aws.SecretsManager.SettledAsync();
        Assert.Equal(At(11, 23, 59, 59), await NextDateAsync(account));

        await AdvanceAsync(account, At(5, 12));
        if (put)
        {
            await account.SecretsManager.PutSecretValueAsync(new PutSecretValueRequest { SecretId = "payments", SecretString = "mine" });
        }
        else
        {
            await account.SecretsManager.UpdateSecretAsync(new UpdateSecretRequest { SecretId = "payments", SecretString = "mine" });
        }

        Assert.Equal(At(15, 23, 59, 59), await NextDateAsync(account));
        await AdvanceAsync(account, At(14, 23));
        Assert.Equal(Steps, function.Steps);
        await AdvanceAsync(account, At(15, 0));
        Assert.Equal([.. Steps, .. Steps], function.Steps);
        Assert.Equal(At(25, 23, 59, 59), await NextDateAsync(account));
    }

    [Fact]
    public async Task A_value_written_by_hand_abandons_a_scheduled_rotation_too_and_the_schedule_goes_on()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        var function = await ScheduleAsync(account, "rate(1 day)");
        function.Before = async rotation =>
        {
            function.Before = null;
            await account.SecretsManager.PutSecretValueAsync(new PutSecretValueRequest { SecretId = "payments", SecretString = "mine" });
        };

        await AdvanceAsync(account, At(2, 0));

        Assert.Equal(["createSecret"], function.Steps);
        Assert.Equal(RotationOutcome.Abandoned, account.Aws.SecretsManager.Rotations[^1].Outcome);
        Assert.DoesNotContain("AWSPENDING", (await account.LabelsAsync()).Values);
        await AdvanceAsync(account, At(3, 0));
        Assert.Equal(["createSecret", .. Steps], function.Steps);
    }

    [Fact]
    public async Task New_rules_replace_the_schedule_and_no_rules_leave_it()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        var function = await ScheduleAsync(account, "rate(1 day)");

        await account.SecretsManager.RotateSecretAsync(Request(function, rules: null, immediately: false));
        await account.Aws.SecretsManager.SettledAsync();
        Assert.Equal(At(2, 23, 59, 59), await NextDateAsync(account));

        await account.SecretsManager.RotateSecretAsync(Request(function, new RotationRulesType { ScheduleExpression = "cron(0 6 5 * ? *)" }, immediately: false));
        await account.Aws.SecretsManager.SettledAsync();
        function.Events.Clear();
        await AdvanceAsync(account, At(4, 0));
        Assert.Empty(function.Events);
        await AdvanceAsync(account, At(5, 6));
        Assert.Equal(Steps, function.Steps);
    }

    [Fact]
    public async Task While_a_rotation_is_not_complete_the_schedule_cannot_be_changed_either()
    {
        await using var account = await LocalAwsAccount.StartAsync(new EmbeddedAwsOptions { RotationAttempts = 1 });
        await account.CreateSecretAsync();
        var function = await ScheduleAsync(account, "rate(1 day)");
        function.Before = _ => throw new InvalidOperationException("never");
        await AdvanceAsync(account, At(2, 0));

        await AssertAws.RefusesAsync(
            400,
            "InvalidRequestException",
            "A previous rotation isn't complete. That rotation will be reattempted.",
            () => account.SecretsManager.RotateSecretAsync(Request(function, new RotationRulesType { ScheduleExpression = "rate(2 days)" }, immediately: false)));

        Assert.Equal("rate(1 day)", (await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" })).RotationRules.ScheduleExpression);
    }

    [Fact]
    public async Task Rules_that_are_refused_change_nothing()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        var function = await ScheduleAsync(account, "rate(1 day)");

        await AssertAws.RefusesAsync(400, "InvalidParameterException", text: null, () =>
            account.SecretsManager.RotateSecretAsync(Request(function, new RotationRulesType { ScheduleExpression = "rate(1 hour)" }, immediately: true)));

        Assert.Empty(function.Events);
        Assert.Equal(At(2, 23, 59, 59), await NextDateAsync(account));
    }

    [Fact]
    public async Task Cancelling_ends_the_schedule()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        var function = await ScheduleAsync(account, "rate(1 day)");

        await account.SecretsManager.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = "payments" });
        await AdvanceAsync(account, At(9, 0));

        Assert.Empty(function.Events);
        var secret = await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" });
        Assert.False(secret.RotationEnabled);
        Assert.Null(secret.NextRotationDate);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deleting_the_secret_ends_the_schedule(bool force)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        var function = await ScheduleAsync(account, "rate(1 day)");

        await account.SecretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = "payments", ForceDeleteWithoutRecovery = force });
        await AdvanceAsync(account, At(9, 0));
        Assert.Empty(function.Events);

        if (!force)
        {
            account.Aws.SecretsManager.RestoreSecret(new() { SecretId = "payments" });
            await AdvanceAsync(account, At(10, 0));
            Assert.Equal(Steps, function.Steps);
        }
    }

    [Fact]
    public async Task A_function_that_no_longer_admits_Secrets_Manager_is_not_invoked()
    {
        await using var account = await LocalAwsAccount.StartAsync(new EmbeddedAwsOptions { RotationAttempts = 1 });
        await account.CreateSecretAsync();
        var function = await ScheduleAsync(account, "rate(1 day)");
        account.Aws.Lambda.RemovePermission("rotate", "secretsmanager");

        await AdvanceAsync(account, At(2, 0));

        Assert.Empty(function.Events);
        var rotation = account.Aws.SecretsManager.Rotations[^1];
        Assert.Equal(RotationOutcome.Failed, rotation.Outcome);
        Assert.StartsWith("AccessDeniedException", Assert.Single(rotation.Steps).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_rotated_any_more_when_the_account_is_gone()
    {
        var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        var function = await ScheduleAsync(account, "rate(1 day)");

        await account.DisposeAsync();
        account.Clock.Advance(TimeSpan.FromDays(9));
        await account.Aws.SecretsManager.SettledAsync();

        Assert.Empty(function.Events);
    }

    private static DateTime At(int day, int hour, int minute = 0, int second = 0) => new(2025, 1, day, hour, minute, second, DateTimeKind.Utc);

    /// <summary>Sets a schedule on a function that has been tested and not yet called to rotate.</summary>
    private static async Task<RotatingFunction> ScheduleAsync(LocalAwsAccount account, string expression, string? duration = null)
    {
        var function = new RotatingFunction(account);
        await account.SecretsManager.RotateSecretAsync(
            Request(function, new RotationRulesType { ScheduleExpression = expression, Duration = duration }, immediately: false));
        await account.Aws.SecretsManager.SettledAsync();
        Assert.Equal(["testSecret"], function.Steps);
        function.Events.Clear();
        return function;
    }

    private static RotateSecretRequest Request(RotatingFunction function, RotationRulesType? rules, bool immediately) =>
        new() { SecretId = "payments", RotationLambdaARN = function.Arn, RotationRules = rules, RotateImmediately = immediately };

    private static async Task AdvanceAsync(LocalAwsAccount account, DateTime to)
    {
        account.Clock.Advance(to - account.Clock.GetUtcNow().UtcDateTime);
        await account.Aws.SecretsManager.SettledAsync();
    }

    private static async Task<DateTime?> NextDateAsync(LocalAwsAccount account) =>
        (await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" })).NextRotationDate?.ToUniversalTime();
}
