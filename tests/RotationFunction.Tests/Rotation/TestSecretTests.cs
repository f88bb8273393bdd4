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
        await using var fixture = await RotationFixture.StartAsync(activationWait: activationWait, unknowns: new UnknownBehaviours());
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret");
        var created = Assert.Single(await fixture.MintedAsync()).CreatedDate!.Value;

        await fixture.RunAsync(token, "testSecret");

        Assert.InRange((fixture.Time.GetUtcNow().UtcDateTime - created.ToUniversalTime()).TotalSeconds, activationWait, activationWait + 1);
    }

    [Theory]
    [InlineData(15 * 60, 120)]
    [InlineData((15 * 60) + 50, 70)]
    [InlineData((15 * 60) + 120, 0)]
    public async Task It_waits_only_for_what_is_left_since_the_key_can_have_been_attached_last(int secondsSinceSetSecret, int wait)
    {
        await using var fixture = await RotationFixture.StartAsync(activationWait: 120, unknowns: new UnknownBehaviours());
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret");
        fixture.Time.Advance(TimeSpan.FromSeconds(secondsSinceSetSecret));
        var before = fixture.Time.GetUtcNow();

        await fixture.RunAsync(token, "testSecret");

        Assert.Equal(wait, (fixture.Time.GetUtcNow() - before).TotalSeconds, tolerance: 1);
    }

    [Fact]
    public async Task It_fails_at_once_when_the_invocation_is_too_short_for_the_wait()
    {
        await using var fixture = await RotationFixture.StartAsync(activationWait: 120, unknowns: new UnknownBehaviours());
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret");
        var message = await fixture.FailAsync(token, "testSecret", timeLeft: TimeSpan.FromSeconds(30));
        Assert.Contains("needs 120 s more", message, StringComparison.Ordinal);
        Assert.Contains("only 30 s left. Set the function's timeout longer", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_was_disabled_after_setSecret_does_not_pass()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var (token, key) = await OpenAsync(fixture);
        await fixture.Gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest { ApiKey = key, PatchOperations = [new PatchOperation { Op = Op.Replace, Path = "/enabled", Value = "false" }] });
        Assert.Contains($"key {key} is disabled", await fixture.FailAsync(token, "testSecret"), StringComparison.Ordinal);
        Assert.Contains($"key {key} is disabled", await fixture.FailAsync(token, "finishSecret"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_lacks_a_plan_of_the_template_does_not_pass_and_the_retry_heals_it()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var (token, key) = await OpenAsync(fixture);
        var gained = await fixture.AddPlanAsync(fixture.TemplateId);
        Assert.Contains($"key {key} is not in usage plan {gained}, but the template key is", await fixture.FailAsync(token, "testSecret"), StringComparison.Ordinal);
        await fixture.RunAsync(token, "createSecret", "setSecret", "testSecret", "finishSecret");
    }

    [Fact]
    public async Task A_current_key_that_was_disabled_fails_the_test_of_RotateImmediately_false()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        var key = Assert.Single(await fixture.MintedAsync()).Id;
        await fixture.Gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest { ApiKey = key, PatchOperations = [new PatchOperation { Op = Op.Replace, Path = "/enabled", Value = "false" }] });

        var record = await fixture.RotateAsync(immediately: false);

        Assert.Equal(RotationOutcome.Failed, record.Outcome);
        Assert.Contains($"key {key} is disabled", record.Steps[0].Error, StringComparison.Ordinal);
    }

    private static async Task<(string Token, string KeyId)> OpenAsync(RotationFixture fixture)
    {
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret");
        return (token, Assert.Single(await fixture.MintedAsync()).Id);
    }
}
