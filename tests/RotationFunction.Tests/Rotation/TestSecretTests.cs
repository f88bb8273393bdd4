using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>What testSecret lets through, and when.</summary>
public sealed class TestSecretTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(120)]
    [InlineData(600)]
    public async Task It_waits_until_the_key_is_older_than_the_activation_wait(int activationWait)
    {
        await using var world = await World.StartAsync(activationWait: activationWait, unknowns: new UnknownBehaviours());
        var token = await world.OpenRotationAsync();
        await world.RunAsync(token, "createSecret", "setSecret");
        var created = Assert.Single(await world.MintedAsync()).CreatedDate!.Value;

        await world.RunAsync(token, "testSecret");

        Assert.InRange((world.Time.GetUtcNow().UtcDateTime - created.ToUniversalTime()).TotalSeconds, activationWait, activationWait + 1);
    }

    [Theory]
    [InlineData(15 * 60, 120)]
    [InlineData((15 * 60) + 50, 70)]
    [InlineData((15 * 60) + 120, 0)]
    public async Task It_waits_only_for_what_is_left_since_the_key_can_have_been_attached_last(int secondsSinceSetSecret, int wait)
    {
        await using var world = await World.StartAsync(activationWait: 120, unknowns: new UnknownBehaviours());
        var token = await world.OpenRotationAsync();
        await world.RunAsync(token, "createSecret", "setSecret");
        world.Time.Advance(TimeSpan.FromSeconds(secondsSinceSetSecret));
        var before = world.Time.GetUtcNow();

        await world.RunAsync(token, "testSecret");

        Assert.Equal(wait, (world.Time.GetUtcNow() - before).TotalSeconds, tolerance: 1);
    }

    [Fact]
    public async Task It_fails_at_once_when_the_invocation_is_too_short_for_the_wait()
    {
        await using var world = await World.StartAsync(activationWait: 120, unknowns: new UnknownBehaviours());
        var token = await world.OpenRotationAsync();
        await world.RunAsync(token, "createSecret", "setSecret");
        var message = await world.FailAsync(token, "testSecret", timeLeft: TimeSpan.FromSeconds(30));
        Assert.Contains("needs 120 s more", message, StringComparison.Ordinal);
        Assert.Contains("only 30 s left. Give the function a longer time-out", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_was_disabled_after_setSecret_does_not_pass()
    {
        await using var world = await World.StartAsync();
        var (token, key) = await OpenAsync(world);
        await world.Gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest { ApiKey = key, PatchOperations = [new PatchOperation { Op = Op.Replace, Path = "/enabled", Value = "false" }] });
        Assert.Contains($"key {key} is disabled", await world.FailAsync(token, "testSecret"), StringComparison.Ordinal);
        Assert.Contains($"key {key} is disabled", await world.FailAsync(token, "finishSecret"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_lacks_a_plan_of_the_template_does_not_pass_and_the_retry_heals_it()
    {
        await using var world = await World.StartAsync();
        var (token, key) = await OpenAsync(world);
        var gained = await world.AddPlanAsync(world.TemplateId);
        Assert.Contains($"key {key} is not in usage plan {gained}, but the template is", await world.FailAsync(token, "testSecret"), StringComparison.Ordinal);
        await world.RunAsync(token, "createSecret", "setSecret", "testSecret", "finishSecret");
    }

    [Fact]
    public async Task A_current_key_that_was_disabled_fails_the_test_of_RotateImmediately_false()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        var key = Assert.Single(await world.MintedAsync()).Id;
        await world.Gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest { ApiKey = key, PatchOperations = [new PatchOperation { Op = Op.Replace, Path = "/enabled", Value = "false" }] });

        var record = await world.RotateAsync(immediately: false);

        Assert.Equal(RotationOutcome.Failed, record.Outcome);
        Assert.Contains($"key {key} is disabled", record.Steps[0].Error, StringComparison.Ordinal);
    }

    private static async Task<(string Token, string KeyId)> OpenAsync(World world)
    {
        var token = await world.OpenRotationAsync();
        await world.RunAsync(token, "createSecret", "setSecret");
        return (token, Assert.Single(await world.MintedAsync()).Id);
    }
}
