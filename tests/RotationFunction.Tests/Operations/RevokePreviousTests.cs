using System.Net;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>The leak drill: AWSPREVIOUS's key ends now, AWSCURRENT's never.</summary>
public sealed class RevokePreviousTests
{
    [Fact]
    public async Task The_key_that_a_rollback_made_current_meanwhile_is_enabled_again_also_if_another_key_cannot_be_disabled()
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours { ListingOrder = ListingOrder.OldestFirst });
        await fixture.RotateHealthyAsync(2);
        await fixture.RunAsync(await fixture.OpenRotationAsync(), "createSecret", "setSecret");
        await fixture.ClearPendingAsync(); // the key is a stray, and newer than AWSPREVIOUS's
        var previous = (await fixture.MintedAsync())[0].Id;
        var labels = await fixture.LabelsAsync();
        var changes = 0;
        fixture.Aws.Faults = call =>
        {
            if (call.Operation != "UpdateApiKey" || ++changes > 2)
            {
                return null;
            }

            if (changes == 2)
            {
                return Fault.Error(400, "BadRequestException", "refused");
            }

            Assert.EndsWith(previous, call.Resource, StringComparison.Ordinal);
            fixture.Aws.SecretsManager.UpdateSecretVersionStage(new()
            {
                SecretId = fixture.SecretArn,
                VersionStage = "AWSCURRENT",
                MoveToVersionId = labels.First(version => version.Value.Contains("AWSPREVIOUS")).Key,
                RemoveFromVersionId = labels.First(version => version.Value.Contains("AWSCURRENT")).Key,
            });
            return null;
        };

        var error = (await Assert.ThrowsAnyAsync<Exception>(() => fixture.ActAsync(new { action = "revokePrevious", secretId = fixture.SecretArn }))).Message;

        Assert.Contains("AWSCURRENT moved to version", error, StringComparison.Ordinal);
        Assert.Equal(3, changes);
        Assert.True((await fixture.MintedAsync())[0].Enabled);
    }

    [Fact]
    public async Task It_disables_the_previous_key_and_a_repeat_changes_nothing()
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours());
        await fixture.RotateHealthyAsync(3);
        var previous = (await fixture.MintedAsync())[^2];

        Assert.StartsWith($"Keys disabled: {previous.Id}.", await RevokeAsync(fixture), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(previous.Value));
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
        var again = await fixture.SnapshotAsync();
        Assert.StartsWith("No key other than AWSCURRENT's is in use. Nothing was changed.", await RevokeAsync(fixture), StringComparison.Ordinal);
        Assert.Equal(again, await fixture.SnapshotAsync());
    }

    [Fact]
    public async Task It_takes_the_secrets_name_too()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var answer = await fixture.AnswerAsync(new { action = "revokePrevious", secretId = fixture.SecretName });
        Assert.Equal(fixture.SecretName, answer.GetProperty("SecretId").GetString());
        Assert.Equal([false, true], (await fixture.MintedAsync()).Select(key => key.Enabled == true));
    }

    [Fact]
    public async Task After_an_owners_edit_it_finds_the_previous_key_though_no_label_holds_it()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        await fixture.EditAsync();
        var keys = await fixture.MintedAsync();
        Assert.StartsWith($"Keys disabled: {keys[0].Id}.", await RevokeAsync(fixture), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(keys[1].Value));
    }

    [Fact]
    public async Task An_adopted_key_is_disabled_once_it_is_previous_and_not_before()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var adopted = await fixture.AdoptAsync();
        Assert.StartsWith("No key other than AWSCURRENT's is in use", await RevokeAsync(fixture), StringComparison.Ordinal);
        await fixture.RotateHealthyAsync();
        Assert.StartsWith($"Keys disabled: {adopted}.", await RevokeAsync(fixture), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_leaves_a_key_of_others_alone()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        var others = await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = $"{fixture.SecretName}/{RotationFixture.NewToken()}", Enabled = true });
        Assert.StartsWith($"No key was disabled. Nothing was changed. Left enabled, because their tags do not show that they belong to this secret: {others.Id}.", await RevokeAsync(fixture), StringComparison.Ordinal);
        Assert.True((await fixture.Gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = others.Id })).Enabled);
    }

    [Fact]
    public async Task A_rotation_under_way_keeps_its_key_and_goes_on()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret", "testSecret");
        await RevokeAsync(fixture);
        await fixture.RunAsync(token, "finishSecret");
        Assert.Equal([false, true, true], (await fixture.MintedAsync()).Select(key => key.Enabled == true)); // it is deleted a rotation later
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
    }

    [Fact]
    public async Task It_refuses_while_clients_may_depend_on_the_previous_key()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var keys = await fixture.MintedAsync();

        await fixture.DisableAsync(keys[1].Id);
        Assert.Contains("no enabled key of this secret has AWSCURRENT's value", await fixture.FailAsync(Event(fixture)), StringComparison.Ordinal);
        await fixture.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = fixture.SecretArn, SecretString = "{}" });
        Assert.Contains("AWSCURRENT contains no key", await fixture.FailAsync(Event(fixture)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_refuses_when_the_version_that_is_AWSPENDING_holds_the_previous_key()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var token = await fixture.OpenRotationAsync();
        await fixture.Secrets.PutSecretValueAsync(new PutSecretValueRequest
        {
            SecretId = fixture.SecretArn,
            ClientRequestToken = token,
            SecretString = (await fixture.Secrets.GetSecretValueAsync(new GetSecretValueRequest { SecretId = fixture.SecretArn, VersionStage = "AWSPREVIOUS" })).SecretString,
            VersionStages = ["AWSPENDING"],
        });
        var message = await fixture.FailAsync(Event(fixture));
        Assert.Contains($"version {token}, which is AWSPENDING, contains AWSPREVIOUS's key", message, StringComparison.Ordinal);
        Assert.EndsWith($"--remove-from-version-id {token}, then invoke the action again.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollback_between_its_look_at_the_labels_and_the_disabling_ends_with_the_current_key_enabled()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var labels = await fixture.LabelsAsync();
        fixture.Aws.Faults = call =>
        {
            if (call.Operation == "UpdateApiKey")
            {
                fixture.Aws.Faults = null;
                fixture.Aws.SecretsManager.UpdateSecretVersionStage(new LocalAws.SecretsManager.UpdateSecretVersionStageRequest
                {
                    SecretId = fixture.SecretArn,
                    VersionStage = "AWSCURRENT",
                    MoveToVersionId = labels.Single(version => version.Value.Contains("AWSPREVIOUS")).Key,
                    RemoveFromVersionId = labels.Single(version => version.Value.Contains("AWSCURRENT")).Key,
                });
            }

            return null;
        };

        var failure = await Assert.ThrowsAsync<RotationException>(() => RevokeAsync(fixture));

        Assert.Contains("AWSCURRENT moved to version", failure.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
    }

    [Fact]
    public async Task What_it_disabled_is_deleted_by_the_next_rotation_and_kept_in_its_plans_until_then()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        await RevokeAsync(fixture);
        var revoked = (await fixture.MintedAsync())[0];
        var gained = await fixture.AddPlanAsync(fixture.TemplateId);
        await fixture.ActAsync(new
        {
            action = "lifecycle",
            secretId = fixture.SecretArn,
            usagePlanIds = fixture.PlanIds,
            tf = new { action = "update" },
        });
        Assert.Contains((await fixture.Gateway.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = revoked.Id })).Items, plan => plan.Id == gained);
        Assert.False((await fixture.Gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = revoked.Id })).Enabled);

        await fixture.RotateHealthyAsync();

        Assert.DoesNotContain(await fixture.MintedAsync(), key => key.Id == revoked.Id);
    }

    private static string Event(RotationFixture fixture) => $$"""{"action":"revokePrevious","secretId":"{{fixture.SecretArn}}"}""";

    private static Task<string> RevokeAsync(RotationFixture fixture) => fixture.ActAsync(new { action = "revokePrevious", secretId = fixture.SecretArn });
}
