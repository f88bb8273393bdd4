using System.Collections.Concurrent;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace Conformance;

/// <summary>RotateSecret, and what Secrets Manager does then.</summary>
public sealed class RotationTests
{
    private const string NotComplete = "A previous rotation isn't complete. That rotation will be reattempted.";
    private static readonly string[] Steps = ["createSecret", "setSecret", "testSecret", "finishSecret"];

    [Fact, Shows("rotation-1", "rotation-2", "rotation-3", "rotation-4", "rotation-5", "rotation-38")]
    public async Task The_function_is_called_once_a_step()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var function = account.Function;
        var secret = await account.CreateSecretAsync();

        var version = await account.RotateAsync(secret);

        Assert.Equal(Steps, function.Steps);
        Assert.All(function.Texts("SecretId"), id => Assert.Equal(secret, id));
        Assert.All(function.Texts("ClientRequestToken"), token => Assert.Equal(version, token));
        Assert.Equal(4, function.Texts("RotationToken").Distinct().Count());
    }

    [Fact, Shows("rotation-12", "rotation-13", "version-24", "version-35")]
    public async Task The_rotated_version_is_current_and_no_longer_pending()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var first = ConformanceAccount.NewToken();
        var secret = await account.CreateSecretAsync(token: first);
        Assert.Null((await account.DescribeAsync(secret)).LastRotatedDate);
        var version = ConformanceAccount.NewToken();

        Assert.Equal(version, await account.RotateAsync(secret, version, rules: new() { AutomaticallyAfterDays = 30 }));

        await account.UntilAsync(async () => (await account.LabelsAsync(secret))[version] == "AWSCURRENT");
        Assert.Equal(new() { [first] = "AWSPREVIOUS", [version] = "AWSCURRENT" }, await account.LabelsAsync(secret));
        var described = await account.DescribeAsync(secret);
        Assert.True(described.RotationEnabled);
        Assert.Equal(account.FunctionArn, described.RotationLambdaARN);
        Assert.Equal(30, described.RotationRules.AutomaticallyAfterDays);
        Assert.NotNull(described.LastRotatedDate);
    }

    [Fact, Shows("rotation-7", "rotation-8", "rotation-9", "rotation-11")]
    public async Task The_first_step_finds_an_empty_pending_version_and_fills_it()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var answered = new TaskCompletionSource();
        var found = new TaskCompletionSource<string>();
        var secret = await account.CreateSecretAsync();
        var token = ConformanceAccount.NewToken();
        var function = account.Function;
        function.IsIdle = true;
        function.After = async (step, _) =>
        {
            if (step is not "createSecret")
            {
                return;
            }

            await answered.Task;
            var byLabel = await Assert.ThrowsAsync<ResourceNotFoundException>(() => account.ReadAsync(secret, "AWSPENDING"));
            await Assert.ThrowsAsync<ResourceNotFoundException>(() => account.ReadAsync(secret, "AWSPENDING", token));
            var labels = (await account.LabelsAsync(secret))[token];
            await account.PutAsync(secret, "v2", token, "AWSPENDING");
            found.SetResult($"{labels}: {byLabel.Message} {await account.ReadAsync(secret, "AWSPENDING", token)}");
        };

        await account.SecretsManager.RotateSecretAsync(new RotateSecretRequest { SecretId = secret, RotationLambdaARN = function.Arn, ClientRequestToken = token });
        answered.SetResult();
        await account.SettledAsync(secret);

        Assert.True(found.Task.IsCompleted);
        Assert.Equal("AWSPENDING: Secrets Manager can't find the specified secret value for staging label: AWSPENDING v2", await found.Task);
    }

    [Theory, Shows("rotation-6")]
    [InlineData("createSecret", 1)]
    [InlineData("setSecret", 2)]
    [InlineData("testSecret", 3)]
    public async Task A_step_that_throws_fails_and_ends_the_attempt(string failing, int calls)
    {
        await using var account = await ConformanceAccount.StartAsync();
        account.Function.After = (step, _) => step == failing ? throw new InvalidOperationException("no") : Task.CompletedTask;
        var first = ConformanceAccount.NewToken();
        var secret = await account.CreateSecretAsync(token: first);

        var version = await account.RotateAsync(secret);

        Assert.Equal(Steps[..calls], account.Function.Steps);
        Assert.Equal(new() { [first] = "AWSCURRENT", [version] = "AWSPENDING" }, await account.LabelsAsync(secret));
    }

    [Fact, Shows("rotation-15", "rotation-16")]
    public async Task RotateImmediately_false_tests_a_copy_of_the_current_value_and_removes_it()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var seen = new ConcurrentQueue<string>();
        var first = ConformanceAccount.NewToken();
        var secret = await account.CreateSecretAsync(token: first);
        account.Function.After = async (_, sent) =>
        {
            var labels = await account.LabelsAsync(secret);
            seen.Enqueue(labels[first]);
            seen.Enqueue(labels[sent.GetProperty("ClientRequestToken").GetString()!]);
            seen.Enqueue(await account.ReadAsync(secret, "AWSPENDING"));
        };

        await account.RotateAsync(secret, immediately: false);

        Assert.Equal(["testSecret"], account.Function.Steps);
        Assert.NotEqual(first, Assert.Single(account.Function.Texts("ClientRequestToken")));
        Assert.Equal(["AWSCURRENT", "AWSPENDING", "v1"], seen);
        Assert.Equal(new() { [first] = "AWSCURRENT" }, await account.LabelsAsync(secret));
    }

    [Theory, Shows("rotation-17")]
    [InlineData(null)]
    [InlineData(false)]
    public async Task RotateSecret_sets_the_schedule(bool? immediately)
    {
        await using var account = await ConformanceAccount.StartAsync();
        var secret = await account.CreateSecretAsync();

        await account.RotateAsync(secret, immediately: immediately, rules: new() { ScheduleExpression = "rate(12 hours)", Duration = "2h" });
        await account.RotateAsync(secret, immediately: immediately, rules: new() { ScheduleExpression = "rate(10 days)" });

        var described = await account.DescribeAsync(secret);
        Assert.Equal(("rate(10 days)", null), (described.RotationRules.ScheduleExpression, described.RotationRules.Duration));
        Assert.NotNull(described.NextRotationDate);
    }

    [Fact, Shows("rotation-18", "rotation-20")]
    public async Task A_failed_rotation_starts_again_at_createSecret_with_its_version()
    {
        await using var account = await ConformanceAccount.StartAsync(new EmbeddedAwsOptions { RotationAttempts = 3 });
        var (aws, clock, failures) = (account.Embedded, account.Clock, 0);
        aws.SecretsManager.StepFinished += step =>
        {
            if (step.Error is not null)
            {
                clock.Advance(TimeSpan.FromMinutes(1));
            }
        };
        account.Function.IsIdle = true;
        account.Function.After = async (step, sent) =>
        {
            var (id, token) = (sent.GetProperty("SecretId").GetString()!, sent.GetProperty("ClientRequestToken").GetString()!);
            switch (step)
            {
                case "createSecret":
                    await account.PutAsync(id, "v2", token, "AWSPENDING");
                    break;
                case "setSecret" when failures++ == 0:
                    throw new InvalidOperationException("no");
                case "finishSecret":
                    await account.MoveAsync(id, "AWSCURRENT", token, (await account.LabelsAsync(id)).Single(version => version.Value == "AWSCURRENT").Key);
                    break;
            }
        };
        var secret = await account.CreateSecretAsync();

        await account.RotateAsync(secret);

        Assert.Equal(["createSecret", "setSecret", .. Steps], account.Function.Steps);
        Assert.Single(account.Function.Texts("ClientRequestToken").Distinct());
        Assert.Equal("v2", await account.ReadAsync(secret));
    }

    [Fact, Shows("rotation-21", "rotation-22", "rotation-23", "rotation-24")]
    public async Task A_pending_version_blocks_RotateSecret_until_its_label_is_taken_off()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var secret = await account.CreateSecretAsync();
        await account.RotateAsync(secret, rules: new() { AutomaticallyAfterDays = 30 });
        await account.UntilAsync(async () => (await account.LabelsAsync(secret)).Values.All(labels => !labels.Contains("AWSPENDING", StringComparison.Ordinal)));
        var pending = await account.PutAsync(secret, "by hand", null, "AWSPENDING");

        await AssertAws.RefusesAsync(400, "InvalidRequestException", NotComplete, () => account.RotateAsync(secret));
        await AssertAws.RefusesAsync(
            400, "InvalidRequestException", NotComplete, () => account.RotateAsync(secret, immediately: false, rules: new() { AutomaticallyAfterDays = 7 }));
        Assert.Equal(30, (await account.DescribeAsync(secret)).RotationRules.AutomaticallyAfterDays);

        await account.SecretsManager.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = secret });
        Assert.False((await account.DescribeAsync(secret)).RotationEnabled);
        Assert.Equal("AWSPENDING", (await account.LabelsAsync(secret))[pending]);
        await AssertAws.RefusesAsync(400, "InvalidRequestException", NotComplete, () => account.RotateAsync(secret));

        await account.MoveAsync(secret, "AWSPENDING", to: null, from: pending);
        var version = await account.RotateAsync(secret);
        Assert.StartsWith("AWSCURRENT", (await account.LabelsAsync(secret))[version], StringComparison.Ordinal);
    }

    [Theory, Shows("rotation-25")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_new_current_value_abandons_the_rotation(bool update)
    {
        await using var account = await ConformanceAccount.StartAsync();
        account.Function.After = async (step, sent) =>
        {
            if (step is not "setSecret")
            {
                return;
            }

            var id = sent.GetProperty("SecretId").GetString()!;
            if (update)
            {
                await account.SecretsManager.UpdateSecretAsync(new UpdateSecretRequest { SecretId = id, SecretString = "by hand" });
            }
            else
            {
                await account.PutAsync(id, "by hand");
            }
        };
        var secret = await account.CreateSecretAsync();

        var version = await account.RotateAsync(secret);

        Assert.Equal("by hand", await account.ReadAsync(secret));
        Assert.DoesNotContain("AWSPENDING", (await account.LabelsAsync(secret)).Values);
        Assert.DoesNotContain(version, (await account.LabelsAsync(secret)).Keys);
        Assert.DoesNotContain("finishSecret", account.Function.Steps);
    }

    [Fact, Shows("rotation-40")]
    public async Task A_value_written_by_hand_after_a_rotation_does_not_keep_the_next_one_out()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var secret = await account.CreateSecretAsync();
        var rotated = await account.RotateAsync(secret);
        if ((await account.LabelsAsync(secret))[rotated] is "AWSCURRENT")
        {
            await account.MoveAsync(secret, "AWSPENDING", rotated, from: null);
        }

        await account.PutAsync(secret, "by hand");
        var next = await account.RotateAsync(secret);

        Assert.StartsWith("AWSCURRENT", (await account.LabelsAsync(secret))[next], StringComparison.Ordinal);
    }

    [Fact, Shows("rotation-26")]
    public async Task A_secret_without_a_function_is_not_rotated()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var secret = await account.CreateSecretAsync();
        await AssertAws.RefusesAsync(
            400,
            "InvalidRequestException",
            "No Lambda rotation function ARN is associated with this secret.",
            () => account.SecretsManager.RotateSecretAsync(new RotateSecretRequest { SecretId = secret }));
    }

    [Fact, Shows("rotation-27")]
    public async Task A_function_that_cannot_be_invoked_configures_nothing()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var secret = await account.CreateSecretAsync();
        var parts = secret.Split(':');
        await AssertAws.RefusesAsync(
            400,
            "AccessDeniedException",
            "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.",
            () => account.SecretsManager.RotateSecretAsync(
                new RotateSecretRequest { SecretId = secret, RotationLambdaARN = $"arn:aws:lambda:{parts[3]}:{parts[4]}:function:{ConformanceAccount.NewName()}" }));

        var described = await account.DescribeAsync(secret);
        Assert.Null(described.RotationEnabled);
        Assert.Null(described.RotationLambdaARN);
    }

    [Fact, Shows("rotation-29")]
    public async Task There_is_one_kind_of_schedule_at_a_time()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var secret = await account.CreateSecretAsync();
        await AssertAws.RefusesAsync(
            400,
            "InvalidParameterException",
            "You cannot specify both rotation frequency and schedule expression together.",
            () => account.RotateAsync(secret, rules: new() { AutomaticallyAfterDays = 3, ScheduleExpression = "rate(3 days)" }));
    }

    [Fact, Shows("rotation-30")]
    public async Task A_secret_without_a_value_is_rotated()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var found = new ConcurrentQueue<Dictionary<string, string>>();
        var secret = await account.CreateSecretAsync(value: null);
        account.Function.IsIdle = true;
        account.Function.After = async (_, _) => found.Enqueue(await account.LabelsAsync(secret));

        var version = await account.RotateAsync(secret);

        Assert.Equal(new() { [version] = "AWSPENDING" }, found.First());
    }

    [Theory, Shows("rotation-31", "rotation-32", "rotation-33", "rotation-34", "rotation-35")]
    [InlineData(0, null, null, false)]
    [InlineData(1, null, null, true)]
    [InlineData(1000, null, null, true)]
    [InlineData(1001, null, null, false)]
    [InlineData(null, "rate(3 hours)", null, false)]
    [InlineData(null, "rate(4 hours)", null, true)]
    [InlineData(null, "rate(1 day)", null, true)]
    [InlineData(null, "rate(2 weeks)", null, false)]
    [InlineData(null, "rate(4.5 hours)", null, false)]
    [InlineData(null, "cron(0 8 1 * ? *)", null, true)]
    [InlineData(null, "cron(0 */4 * * ? *)", null, true)]
    [InlineData(null, "cron(0 16 ? * 1#3 *)", null, true)]
    [InlineData(null, "cron(0 10 L * ? *)", null, true)]
    [InlineData(null, "cron(30 8 1 * ? *)", null, false)]
    [InlineData(null, "cron(0 8 1 * ? 2030)", null, false)]
    [InlineData(null, "cron(0 8 1 * 2 *)", null, false)]
    [InlineData(null, "cron(0 8 * * *)", null, false)]
    [InlineData(null, "rate(12 hours)", "3h", true)]
    [InlineData(null, "rate(12 hours)", "3", false)]
    [InlineData(null, "rate(12 hours)", "13h", false)]
    public async Task A_schedule_keeps_its_grammar(int? days, string? expression, string? duration, bool accepted)
    {
        await using var account = await ConformanceAccount.StartAsync();
        var secret = await account.CreateSecretAsync();
        var rules = new RotationRulesType { AutomaticallyAfterDays = days, ScheduleExpression = expression, Duration = duration };
        if (accepted)
        {
            await account.RotateAsync(secret, immediately: false, rules: rules);
            Assert.Equal(expression, (await account.DescribeAsync(secret)).RotationRules.ScheduleExpression);
        }
        else
        {
            await AssertAws.RefusesAsync(400, "InvalidParameterException", null, () => account.RotateAsync(secret, immediately: false, rules: rules));
        }
    }

    [Fact, Shows("rotation-32")]
    public async Task A_schedule_is_in_UTC()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var clock = account.Clock;
        var secret = await account.CreateSecretAsync();
        await account.RotateAsync(secret, immediately: false, rules: new() { ScheduleExpression = "cron(0 18 * * ? *)", Duration = "2h" });

        clock.SetUtcNow(new DateTimeOffset(2025, 1, 1, 17, 59, 0, TimeSpan.Zero));
        await account.SettledAsync(secret);
        Assert.Equal("v1", await account.ReadAsync(secret));
        clock.SetUtcNow(new DateTimeOffset(2025, 1, 1, 18, 0, 0, TimeSpan.Zero));
        await account.SettledAsync(secret);
        Assert.NotEqual("v1", await account.ReadAsync(secret));
    }

    [Fact, Shows("rotation-36")]
    public async Task A_value_written_by_hand_puts_the_next_rotation_off()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var clock = account.Clock;
        var secret = await account.CreateSecretAsync();
        await account.RotateAsync(secret, rules: new() { AutomaticallyAfterDays = 10 });
        var before = (await account.DescribeAsync(secret)).NextRotationDate;

        clock.Advance(TimeSpan.FromDays(5));
        await account.PutAsync(secret, "by hand");

        Assert.Equal(before + TimeSpan.FromDays(5), (await account.DescribeAsync(secret)).NextRotationDate);
    }

    [Fact, Shows("rotation-37")]
    public async Task A_function_that_does_not_move_AWSCURRENT_has_not_rotated()
    {
        await using var account = await ConformanceAccount.StartAsync();
        account.Function.IsIdle = true;
        account.Function.After = (step, sent) => step is "createSecret"
            ? account.PutAsync(sent.GetProperty("SecretId").GetString()!, "v2", sent.GetProperty("ClientRequestToken").GetString(), "AWSPENDING")
            : Task.CompletedTask;
        var first = ConformanceAccount.NewToken();
        var secret = await account.CreateSecretAsync(token: first);

        await account.RotateAsync(secret);

        Assert.Equal(Steps, account.Function.Steps);
        Assert.Equal("AWSCURRENT", (await account.LabelsAsync(secret))[first]);
    }
}
