using Amazon.SecretsManager.Model;

namespace LocalAws.Tests.SecretsManager;

/// <summary>How the events of a rotation reach the function.</summary>
public sealed class DeliveryTests
{
    private static readonly string[] Steps = ["createSecret", "setSecret", "testSecret", "finishSecret"];

    [Fact]
    public async Task Each_step_is_asked_about_once_and_delivered_once()
    {
        var asked = new List<StepEvent>();
        await using var account = await LocalAwsAccount.StartAsync();
        var function = new RotatingFunction(account);
        account.Aws.SecretsManager.Deliveries = step =>
        {
            asked.Add(step);
            return Delivery.Once;
        };

        var rotation = await RotateAsync(account, function);

        Assert.Equal(RotationOutcome.Succeeded, rotation.Outcome);
        Assert.Equal(Steps.Select(step => new StepEvent(rotation.SecretArn, rotation.VersionId, step, Attempt: 1)), asked);
        Assert.Equal(Steps, function.Steps);
    }

    [Theory]
    [InlineData(1, RotationOutcome.Succeeded)]
    [InlineData(2, RotationOutcome.Failed)]
    public async Task Of_two_deliveries_one_after_the_other_the_second_answer_counts(int failing, RotationOutcome outcome)
    {
        await using var account = await LocalAwsAccount.StartAsync(new EmbeddedAwsOptions { RotationAttempts = 1 });
        var function = new RotatingFunction(account);
        function.Before = rotation => rotation.Step is "setSecret" && function.Steps.Count(step => step is "setSecret") == failing
            ? throw new InvalidOperationException("failing")
            : Task.CompletedTask;
        account.Aws.SecretsManager.Deliveries = step => step.Step is "setSecret" ? Delivery.Twice : Delivery.Once;

        var rotation = await RotateAsync(account, function);

        Assert.Equal(outcome, rotation.Outcome);
        Assert.Equal(2, function.Steps.Count(step => step == "setSecret"));
    }

    [Theory]
    [InlineData(0, RotationOutcome.Succeeded)]
    [InlineData(1, RotationOutcome.Failed)]
    [InlineData(2, RotationOutcome.Failed)]
    public async Task Two_deliveries_at_once_run_at_the_same_time_and_fail_when_either_does(int failing, RotationOutcome outcome)
    {
        await using var account = await LocalAwsAccount.StartAsync(new EmbeddedAwsOptions { RotationAttempts = 1 });
        var function = new RotatingFunction(account);
        using var both = new Barrier(participantCount: 2);
        var (arrived, metAnother) = (0, true);
        function.Before = rotation =>
        {
            if (rotation.Step is not "setSecret")
            {
                return Task.CompletedTask;
            }

            var number = Interlocked.Increment(ref arrived);
            metAnother &= both.SignalAndWait(TimeSpan.FromSeconds(30));
            return number == failing ? throw new InvalidOperationException("failing") : Task.CompletedTask;
        };
        account.Aws.SecretsManager.Deliveries = step => step.Step is "setSecret" ? Delivery.TwiceAtOnce : Delivery.Once;

        Assert.Equal(outcome, (await RotateAsync(account, function)).Outcome);
        Assert.True(metAnother);
        Assert.Equal(2, arrived);
    }

    [Fact]
    public async Task A_lost_answer_fails_the_step_whatever_the_function_did_and_it_is_tried_again()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var function = new RotatingFunction(account);
        account.Aws.SecretsManager.Deliveries = step => step is { Step: "createSecret", Attempt: 1 } ? Delivery.AnswerLost : Delivery.Once;

        var rotation = await RotateAsync(account, function);

        Assert.Equal(RotationOutcome.Succeeded, rotation.Outcome);
        Assert.Equal(["createSecret", .. Steps], function.Steps);
        Assert.Equal([1, 2, 2, 2, 2], rotation.Steps.Select(step => step.Attempt));
        Assert.Equal("Injected: The function's answer was lost.", rotation.Steps[0].Error);
    }

    [Fact]
    public async Task An_event_comes_again_later_and_nobody_hears_the_answer()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var function = new RotatingFunction(account);
        account.Aws.SecretsManager.Deliveries = step => step.Step is "setSecret" ? Delivery.AgainAfter(TimeSpan.FromHours(3)) : Delivery.Once;
        var rotation = await RotateAsync(account, function);
        Assert.Equal(RotationOutcome.Succeeded, rotation.Outcome);

        function.Before = _ => throw new InvalidOperationException("too late");
        account.Clock.Advance(TimeSpan.FromHours(2));
        await account.Aws.SecretsManager.SettledAsync();
        Assert.Equal(Steps, function.Steps);
        account.Clock.Advance(TimeSpan.FromHours(1));
        await account.Aws.SecretsManager.SettledAsync();
        account.Clock.Advance(TimeSpan.FromHours(10));
        await account.Aws.SecretsManager.SettledAsync();

        Assert.Equal([.. Steps, "setSecret"], function.Steps);
        Assert.Equal(function.Events[1], function.Events[4]);
        Assert.Single(account.Aws.SecretsManager.Rotations);
        Assert.Equal("AWSCURRENT", (await account.LabelsAsync())[rotation.VersionId]);
    }

    [Fact]
    public async Task A_history_that_is_cleared_while_a_step_runs_leaves_the_step_its_later_calls()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var function = new RotatingFunction(account);
        function.Before = rotation =>
        {
            if (rotation.Step is "createSecret")
            {
                account.Aws.Calls.Clear();
                account.Aws.SecretsManager.ClearRotations();
            }

            return Task.CompletedTask;
        };

        var rotation = await RotateAsync(account, function);

        Assert.Equal(["GetSecretValue", "PutSecretValue"], rotation.Steps[0].Calls.Select(record => record.Call.Operation));
        account.Aws.SecretsManager.ClearRotations();
        Assert.Empty(account.Aws.SecretsManager.Rotations);
    }

    private static async Task<RotationRecord> RotateAsync(LocalAwsAccount account, RotatingFunction function)
    {
        await account.CreateSecretAsync();
        await account.SecretsManager.RotateSecretAsync(new RotateSecretRequest { SecretId = "payments", RotationLambdaARN = function.Arn });
        var settled = account.Aws.SecretsManager.SettledAsync();
        while (await Task.WhenAny(settled, Task.Delay(20)) != settled)
        {
            account.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        return Assert.Single(account.Aws.SecretsManager.Rotations);
    }
}
