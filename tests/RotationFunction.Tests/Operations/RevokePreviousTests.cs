using System.Net;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>The leak drill: AWSPREVIOUS's key ends now, AWSCURRENT's never.</summary>
public sealed class RevokePreviousTests
{
    [Fact]
    public async Task It_disables_the_previous_key_and_a_repeat_changes_nothing()
    {
        await using var world = await World.StartAsync(unknowns: new UnknownBehaviours());
        await world.RotateHealthyAsync(3);
        var previous = (await world.MintedAsync())[^2];

        Assert.StartsWith($"Keys disabled: {previous.Id}.", await RevokeAsync(world), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.Forbidden, await world.CallApiAsync(previous.Value));
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
        var again = await world.SnapshotAsync();
        Assert.StartsWith("No key but AWSCURRENT's is in use; nothing was changed.", await RevokeAsync(world), StringComparison.Ordinal);
        Assert.Equal(again, await world.SnapshotAsync());
    }

    [Fact]
    public async Task It_takes_the_secrets_name_too()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        var answer = await world.AnswerAsync(new { action = "revokePrevious", secretId = world.SecretName });
        Assert.Equal(world.SecretName, answer.GetProperty("SecretId").GetString());
        Assert.Equal([false, true], (await world.MintedAsync()).Select(key => key.Enabled == true));
    }

    [Fact]
    public async Task After_an_owners_edit_it_finds_the_previous_key_though_no_label_holds_it()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        await world.EditAsync();
        var keys = await world.MintedAsync();
        Assert.StartsWith($"Keys disabled: {keys[0].Id}.", await RevokeAsync(world), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(keys[1].Value));
    }

    [Fact]
    public async Task An_adopted_key_is_disabled_once_it_is_previous_and_not_before()
    {
        await using var world = await World.StartAsync();
        var adopted = await world.AdoptAsync();
        Assert.StartsWith("No key but AWSCURRENT's is in use", await RevokeAsync(world), StringComparison.Ordinal);
        await world.RotateHealthyAsync();
        Assert.StartsWith($"Keys disabled: {adopted}.", await RevokeAsync(world), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_leaves_a_key_of_others_alone()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        var others = await world.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = $"{world.SecretName}/{World.NewToken()}", Enabled = true });
        Assert.StartsWith($"No key was disabled; nothing was changed. Left enabled, as their tags do not show that they are this secret's: {others.Id}.", await RevokeAsync(world), StringComparison.Ordinal);
        Assert.True((await world.Gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = others.Id })).Enabled);
    }

    [Fact]
    public async Task A_rotation_under_way_keeps_its_key_and_goes_on()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        var token = await world.OpenRotationAsync();
        await world.RunAsync(token, "createSecret", "setSecret", "testSecret");
        await RevokeAsync(world);
        await world.RunAsync(token, "finishSecret");
        Assert.Equal([false, true, true], (await world.MintedAsync()).Select(key => key.Enabled == true)); // it is deleted a rotation later
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
    }

    [Fact]
    public async Task It_refuses_while_clients_may_depend_on_the_previous_key()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        var keys = await world.MintedAsync();

        await world.DisableAsync(keys[1].Id);
        Assert.Contains("no enabled key of this secret has AWSCURRENT's value", await world.FailAsync(Event(world)), StringComparison.Ordinal);
        await world.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = world.SecretArn, SecretString = "{}" });
        Assert.Contains("AWSCURRENT holds no key", await world.FailAsync(Event(world)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_refuses_when_the_version_that_is_AWSPENDING_holds_the_previous_key()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        var token = await world.OpenRotationAsync();
        await world.Secrets.PutSecretValueAsync(new PutSecretValueRequest
        {
            SecretId = world.SecretArn,
            ClientRequestToken = token,
            SecretString = (await world.Secrets.GetSecretValueAsync(new GetSecretValueRequest { SecretId = world.SecretArn, VersionStage = "AWSPREVIOUS" })).SecretString,
            VersionStages = ["AWSPENDING"],
        });
        var message = await world.FailAsync(Event(world));
        Assert.Contains($"AWSPREVIOUS's key is also that of version {token}, which is AWSPENDING", message, StringComparison.Ordinal);
        Assert.EndsWith($"--remove-from-version-id {token}, then invoke this again.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollback_between_its_look_at_the_labels_and_the_disabling_ends_with_the_current_key_enabled()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        var labels = await world.LabelsAsync();
        world.Aws.Faults = call =>
        {
            if (call.Operation == "UpdateApiKey")
            {
                world.Aws.Faults = null;
                world.Aws.SecretsManager.UpdateSecretVersionStage(new LocalAws.SecretsManager.UpdateSecretVersionStageRequest
                {
                    SecretId = world.SecretArn,
                    VersionStage = "AWSCURRENT",
                    MoveToVersionId = labels.Single(version => version.Value.Contains("AWSPREVIOUS")).Key,
                    RemoveFromVersionId = labels.Single(version => version.Value.Contains("AWSCURRENT")).Key,
                });
            }

            return null;
        };

        var failure = await Assert.ThrowsAsync<RotationException>(() => RevokeAsync(world));

        Assert.Contains("AWSCURRENT moved to version", failure.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
    }

    [Fact]
    public async Task What_it_disabled_is_deleted_by_the_next_rotation_and_kept_in_its_plans_until_then()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        await RevokeAsync(world);
        var revoked = (await world.MintedAsync())[0];
        var gained = await world.AddPlanAsync(world.TemplateId);
        await world.ActAsync(new
        {
            action = "lifecycle",
            secretId = world.SecretArn,
            usagePlanIds = world.PlanIds,
            tf = new { action = "update" },
        });
        Assert.Contains((await world.Gateway.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = revoked.Id })).Items, plan => plan.Id == gained);
        Assert.False((await world.Gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = revoked.Id })).Enabled);

        await world.RotateHealthyAsync();

        Assert.DoesNotContain(await world.MintedAsync(), key => key.Id == revoked.Id);
    }

    private static string Event(World world) => $$"""{"action":"revokePrevious","secretId":"{{world.SecretArn}}"}""";

    private static Task<string> RevokeAsync(World world) => world.ActAsync(new { action = "revokePrevious", secretId = world.SecretArn });
}
