using System.Net;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>What setSecret does when an earlier try got part of the way.</summary>
public sealed class SetSecretTests
{
    [Fact]
    public async Task A_key_that_an_earlier_try_left_disabled_is_enabled()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret");
        var key = Assert.Single(await fixture.MintedAsync());
        await fixture.Gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest { ApiKey = key.Id, PatchOperations = [new PatchOperation { Op = Op.Replace, Path = "/enabled", Value = "false" }] });

        await fixture.RunAsync(token, "setSecret");

        Assert.True(Assert.Single(await fixture.MintedAsync()).Enabled);
    }

    [Fact]
    public async Task A_plan_that_a_retry_attaches_late_is_waited_for_from_then_on()
    {
        await using var fixture = await RotationFixture.StartAsync(plans: 2, activationWait: 120, activationLag: TimeSpan.FromSeconds(110));
        var attaches = 0;
        fixture.Aws.Faults = call => call.Operation == "CreateUsagePlanKey" && ++attaches == 2 ? Fault.Error(400, "BadRequestException", "injected") : null;
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret");
        await Assert.ThrowsAsync<RotationException>(() => fixture.RunAsync(token, "setSecret"));
        fixture.Time.Advance(TimeSpan.FromMinutes(30)); // longer than any invocation: by its creation alone the key would be served

        await fixture.RunAsync(token, "setSecret", "testSecret", "finishSecret");

        foreach (var planId in fixture.PlanIds)
        {
            var stage = (await fixture.Gateway.GetUsagePlanAsync(new GetUsagePlanRequest { UsagePlanId = planId })).ApiStages[0];
            Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync(), fixture.Aws.InvokeUrl(stage.ApiId, stage.Stage)));
        }
    }

    [Fact]
    public async Task A_key_with_the_value_that_was_not_minted_for_this_rotation_is_left_alone()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret");
        await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "by hand", Value = await fixture.ReadKeyAsync("AWSPENDING") });
        Assert.Contains("a key with this version's value exists, but lists no key with this rotation's name", await fixture.FailAsync(token, "setSecret"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_with_the_value_and_the_name_but_without_the_tag_is_left_alone()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret");
        var key = await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = $"{fixture.SecretName}/{token}", Value = await fixture.ReadKeyAsync("AWSPENDING") });
        Assert.Contains($"key {key.Id} lacks the tag apikey-rotation:minted-for", await fixture.FailAsync(token, "setSecret"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_that_shares_its_stage_with_another_of_the_keys_plans_is_reported_at_once()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret");
        var key = Assert.Single(await fixture.MintedAsync()).Id;
        var stages = (await fixture.Gateway.GetUsagePlanAsync(new GetUsagePlanRequest { UsagePlanId = fixture.PlanIds[0] })).ApiStages;
        var rival = await fixture.Gateway.CreateUsagePlanAsync(new CreateUsagePlanRequest { Name = "rival", ApiStages = stages });
        await fixture.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = key });
        await fixture.Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = rival.Id, KeyId = key, KeyType = "API_KEY" });
        var before = fixture.Time.GetUtcNow();

        var failure = await Assert.ThrowsAsync<RotationException>(() => fixture.RunAsync(token, "setSecret"));

        Assert.Contains($"key {key} cannot be in usage plan {fixture.PlanIds[0]} while it is in usage plan {rival.Id}", failure.Message, StringComparison.Ordinal);
        Assert.InRange(fixture.Time.GetUtcNow() - before, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task An_attach_waits_for_its_turn_as_long_as_there_is_time_and_then_says_so()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret");
        fixture.Aws.Faults = call => call.Operation == "CreateUsagePlanKey" ? Fault.ConcurrentModification() : null;
        var before = fixture.Time.GetUtcNow();

        var failure = await Assert.ThrowsAsync<RotationException>(() => fixture.RunAsync(token, "setSecret"));

        var key = Assert.Single(await fixture.MintedAsync());
        Assert.Contains($"API Gateway rejected every attempt to add key {key.Id} to usage plan {fixture.PlanIds[0]}, as it does while other callers", failure.Message, StringComparison.Ordinal);
        Assert.InRange(fixture.Time.GetUtcNow() - before, TimeSpan.FromMinutes(13), TimeSpan.FromMinutes(15));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_create_that_is_refused_for_another_change_is_made_again(bool afterEffect)
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours());
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret");
        var creates = 0;
        fixture.Aws.Faults = call => call.Operation == "CreateApiKey" && ++creates <= 4
            ? Fault.Error(409, "ConflictException", "Unable to complete operation due to concurrent modification. Please try again later.", afterEffect) : null;

        await fixture.RunAsync(token, "setSecret", "testSecret", "finishSecret");

        Assert.Equal(afterEffect ? 1 : 5, creates);
        Assert.True(Assert.Single(await fixture.MintedAsync()).Value == await fixture.ReadKeyAsync());
    }

    [Fact]
    public async Task A_value_that_a_read_misses_at_first_is_asked_for_again()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret");
        var misses = 0;
        fixture.Aws.Faults = call => call.Operation == "GetSecretValue" && misses++ < 3
            ? Fault.Error(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret value for VersionId: " + token) : null;

        await fixture.RunAsync(token, "setSecret");

        Assert.Single(await fixture.MintedAsync());
        Assert.Equal(4, misses);
    }
}
