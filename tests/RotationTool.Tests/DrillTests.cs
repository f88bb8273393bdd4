using System.Net;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;

namespace RotationTool.Tests;

/// <summary>The drills of docs/runbook.md, done with the tool.</summary>
public sealed class DrillTests
{
    [Fact]
    public async Task A_key_that_leaked_is_rotated_away_and_revoked()
    {
        await using var world = await World.StartAsync();
        var leaked = await world.ReadKeyAsync();

        Assert.Equal(0, (await world.RunAsync("rotate", World.SecretName, "--wait")).ExitCode);
        var afterRotation = await world.CallApiAsync(leaked);
        Assert.Equal(0, (await world.RunAsync("revoke", World.SecretName)).ExitCode);

        Assert.Equal(HttpStatusCode.OK, afterRotation);
        Assert.Equal(HttpStatusCode.Forbidden, await world.CallApiAsync(leaked));
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
    }

    [Fact]
    public async Task A_secret_that_was_deleted_is_restored_and_rotates()
    {
        await using var world = await World.StartAsync();
        await world.Secrets.DeleteSecretAsync(new DeleteSecretRequest { SecretId = world.SecretArn });
        var deleted = await world.RunAsync("status", World.SecretName);
        var rotate = await world.RunAsync("rotate", World.SecretName);
        var all = await world.RunAsync("status");

        await world.Secrets.RestoreSecretAsync(new RestoreSecretRequest { SecretId = world.SecretArn });
        var restored = await world.RunAsync("check", World.SecretName);

        Assert.Equal(1, deleted.ExitCode);
        Assert.Contains($"! the secret is marked for deletion. Bring it back with: aws secretsmanager restore-secret --secret-id {world.SecretArn}", deleted.Output, StringComparison.Ordinal);
        Assert.Equal(3, rotate.ExitCode);
        Assert.StartsWith("Error: AWS answered InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.", rotate.Errors, StringComparison.Ordinal);
        Assert.Equal(new Answer(0, "No secret with a rotating API key was found. AWS_REGION and AWS_PROFILE choose where to look.\n", ""), all);
        Assert.Equal(new Answer(0, "Nothing is wrong.\n", ""), restored);
        Assert.Equal(0, (await world.RunAsync("rotate", World.SecretName, "--wait")).ExitCode);
    }

    [Fact]
    public async Task A_function_that_was_deleted_is_deployed_again_and_rotates()
    {
        await using var world = await World.StartAsync();
        var key = await world.ReadKeyAsync();
        world.Aws.Lambda.Delete(World.FunctionName);
        var status = await world.RunAsync("status", World.SecretName);
        var rotate = await world.RunAsync("rotate", World.SecretName);
        var all = await world.RunAsync("status");

        Assert.Equal(new Answer(1, "", $"Error: The function {world.FunctionArn}, which rotates the secret, does not exist. Deploy the stack again.\n"), status);
        Assert.Equal(new Answer(1, "", $"Error: Secrets Manager may not invoke {world.FunctionArn}, or there is no such function. Deploy the stack again.\n"), rotate);
        Assert.Equal(1, all.ExitCode);
        Assert.Contains($"! shop/orders: The function {world.FunctionArn}, which rotates the secret, does not exist.", all.Output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(key));
        world.RegisterFunction();
        world.PermitSecretsManager();
        Assert.Equal(0, (await world.RunAsync("rotate", World.SecretName, "--wait")).ExitCode);
    }

    [Fact]
    public async Task A_template_that_was_deleted_is_made_anew_and_the_secret_rotates()
    {
        await using var world = await World.StartAsync();
        var key = await world.ReadKeyAsync();
        await world.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = world.TemplateId });
        var check = await world.RunAsync("check", World.SecretName);
        var rotate = await world.RunAsync("rotate", World.SecretName, "--wait", "--timeout", "5");

        Assert.Equal(1, check.ExitCode);
        Assert.Contains($"! the template key {world.TemplateId}, which the secret's tag apikey-rotation:template names, does not exist.", check.Output, StringComparison.Ordinal);
        Assert.Equal(1, rotate.ExitCode);
        Assert.Contains("createSecret has not passed after 5 s. ", rotate.Errors, StringComparison.Ordinal);
        Assert.Contains($"! the template key {world.TemplateId}, which", rotate.Output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(key));

        // Made with the probe that the secret names, put into its usage plan, and wired on both sides.
        var template = await world.CreateTemplateAsync(World.SecretName);
        var secret = await world.Secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = world.SecretArn });
        await world.Gateway.TagResourceAsync(new Amazon.APIGateway.Model.TagResourceRequest
        {
            ResourceArn = $"arn:aws:apigateway:{world.Aws.Region}::/apikeys/{template}",
            Tags = new() { ["apikey-rotation:probe"] = secret.Tags.Single(tag => tag.Key == "apikey-rotation:probe").Value },
        });
        await world.Secrets.TagResourceAsync(new Amazon.SecretsManager.Model.TagResourceRequest
        {
            SecretId = world.SecretArn,
            Tags = [new Amazon.SecretsManager.Model.Tag { Key = "apikey-rotation:template", Value = template }],
        });
        var pending = (await world.LabelsAsync()).Single(version => version.Value.Contains("AWSPENDING")).Key;
        await world.Secrets.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest { SecretId = world.SecretArn, VersionStage = "AWSPENDING", RemoveFromVersionId = pending });
        check = await world.RunAsync("check", World.SecretName);
        Assert.True(check.ExitCode == 0, check.Output);
        Assert.Equal(0, (await world.RunAsync("rotate", World.SecretName, "--wait")).ExitCode);
    }

    [Fact]
    public async Task A_current_key_that_was_deleted_by_hand_is_replaced_by_a_rotation()
    {
        await using var world = await World.StartAsync();
        var key = Assert.Single(await world.EnabledAsync());
        await world.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = key });
        var check = await world.RunAsync("check", World.SecretName);

        Assert.Equal(1, check.ExitCode);
        Assert.Contains("! No key of this secret has AWSCURRENT's value, so clients are refused.", check.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await world.RunAsync("rotate", World.SecretName, "--wait")).ExitCode);
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
        check = await world.RunAsync("check", World.SecretName);
        Assert.StartsWith("1 thing is wrong.", check.Output, StringComparison.Ordinal);
        Assert.Contains("! No key of this secret has AWSPREVIOUS's value: clients that have not re-read the secret are refused", check.Output, StringComparison.Ordinal);

        Assert.Equal(0, (await world.RunAsync("rotate", World.SecretName, "--wait")).ExitCode);
        Assert.Equal(0, (await world.RunAsync("check", World.SecretName)).ExitCode);
    }

    [Fact]
    public async Task A_current_key_that_was_disabled_by_hand_is_enabled_with_the_command_of_the_finding()
    {
        await using var world = await World.StartAsync();
        var key = Assert.Single(await world.EnabledAsync());
        await SetEnabledAsync("false");
        var check = await world.RunAsync("check", World.SecretName);

        Assert.Equal(1, check.ExitCode);
        Assert.Contains($"! AWSCURRENT's key {key} is disabled, so clients are refused.\n  aws apigateway update-api-key --api-key {key} --patch-operations op=replace,path=/enabled,value=true\n", check.Output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, await world.CallApiAsync(await world.ReadKeyAsync()));
        await SetEnabledAsync("true");
        Assert.Equal(0, (await world.RunAsync("check", World.SecretName)).ExitCode);

        Task SetEnabledAsync(string value) =>
            world.Gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest { ApiKey = key, PatchOperations = [new PatchOperation { Op = "replace", Path = "/enabled", Value = value }] });
    }
}
