using Amazon.SecretsManager.Model;

namespace LocalAws.Tests.SecretsManager;

public sealed class RotationTests
{
    private static readonly string[] Steps = ["createSecret", "setSecret", "testSecret", "finishSecret"];

    [Fact]
    public async Task A_rotation_calls_the_four_steps_and_the_service_takes_pending_off_in_the_end()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = await account.CreateSecretAsync();
        var function = new RotatingFunction(account);

        var rotated = await account.SecretsManager.RotateSecretAsync(new RotateSecretRequest { SecretId = "payments", RotationLambdaARN = function.Arn });
        await account.Aws.SecretsManager.SettledAsync();

        Assert.Equal(Steps, function.Steps);
        Assert.Equal(
            new Dictionary<string, string> { [first.VersionId] = "AWSPREVIOUS", [rotated.VersionId] = "AWSCURRENT" },
            await account.LabelsAsync());
        var secret = await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" });
        Assert.True(secret.RotationEnabled);
        Assert.Equal(function.Arn, secret.RotationLambdaARN);
        Assert.NotNull(secret.LastRotatedDate);
        var record = Assert.Single(account.Aws.SecretsManager.Rotations);
        Assert.Equal((first.ARN, rotated.VersionId, RotationOutcome.Succeeded), (record.SecretArn, record.VersionId, record.Outcome));
        Assert.Equal(Steps, record.Steps.Select(step => step.Step));
    }

    [Fact]
    public async Task An_event_names_the_secret_by_its_arn_and_has_a_rotation_token_of_its_own()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var arn = (await account.CreateSecretAsync()).ARN;
        var function = new RotatingFunction(account);

        await RotateAsync(account, function, "terraform-20250101120000000000000001");
        await account.Aws.SecretsManager.SettledAsync();

        Assert.All(function.Events, rotation => Assert.Equal((arn, "terraform-20250101120000000000000001"), (rotation.SecretId, rotation.ClientRequestToken)));
        Assert.Equal(4, function.Events.Select(rotation => rotation.RotationToken).Distinct().Count());
        Assert.All(function.Events, rotation => Assert.Contains(rotation.RotationToken, account.Aws.ConfidentialValues));
    }

    [Fact]
    public async Task A_rotation_starts_with_an_empty_version_labelled_pending()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = (await account.CreateSecretAsync()).VersionId;
        var function = new RotatingFunction(account);
        Dictionary<string, string>? labels = null;
        function.Before = async rotation =>
        {
            if (rotation.Step is not "createSecret")
            {
                return;
            }

            labels = await account.LabelsAsync();
            await AssertAws.RefusesAsync(
                400,
                "ResourceNotFoundException",
                "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
                () => account.SecretsManager.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "payments", VersionStage = "AWSPENDING" }));
            await AssertAws.RefusesAsync(400, "ResourceNotFoundException", text: null, () => account.SecretsManager.GetSecretValueAsync(
                new GetSecretValueRequest { SecretId = "payments", VersionId = rotation.ClientRequestToken, VersionStage = "AWSPENDING" }));
        };

        var token = await RotateAsync(account, function);
        await account.Aws.SecretsManager.SettledAsync();

        Assert.Equal(new Dictionary<string, string> { [first] = "AWSCURRENT", [token] = "AWSPENDING" }, labels);
        Assert.Equal(RotationOutcome.Succeeded, Assert.Single(account.Aws.SecretsManager.Rotations).Outcome);
    }

    [Fact]
    public async Task A_secret_without_a_value_is_rotated_too()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync(value: null);
        var function = new RotatingFunction(account);

        var token = await RotateAsync(account, function);
        await account.Aws.SecretsManager.SettledAsync();

        Assert.Equal(new Dictionary<string, string> { [token] = "AWSCURRENT" }, await account.LabelsAsync());
    }

    [Fact]
    public async Task A_failed_rotation_is_retried_from_createSecret_with_the_same_token()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        var function = new RotatingFunction(account);
        var failures = 1;
        function.Before = rotation => rotation.Step is "testSecret" && failures-- > 0 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;
        using var failed = new SemaphoreSlim(0);
        account.Aws.SecretsManager.StepFinished += step =>
        {
            if (step.Error is not null)
            {
                failed.Release();
            }
        };

        var token = await RotateAsync(account, function);
        await failed.WaitAsync(TestContext.Current.CancellationToken);
        account.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(3, function.Events.Count);
        account.Clock.Advance(TimeSpan.FromSeconds(1));
        await account.Aws.SecretsManager.SettledAsync();

        Assert.Equal(["createSecret", "setSecret", "testSecret", .. Steps], function.Steps);
        Assert.All(function.Events, rotation => Assert.Equal(token, rotation.ClientRequestToken));
        var record = Assert.Single(account.Aws.SecretsManager.Rotations);
        Assert.Equal(RotationOutcome.Succeeded, record.Outcome);
        Assert.Equal("InvalidOperationException: not yet", record.Steps[2].Error);
        Assert.Equal([1, 1, 1, 2, 2, 2, 2], record.Steps.Select(step => step.Attempt));
    }

    [Fact]
    public async Task A_rotation_that_never_passes_fails_and_keeps_pending()
    {
        await using var account = await LocalAwsAccount.StartAsync(new EmbeddedAwsOptions { RotationAttempts = 2, RotationRetryDelay = TimeSpan.FromMinutes(5) });
        var first = (await account.CreateSecretAsync()).VersionId;
        var function = new RotatingFunction(account) { Before = rotation => throw new InvalidOperationException("never") };
        account.Aws.SecretsManager.StepFinished += step => account.Clock.Advance(TimeSpan.FromMinutes(5));

        var token = await RotateAsync(account, function);
        await account.Aws.SecretsManager.SettledAsync();

        Assert.Equal(["createSecret", "createSecret"], function.Steps);
        Assert.Equal(RotationOutcome.Failed, Assert.Single(account.Aws.SecretsManager.Rotations).Outcome);
        Assert.Equal(new Dictionary<string, string> { [first] = "AWSCURRENT", [token] = "AWSPENDING" }, await account.LabelsAsync());
    }

    [Fact]
    public async Task While_pending_is_not_current_no_other_rotation_starts()
    {
        await using var account = await LocalAwsAccount.StartAsync(new EmbeddedAwsOptions { RotationAttempts = 1 });
        await account.CreateSecretAsync();
        var function = new RotatingFunction(account) { Before = rotation => throw new InvalidOperationException("never") };
        var token = await RotateAsync(account, function);
        await account.Aws.SecretsManager.SettledAsync();

        await AssertAws.RefusesAsync(
            400,
            "InvalidRequestException",
            "A previous rotation isn't complete. That rotation will be reattempted.",
            () => RotateAsync(account, function));

        function.Before = null;
        await account.SecretsManager.UpdateSecretVersionStageAsync(
            new UpdateSecretVersionStageRequest { SecretId = "payments", VersionStage = "AWSPENDING", RemoveFromVersionId = token });
        await RotateAsync(account, function);
        await account.Aws.SecretsManager.SettledAsync();
        Assert.Equal(RotationOutcome.Succeeded, account.Aws.SecretsManager.Rotations[^1].Outcome);
    }

    [Fact]
    public async Task A_version_that_its_function_did_not_make_current_is_no_success()
    {
        await using var account = await LocalAwsAccount.StartAsync(new EmbeddedAwsOptions { RotationAttempts = 1 });
        await account.CreateSecretAsync();
        var arn = account.Aws.Lambda.Register("idle", _ => Task.FromResult(ReadOnlyMemory<byte>.Empty));
        account.AdmitSecretsManager("idle");

        await account.SecretsManager.RotateSecretAsync(new RotateSecretRequest { SecretId = "payments", RotationLambdaARN = arn });
        await account.Aws.SecretsManager.SettledAsync();

        var record = Assert.Single(account.Aws.SecretsManager.Rotations);
        Assert.Equal((4, RotationOutcome.Failed), (record.Steps.Count, record.Outcome));
    }

    [Fact]
    public async Task A_repeated_request_starts_nothing_new()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        var function = new RotatingFunction(account);
        var token = await RotateAsync(account, function);

        Assert.Equal(token, await RotateAsync(account, function, token));
        await account.Aws.SecretsManager.SettledAsync();

        Assert.Single(account.Aws.SecretsManager.Rotations);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_new_current_value_ends_the_rotation_and_takes_pending_off(bool put)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = (await account.CreateSecretAsync()).VersionId;
        var edited = LocalAwsAccount.NewToken();
        var function = new RotatingFunction(account);
        function.Before = async rotation =>
        {
            if (rotation.Step is not "setSecret")
            {
                return;
            }

            if (put)
            {
                await account.SecretsManager.PutSecretValueAsync(new PutSecretValueRequest { SecretId = "payments", ClientRequestToken = edited, SecretString = "mine" });
            }
            else
            {
                await account.SecretsManager.UpdateSecretAsync(new UpdateSecretRequest { SecretId = "payments", ClientRequestToken = edited, SecretString = "mine" });
            }
        };

        await RotateAsync(account, function);
        await account.Aws.SecretsManager.SettledAsync();

        Assert.Equal(["createSecret", "setSecret"], function.Steps);
        Assert.Equal(RotationOutcome.Abandoned, Assert.Single(account.Aws.SecretsManager.Rotations).Outcome);
        Assert.Equal(new Dictionary<string, string> { [first] = "AWSPREVIOUS", [edited] = "AWSCURRENT" }, await account.LabelsAsync());
    }

    [Fact]
    public async Task A_cancelled_rotation_ends_and_keeps_pending()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = (await account.CreateSecretAsync()).VersionId;
        var function = new RotatingFunction(account);
        function.Before = rotation => account.SecretsManager.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = "payments" });

        var token = await RotateAsync(account, function);
        await account.Aws.SecretsManager.SettledAsync();

        Assert.Equal(["createSecret"], function.Steps);
        Assert.Equal(RotationOutcome.Abandoned, Assert.Single(account.Aws.SecretsManager.Rotations).Outcome);
        Assert.Equal(new Dictionary<string, string> { [first] = "AWSCURRENT", [token] = "AWSPENDING" }, await account.LabelsAsync());
        Assert.False((await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" })).RotationEnabled);
    }

    [Fact]
    public async Task Without_rotating_immediately_only_testSecret_is_called_on_a_copy_that_is_removed()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var first = (await account.CreateSecretAsync()).VersionId;
        var function = new RotatingFunction(account);
        string? pending = null;
        function.Before = async rotation => pending = (await account.SecretsManager.GetSecretValueAsync(
            new GetSecretValueRequest { SecretId = "payments", VersionId = rotation.ClientRequestToken, VersionStage = "AWSPENDING" })).SecretString;

        await account.SecretsManager.RotateSecretAsync(new RotateSecretRequest
        {
            SecretId = "payments",
            RotationLambdaARN = function.Arn,
            RotateImmediately = false,
            RotationRules = new RotationRulesType { ScheduleExpression = "rate(10 days)", Duration = "3h" },
        });
        await account.Aws.SecretsManager.SettledAsync();

        Assert.Equal(["testSecret"], function.Steps);
        Assert.Equal("v1", pending);
        var versions = await account.SecretsManager.ListSecretVersionIdsAsync(new ListSecretVersionIdsRequest { SecretId = "payments", IncludeDeprecated = true });
        Assert.Equal(first, Assert.Single(versions.Versions).VersionId);
        var secret = await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" });
        Assert.Equal(("rate(10 days)", "3h"), (secret.RotationRules.ScheduleExpression, secret.RotationRules.Duration));
        Assert.Null(secret.LastRotatedDate);
    }

    [Fact]
    public async Task A_function_that_does_not_exist_is_refused_and_nothing_is_configured()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();

        await AssertAws.RefusesAsync(
            400,
            "AccessDeniedException",
            "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.",
            () => account.SecretsManager.RotateSecretAsync(
                new RotateSecretRequest { SecretId = "payments", RotationLambdaARN = "arn:aws:lambda:eu-west-1:123456789012:function:nothing" }));

        Assert.Null((await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" })).RotationEnabled);
    }

    [Fact]
    public async Task A_secret_that_was_never_configured_names_no_function()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();

        await AssertAws.RefusesAsync(
            400,
            "InvalidRequestException",
            "No Lambda rotation function ARN is associated with this secret.",
            () => account.SecretsManager.RotateSecretAsync(new RotateSecretRequest { SecretId = "payments" }));
    }

    [Fact]
    public async Task A_schedule_is_of_one_kind()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        var function = new RotatingFunction(account);

        await AssertAws.RefusesAsync(
            400,
            "InvalidParameterException",
            "You cannot specify both rotation frequency and schedule expression together.",
            () => account.SecretsManager.RotateSecretAsync(new RotateSecretRequest
            {
                SecretId = "payments",
                RotationLambdaARN = function.Arn,
                RotationRules = new RotationRulesType { AutomaticallyAfterDays = 10, ScheduleExpression = "rate(10 days)" },
            }));
    }

    [Fact]
    public async Task A_step_lists_the_calls_made_meanwhile_and_its_invocation_is_logged()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        var function = new RotatingFunction(account);

        await RotateAsync(account, function);
        await account.Aws.SecretsManager.SettledAsync();

        var steps = Assert.Single(account.Aws.SecretsManager.Rotations).Steps;
        Assert.Equal(["GetSecretValue", "PutSecretValue"], steps[0].Calls.Select(record => record.Call.Operation));
        Assert.Empty(steps[1].Calls);
        var invocations = account.Aws.Calls.Snapshot().Where(record => record.Call.Service is "lambda").Select(record => record.Call).ToList();
        Assert.All(invocations, call => Assert.Equal(("secretsmanager.amazonaws.com", "Invoke"), (call.AccessKeyId, call.Operation)));
        Assert.Equal(Steps.Select(step => $"{function.Arn}/{step}"), invocations.Select(call => call.Resource));
    }

    private static async Task<string> RotateAsync(LocalAwsAccount account, RotatingFunction function, string? token = null) =>
        (await account.SecretsManager.RotateSecretAsync(
            new RotateSecretRequest { SecretId = "payments", RotationLambdaARN = function.Arn, ClientRequestToken = token })).VersionId;
}
