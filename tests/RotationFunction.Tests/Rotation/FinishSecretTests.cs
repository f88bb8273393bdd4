using System.Net;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>The move of AWSCURRENT, and what is retired after it.</summary>
public sealed class FinishSecretTests
{
    [Fact]
    public async Task An_owners_edit_made_after_createSecret_is_not_undone()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        var key = await fixture.ReadKeyAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret", "testSecret");
        // On AWS the edit abandons the rotation and takes AWSPENDING off; even if it comes back the edit must survive.
        await fixture.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = fixture.SecretArn, SecretString = $$"""{"apiKey":"{{key}}","edited":true}""" });
        await fixture.Secrets.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest { SecretId = fixture.SecretArn, VersionStage = "AWSPENDING", MoveToVersionId = token });

        Assert.Contains("AWSCURRENT was edited after createSecret copied it", await fixture.FailAsync(token, "finishSecret"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edit_between_the_read_and_the_move_stops_the_move()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        var key = await fixture.ReadKeyAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret", "testSecret");
        var edited = false;
        fixture.Aws.Faults = call =>
        {
            if (call.Operation == "UpdateSecretVersionStage" && !edited)
            {
                edited = true;
                Task.Run(() => fixture.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = fixture.SecretArn, SecretString = $$"""{"apiKey":"{{key}}","edited":true}""" })).GetAwaiter().GetResult();
            }

            return null;
        };

        await Assert.ThrowsAsync<RotationException>(() => fixture.RunAsync(token, "finishSecret"));

        Assert.True(edited);
        Assert.True((await fixture.CurrentDocumentAsync()).Contains("edited", StringComparison.Ordinal), "the edit is still there");
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(key));
    }

    [Fact]
    public async Task A_move_whose_answer_was_lost_counts_as_done_and_disables_what_no_label_needs()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(3);
        var lost = 0;
        fixture.Aws.Faults = call => call.Operation == "UpdateSecretVersionStage" && ++lost == 1 ? Fault.ConnectionReset(afterEffect: true) : null;

        await fixture.RotateHealthyAsync();

        Assert.Equal(2, lost);
        Assert.Equal([false, false, true, true], (await fixture.MintedAsync()).Select(key => key.Enabled));
        await fixture.RotateHealthyAsync();
        Assert.Equal([false, true, true], (await fixture.MintedAsync()).Select(key => key.Enabled));
    }

    [Fact]
    public async Task Nothing_is_retired_when_the_move_is_refused()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(3);
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret", "testSecret");
        fixture.Aws.Faults = call => call.Operation == "UpdateSecretVersionStage" ? Fault.Error(400, "AccessDeniedException", "injected") : null;
        await fixture.FailAsync(token, "finishSecret");
    }

    [Fact]
    public async Task A_key_minted_by_the_next_rotation_is_not_touched_by_a_late_finishSecret()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var done = (await fixture.RotateAsync()).VersionId;
        var next = await fixture.OpenRotationAsync();
        await fixture.RunAsync(next, "createSecret", "setSecret");
        var pending = (await fixture.MintedAsync())[^1].Id;

        await fixture.RunAsync(done, "finishSecret");

        Assert.True((await fixture.MintedAsync()).Single(key => key.Id == pending).Enabled);
        await fixture.RunAsync(next, "testSecret", "finishSecret");
    }

    [Fact]
    public async Task A_repeat_that_cannot_read_a_label_retires_nothing()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var done = (await fixture.RotateAsync()).VersionId;
        var previous = (await fixture.LabelsAsync()).Single(version => version.Value.Contains("AWSPREVIOUS")).Key;
        fixture.Aws.Faults = call => call.Operation == "GetSecretValue" && call.AccessKeyId == RotationFixture.FunctionAccessKey
            ? Fault.Error(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret value for VersionId: " + previous) : null;
        Assert.Contains("returns no value for version", await fixture.FailAsync(done, "finishSecret"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_minted_while_a_late_finishSecret_runs_is_not_touched()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var done = (await fixture.RotateAsync()).VersionId;
        var calls = 0;
        string? next = null;
        fixture.Aws.Faults = _ =>
        {
            if (++calls == 2)
            {
                next = Task.Run(async () =>
                {
                    var token = await fixture.OpenRotationAsync();
                    await fixture.RunAsync(token, "createSecret", "setSecret");
                    return token;
                }).GetAwaiter().GetResult();
            }

            return null;
        };

        await fixture.RunAsync(done, "finishSecret");

        var pending = await fixture.ReadKeyAsync("AWSPENDING");
        Assert.True((await fixture.MintedAsync()).Single(key => key.Value == pending).Enabled);
        await fixture.RunAsync(next!, "testSecret", "finishSecret");
    }

    [Fact]
    public async Task A_late_finishSecret_does_not_disable_the_next_rotations_key_although_somebody_took_AWSPENDING_off_it()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var done = (await fixture.RotateAsync()).VersionId;
        var next = await fixture.OpenRotationAsync();
        await fixture.RunAsync(next, "createSecret", "setSecret", "testSecret");
        var moves = 0;
        fixture.Aws.Faults = call =>
        {
            // finishSecret has read its labels, and is about to move AWSCURRENT.
            if (call.Operation == "UpdateSecretVersionStage" && call.AccessKeyId == RotationFixture.FunctionAccessKey && ++moves == 1)
            {
                Task.Run(async () =>
                {
                    await fixture.ClearPendingAsync();
                    await fixture.RunAsync(done, "finishSecret");
                }).GetAwaiter().GetResult();
            }

            return null;
        };

        await fixture.RunAsync(next, "finishSecret");

        Assert.Contains("AWSCURRENT", (await fixture.LabelsAsync())[next]);
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
    }

    [Fact]
    public async Task A_key_that_is_not_older_than_the_rotations_own_is_not_touched_by_the_second()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(3);
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret");
        var twin = await MintAsync(fixture); // in the same second: API Gateway's dates have no fractions
        await fixture.RunAsync(token, "testSecret");
        var later = await MintAsync(fixture);

        await fixture.RunAsync(token, "finishSecret", "finishSecret");

        Assert.All((await fixture.MintedAsync()).Where(key => key.Id == twin || key.Id == later), key => Assert.True(key.Enabled));
        await fixture.RotateHealthyAsync();
        Assert.All((await fixture.MintedAsync()).Where(key => key.Id == twin || key.Id == later), key => Assert.False(key.Enabled));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_an_overlap_the_key_in_use_before_ends_also_when_it_was_made_in_the_same_second(bool inARepeat)
    {
        await using var fixture = await RotationFixture.StartAsync(activationWait: 0, unknowns: new UnknownBehaviours());
        await fixture.TagSecretAsync("apikey-rotation:overlap", "0");
        await RotateAtOnceAsync();
        var failures = inARepeat ? 1 : 0;
        fixture.Aws.Faults = call => call.Operation == "UpdateApiKey" && failures-- > 0 ? Fault.Error(400, "BadRequestException", "injected") : null;
        await RotateAtOnceAsync();

        Assert.Single((await fixture.MintedAsync()).Select(key => key.CreatedDate).Distinct());
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(await fixture.ReadKeyAsync("AWSPREVIOUS")));

        async Task RotateAtOnceAsync()
        {
            await fixture.Secrets.RotateSecretAsync(new RotateSecretRequest { SecretId = fixture.SecretArn, RotationLambdaARN = fixture.FunctionArn });
            await fixture.Aws.SecretsManager.SettledAsync();
        }
    }

    [Fact]
    public async Task A_stray_of_a_rotation_that_was_given_up_is_disabled_and_then_deleted()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var given_up = await fixture.OpenRotationAsync();
        await fixture.RunAsync(given_up, "createSecret", "setSecret");
        var stray = (await fixture.MintedAsync())[^1].Id;
        await fixture.Secrets.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest { SecretId = fixture.SecretArn, VersionStage = "AWSPENDING", RemoveFromVersionId = given_up });

        await fixture.RotateHealthyAsync();
        Assert.False((await fixture.MintedAsync()).Single(key => key.Id == stray).Enabled);
        await fixture.RotateHealthyAsync();
        Assert.DoesNotContain(await fixture.MintedAsync(), key => key.Id == stray);
    }

    [Fact]
    public async Task A_disabled_key_that_was_touched_since_the_pending_key_was_made_is_not_deleted_yet()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(3);
        var disabled = (await fixture.MintedAsync())[0].Id;
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret", "testSecret");
        await fixture.Gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest { ApiKey = disabled, PatchOperations = [new PatchOperation { Op = Op.Replace, Path = "/description", Value = "looked at" }] });

        await fixture.RunAsync(token, "finishSecret");

        Assert.False((await fixture.MintedAsync()).Single(key => key.Id == disabled).Enabled);
    }

    [Fact]
    public async Task AWSPENDING_is_never_removed_by_the_function()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret", "testSecret", "finishSecret");
        Assert.Equal(["AWSCURRENT", "AWSPENDING"], (await fixture.LabelsAsync())[token].Order());
    }

    /// <summary>A key of the secret that no label needs; returns its id.</summary>
    private static async Task<string> MintAsync(RotationFixture fixture) => (await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest
    {
        Name = $"{fixture.SecretName}/{RotationFixture.NewToken()}",
        Enabled = true,
        Tags = new() { ["apikey-rotation:minted-for"] = fixture.SecretArn },
    })).Id;
}
