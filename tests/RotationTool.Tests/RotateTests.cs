using System.Text.RegularExpressions;
using Amazon.SecretsManager.Model;

namespace RotationTool.Tests;

public sealed class RotateTests
{
    [Fact]
    public async Task Rotate_returns_at_once_with_the_version()
    {
        await using var fixture = await ToolFixture.StartAsync();

        var answer = await fixture.RunAsync("rotate", ToolFixture.SecretName);

        Assert.Equal((0, ""), (answer.ExitCode, answer.Errors));
        await fixture.Aws.SecretsManager.SettledAsync();
        var version = Regex.Match(answer.Output, @"\Ashop/orders is being rotated: version (?<id>\S+)\n\z", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["id"].Value;
        Assert.Contains("AWSCURRENT", (await fixture.LabelsAsync())[version]);
    }

    [Fact]
    public async Task Rotate_and_wait_follows_the_four_steps()
    {
        await using var fixture = await ToolFixture.StartAsync();
        var before = (await fixture.LabelsAsync()).Single(version => version.Value.Contains("AWSCURRENT")).Key;

        var answer = await fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait");

        Assert.Equal((0, ""), (answer.ExitCode, answer.Errors));
        Assert.Equal(["createSecret", "setSecret", "testSecret", "finishSecret"], answer.Output.Split('\n').Where(line => line.Contains("passed", StringComparison.Ordinal)).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]));
        // AWSCURRENT has moved when the tool has ended, not some time later.
        Assert.Contains("AWSPREVIOUS", (await fixture.LabelsAsync())[before]);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_new_key_that_the_API_refuses_does_not_pass_testSecret_and_the_old_one_stays()
    {
        await using var fixture = await ToolFixture.StartAsync();
        Assert.Equal(0, (await fixture.RunAsync("check", ToolFixture.SecretName)).ExitCode);
        fixture.RegisterFunction(timeout: TimeSpan.FromSeconds(15));
        var before = (await fixture.LabelsAsync()).Single(version => version.Value.Contains("AWSCURRENT")).Key;
        fixture.Api.Refuses = true;

        var answer = await fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait", "--timeout", "20");

        Assert.Equal(1, answer.ExitCode);
        Assert.Contains("setSecret     passed", answer.Output, StringComparison.Ordinal);
        var pending = (await fixture.LabelsAsync()).Single(version => version.Value.Contains("AWSPENDING")).Key;
        Assert.EndsWith(
            "\ntestSecret has not passed yet. It may be waiting. If it failed, the function's log shows why: "
            + $"aws logs filter-log-events --log-group-name /aws/lambda/rotation --filter-pattern '\"{pending}\"' --query 'events[].message' --output text\n",
            answer.Output, StringComparison.Ordinal);
        Assert.StartsWith("Error: testSecret has not passed after 20 s. ", answer.Errors, StringComparison.Ordinal);
        Assert.Contains($"--version-stage AWSPENDING --remove-from-version-id {pending}", answer.Errors, StringComparison.Ordinal);
        Assert.Contains("AWSCURRENT", (await fixture.LabelsAsync())[before]);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_key_that_is_still_being_attached_is_waited_for_though_no_other_key_shows_how_far_it_is()
    {
        await using var fixture = await ToolFixture.StartAsync();
        await fixture.Gateway.DeleteApiKeyAsync(new Amazon.APIGateway.Model.DeleteApiKeyRequest { ApiKey = Assert.Single(await fixture.EnabledAsync()) });
        fixture.Aws.Faults = call => call is { Operation: "CreateUsagePlanKey", AccessKeyId: "AKIAFUNCTION" } ? LocalAws.Fault.Delayed(TimeSpan.FromSeconds(4)) : null;

        Assert.Equal(0, (await fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait")).ExitCode);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_quota_that_is_reached_stops_setSecret_and_the_command_in_the_text_clears_what_is_stuck()
    {
        await using var fixture = await ToolFixture.StartAsync();
        var quota = fixture.Aws.ApiGateway.MaximumApiKeys;
        fixture.Aws.ApiGateway.MaximumApiKeys = 2; // the template and AWSCURRENT's

        var answer = await fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait", "--timeout", "10");
        var again = await fixture.RunAsync("rotate", ToolFixture.SecretName);

        Assert.Equal(1, answer.ExitCode);
        Assert.Contains("createSecret  passed", answer.Output, StringComparison.Ordinal);
        Assert.Contains("\nsetSecret has not passed yet. ", answer.Output, StringComparison.Ordinal);
        Assert.Equal((1, ""), (again.ExitCode, again.Output));
        Assert.StartsWith("Error: Secrets Manager did not start a rotation: A previous rotation isn't complete. That rotation will be reattempted. Version ", again.Errors, StringComparison.Ordinal);
        var clear = Regex.Match(again.Errors, @"--version-stage AWSPENDING --remove-from-version-id (?<id>\S+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["id"].Value;
        await fixture.Secrets.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest { SecretId = fixture.SecretArn, VersionStage = "AWSPENDING", RemoveFromVersionId = clear });
        fixture.Aws.ApiGateway.MaximumApiKeys = quota;
        Assert.Equal(0, (await fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait")).ExitCode);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task What_was_fixed_meanwhile_completes_when_Secrets_Manager_tries_again()
    {
        await using var fixture = await ToolFixture.StartAsync(rotationRetryDelay: TimeSpan.FromSeconds(8));
        fixture.Aws.Faults = call => call is { Operation: "CreateApiKey", AccessKeyId: "AKIAFUNCTION" } ? LocalAws.Fault.Error(503, "ServiceUnavailableException", "later") : null;
        var rotation = fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait");
        while (!(await fixture.LabelsAsync()).Values.Any(labels => labels.Contains("AWSPENDING") && !labels.Contains("AWSCURRENT")))
        {
            await Task.Delay(100);
        }

        await Task.Delay(TimeSpan.FromSeconds(5));
        fixture.Aws.Faults = null;

        Assert.Equal(0, (await rotation).ExitCode);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_rotation_that_somebody_gives_up_is_reported()
    {
        await using var fixture = await ToolFixture.StartAsync();
        // Not before: createSecret in flight would set the label again.
        var inSetSecret = new TaskCompletionSource();
        fixture.Aws.Faults = call =>
        {
            if (call is not { Operation: "CreateApiKey", AccessKeyId: "AKIAFUNCTION" })
            {
                return null;
            }

            inSetSecret.TrySetResult();
            return LocalAws.Fault.Error(503, "ServiceUnavailableException", "later");
        };
        var rotation = fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait");
        await inSetSecret.Task;
        var pending = (await fixture.LabelsAsync()).First(version => version.Value.Contains("AWSPENDING") && !version.Value.Contains("AWSCURRENT")).Key;

        await fixture.Secrets.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest { SecretId = fixture.SecretArn, VersionStage = "AWSPENDING", RemoveFromVersionId = pending });
        var answer = await rotation;

        Assert.Equal(1, answer.ExitCode);
        Assert.StartsWith($"Error: Version {pending} is no longer AWSPENDING or AWSCURRENT", answer.Errors, StringComparison.Ordinal);
    }
}
