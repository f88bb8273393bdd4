using System.Net;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;

namespace RotationTool.Tests;

/// <summary>The drills of docs/runbook.md, done with the tool.</summary>
public sealed class DrillTests
{
    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_key_that_leaked_is_rotated_away_and_revoked()
    {
        await using var fixture = await ToolFixture.StartAsync();
        var leaked = await fixture.ReadKeyAsync();

        Assert.Equal(0, (await fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait")).ExitCode);
        var afterRotation = await fixture.CallApiAsync(leaked);
        Assert.Equal(0, (await fixture.RunAsync("revoke", ToolFixture.SecretName)).ExitCode);

        Assert.Equal(HttpStatusCode.OK, afterRotation);
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(leaked));
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_secret_that_was_deleted_is_restored_and_rotates()
    {
        await using var fixture = await ToolFixture.StartAsync();
        await fixture.Secrets.DeleteSecretAsync(new DeleteSecretRequest { SecretId = fixture.SecretArn });
        var deleted = await fixture.RunAsync("status", ToolFixture.SecretName);
        var rotate = await fixture.RunAsync("rotate", ToolFixture.SecretName);
        var all = await fixture.RunAsync("status");

        await fixture.Secrets.RestoreSecretAsync(new RestoreSecretRequest { SecretId = fixture.SecretArn });
        var restored = await fixture.RunAsync("check", ToolFixture.SecretName);

        Assert.Equal(1, deleted.ExitCode);
        Assert.Contains($"! the secret is marked for deletion. Restore it with: aws secretsmanager restore-secret --secret-id {fixture.SecretArn}", deleted.Output, StringComparison.Ordinal);
        Assert.Equal(3, rotate.ExitCode);
        Assert.StartsWith("Error: AWS returned InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.", rotate.Errors, StringComparison.Ordinal);
        Assert.Equal(new Answer(0, "No secret with a rotating API key was found. AWS_REGION and AWS_PROFILE select where to look.\n", ""), all);
        Assert.Equal(new Answer(0, "No problems found.\n", ""), restored);
        Assert.Equal(0, (await fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait")).ExitCode);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_function_that_was_deleted_is_deployed_again_and_rotates()
    {
        await using var fixture = await ToolFixture.StartAsync();
        var key = await fixture.ReadKeyAsync();
        fixture.Aws.Lambda.Delete(ToolFixture.FunctionName);
        var status = await fixture.RunAsync("status", ToolFixture.SecretName);
        var rotate = await fixture.RunAsync("rotate", ToolFixture.SecretName);
        var all = await fixture.RunAsync("status");

        Assert.Equal(new Answer(1, "", $"Error: The function {fixture.FunctionArn}, which rotates the secret, does not exist. Deploy the stack again.\n"), status);
        Assert.Equal(new Answer(1, "", $"Error: Secrets Manager has no permission to invoke {fixture.FunctionArn}, or the function does not exist. Deploy the stack again.\n"), rotate);
        Assert.Equal(1, all.ExitCode);
        Assert.Contains($"! shop/orders: The function {fixture.FunctionArn}, which rotates the secret, does not exist.", all.Output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(key));
        fixture.RegisterFunction();
        fixture.PermitSecretsManager();
        Assert.Equal(0, (await fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait")).ExitCode);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_template_that_was_deleted_is_created_again_and_the_secret_rotates()
    {
        await using var fixture = await ToolFixture.StartAsync();
        var key = await fixture.ReadKeyAsync();
        await fixture.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = fixture.TemplateId });
        var check = await fixture.RunAsync("check", ToolFixture.SecretName);
        var rotate = await fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait", "--timeout", "5");

        Assert.Equal(1, check.ExitCode);
        Assert.Contains($"! the template key {fixture.TemplateId}, which the secret's tag apikey-rotation:template names, does not exist.", check.Output, StringComparison.Ordinal);
        Assert.Equal(1, rotate.ExitCode);
        Assert.Contains("setSecret has not passed after 5 s. ", rotate.Errors, StringComparison.Ordinal);
        Assert.Contains($"! the template key {fixture.TemplateId}, which", rotate.Output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(key));

        // Made with the probe that the secret names, put into its usage plan, and wired on both sides.
        var template = await fixture.CreateTemplateAsync(ToolFixture.SecretName);
        var secret = await fixture.Secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = fixture.SecretArn });
        await fixture.Gateway.TagResourceAsync(new Amazon.APIGateway.Model.TagResourceRequest
        {
            ResourceArn = $"arn:aws:apigateway:{fixture.Aws.Region}::/apikeys/{template}",
            Tags = new() { ["apikey-rotation:probe"] = secret.Tags.Single(tag => tag.Key == "apikey-rotation:probe").Value },
        });
        await fixture.Secrets.TagResourceAsync(new Amazon.SecretsManager.Model.TagResourceRequest
        {
            SecretId = fixture.SecretArn,
            Tags = [new Amazon.SecretsManager.Model.Tag { Key = "apikey-rotation:template", Value = template }],
        });
        var pending = (await fixture.LabelsAsync()).Single(version => version.Value.Contains("AWSPENDING")).Key;
        await fixture.Secrets.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest { SecretId = fixture.SecretArn, VersionStage = "AWSPENDING", RemoveFromVersionId = pending });
        check = await fixture.RunAsync("check", ToolFixture.SecretName);
        Assert.True(check.ExitCode == 0, check.Output);
        Assert.Equal(0, (await fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait")).ExitCode);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_current_key_that_was_deleted_by_hand_is_replaced_by_a_rotation()
    {
        await using var fixture = await ToolFixture.StartAsync();
        var key = Assert.Single(await fixture.EnabledAsync());
        await fixture.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = key });
        var check = await fixture.RunAsync("check", ToolFixture.SecretName);

        Assert.Equal(1, check.ExitCode);
        Assert.Contains("! No key of this secret has AWSCURRENT's value, so clients are refused.", check.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait")).ExitCode);
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
        check = await fixture.RunAsync("check", ToolFixture.SecretName);
        Assert.StartsWith("1 problem found.", check.Output, StringComparison.Ordinal);
        Assert.Contains("! No key of this secret has AWSPREVIOUS's value: clients that have not re-read the secret are refused", check.Output, StringComparison.Ordinal);

        Assert.Equal(0, (await fixture.RunAsync("rotate", ToolFixture.SecretName, "--wait")).ExitCode);
        Assert.Equal(0, (await fixture.RunAsync("check", ToolFixture.SecretName)).ExitCode);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task A_current_key_that_was_disabled_by_hand_is_enabled_with_the_command_of_the_finding()
    {
        await using var fixture = await ToolFixture.StartAsync();
        var key = Assert.Single(await fixture.EnabledAsync());
        await SetEnabledAsync("false");
        var check = await fixture.RunAsync("check", ToolFixture.SecretName);

        Assert.Equal(1, check.ExitCode);
        Assert.Contains($"! AWSCURRENT's key {key} is disabled, so clients are refused.\n  aws apigateway update-api-key --api-key {key} --patch-operations op=replace,path=/enabled,value=true\n", check.Output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
        await SetEnabledAsync("true");
        Assert.Equal(0, (await fixture.RunAsync("check", ToolFixture.SecretName)).ExitCode);

        Task SetEnabledAsync(string value) =>
            fixture.Gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest { ApiKey = key, PatchOperations = [new PatchOperation { Op = "replace", Path = "/enabled", Value = value }] });
    }
}
