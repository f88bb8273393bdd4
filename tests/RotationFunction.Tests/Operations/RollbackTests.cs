using System.Net;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;

namespace RotationFunction.Tests;

/// <summary>AWSCURRENT goes back to AWSPREVIOUS, whose key is served by then.</summary>
public sealed class RollbackTests
{
    [Fact]
    public async Task It_swaps_the_labels_and_a_repeat_does_not_swap_them_again()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var before = await fixture.LabelsAsync();
        var keys = await fixture.MintedAsync();

        var message = await RollBackAsync(fixture);

        var (previous, current) = (VersionOf(before, "AWSPREVIOUS"), VersionOf(before, "AWSCURRENT"));
        Assert.StartsWith($"AWSCURRENT is version {previous} again, with key {keys[0].Id}. Version {current} is AWSPREVIOUS", message, StringComparison.Ordinal);
        Assert.True(await fixture.ReadKeyAsync() == keys[0].Value);
        Assert.True(await fixture.ReadKeyAsync("AWSPREVIOUS") == keys[1].Value);
        var again = await fixture.SnapshotAsync();
        Assert.StartsWith($"AWSCURRENT was already rolled back: its version {previous} is older", await RollBackAsync(fixture), StringComparison.Ordinal);
        Assert.Equal(again, await fixture.SnapshotAsync());
        await fixture.RotateHealthyAsync(2);
    }

    [Fact]
    public async Task It_enables_a_key_that_was_revoked_and_waits_until_it_is_served()
    {
        await using var fixture = await RotationFixture.StartAsync(activationLag: TimeSpan.FromSeconds(90));
        await fixture.RotateHealthyAsync(2);
        await fixture.ActAsync(new { action = "revokePrevious", secretId = fixture.SecretArn });
        fixture.Time.Advance(TimeSpan.FromHours(1));
        var before = fixture.Time.GetUtcNow();

        await RollBackAsync(fixture);

        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
        Assert.InRange((fixture.Time.GetUtcNow() - before).TotalSeconds, 126, 136);
    }

    [Fact]
    public async Task With_a_probe_it_goes_back_when_the_key_is_accepted_and_fails_when_it_never_is()
    {
        var api = new ScriptedApi();
        await using var fixture = await RotationFixture.StartAsync(api: api, probe: "https://api.example.com/orders");
        var known = new HashSet<string>();
        api.Answer = (key, _) => known.Contains(key) ? ScriptedApi.Ok() : ScriptedApi.Forbidden();
        for (var rotation = 0; rotation < 2; rotation++)
        {
            var token = await fixture.OpenRotationAsync();
            await fixture.RunAsync(token, "createSecret", "setSecret");
            known.Add(await fixture.ReadKeyAsync("AWSPENDING"));
            await fixture.RunAsync(token, "testSecret", "finishSecret");
            await fixture.ClearPendingAsync();
        }

        var previous = await fixture.ReadKeyAsync("AWSPREVIOUS");
        known.Remove(previous);
        Assert.Contains("was not accepted 5 times in a row by https://api.example.com/orders", await fixture.FailAsync(Event(fixture)), StringComparison.Ordinal);
        known.Add(previous);
        await RollBackAsync(fixture);
        Assert.True(await fixture.ReadKeyAsync() == previous);
    }

    [Fact]
    public async Task It_refuses_what_would_undo_an_owners_edit()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var key = (await fixture.MintedAsync())[0].Value;

        await fixture.EditAsync();
        Assert.Contains("AWSPREVIOUS contains the same key as AWSCURRENT", await fixture.FailAsync(Event(fixture)), StringComparison.Ordinal);

        await fixture.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = fixture.SecretArn, SecretString = $$"""{"apiKey":"{{key}}","note":2}""" });
        var message = await fixture.FailAsync(Event(fixture));
        Assert.Contains("AWSPREVIOUS differs from AWSCURRENT in more than the key", message, StringComparison.Ordinal);
        var labels = await fixture.LabelsAsync();
        Assert.EndsWith(
            $"--version-stage AWSCURRENT --move-to-version-id {VersionOf(labels, "AWSPREVIOUS")} --remove-from-version-id {VersionOf(labels, "AWSCURRENT")}", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_refuses_when_there_is_nothing_to_go_back_to()
    {
        await using var fixture = await RotationFixture.StartAsync(document: null);
        Assert.Contains("the secret has no AWSPREVIOUS version to roll back to", await fixture.FailAsync(Event(fixture)), StringComparison.Ordinal);
        await fixture.ActAsync(new { action = "provision", secretId = fixture.SecretArn });
        await fixture.ClearPendingAsync();
        Assert.Contains("AWSPREVIOUS contains no key", await fixture.FailAsync(Event(fixture)), StringComparison.Ordinal);
        await fixture.RotateHealthyAsync();
        await fixture.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = (await fixture.MintedAsync())[0].Id });
        Assert.Contains("no key of this secret has AWSPREVIOUS's value", await fixture.FailAsync(Event(fixture)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_refuses_a_key_that_opens_less_than_the_template()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var key = (await fixture.MintedAsync())[0].Id;
        await fixture.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = fixture.PlanIds[0], KeyId = key });
        Assert.EndsWith(
            $"Add it with: aws apigateway create-usage-plan-key --usage-plan-id {fixture.PlanIds[0]} --key-type API_KEY --key-id {key}",
            await fixture.FailAsync(Event(fixture)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_refuses_while_a_rotation_is_not_complete_and_works_once_that_is_given_up()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var token = await fixture.OpenRotationAsync();
        Assert.Contains($"version {token} is AWSPENDING: its rotation is not complete", await fixture.FailAsync(Event(fixture)), StringComparison.Ordinal);
        await fixture.ClearPendingAsync();
        await RollBackAsync(fixture);
    }

    [Fact]
    public async Task While_AWSPENDING_stays_after_a_rotation_it_refuses_until_the_label_is_off()
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new() { PendingStays = TimeSpan.FromDays(2) });
        await fixture.RotateHealthyAsync(2);
        var current = VersionOf(await fixture.LabelsAsync(), "AWSCURRENT");
        Assert.Equal(current, VersionOf(await fixture.LabelsAsync(), "AWSPENDING"));

        Assert.Contains($"version {current} is AWSPENDING", await fixture.FailAsync(Event(fixture)), StringComparison.Ordinal);
        await fixture.ClearPendingAsync();
        await RollBackAsync(fixture);

        await fixture.RotateHealthyAsync();
    }

    [Fact]
    public async Task Where_AWSPENDING_had_stayed_an_owners_edit_takes_it_off_and_blocks_no_rotation()
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new() { PendingStays = TimeSpan.FromDays(30) });
        await fixture.RotateHealthyAsync(2);

        await fixture.EditAsync();

        Assert.DoesNotContain("AWSPENDING", (await fixture.LabelsAsync()).Values.SelectMany(labels => labels));
        Assert.Contains("AWSPREVIOUS contains the same key as AWSCURRENT", await fixture.FailAsync(Event(fixture)), StringComparison.Ordinal);
        await fixture.RotateHealthyAsync();
        await fixture.ClearPendingAsync();
        await RollBackAsync(fixture);
    }

    [Fact]
    public async Task When_AWSCURRENT_moves_meanwhile_it_says_so()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        fixture.Aws.Faults = call =>
        {
            if (call.Operation == "UpdateSecretVersionStage")
            {
                fixture.Aws.Faults = null;
                fixture.Aws.SecretsManager.PutSecretValue(new LocalAws.SecretsManager.PutSecretValueRequest { SecretId = fixture.SecretArn, ClientRequestToken = RotationFixture.NewToken(), SecretString = "{}" });
            }

            return null;
        };
        var failure = await Assert.ThrowsAsync<RotationException>(() => RollBackAsync(fixture));
        Assert.Contains("AWSCURRENT moved to version", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("Then invoke the action again.", failure.Message, StringComparison.Ordinal);
    }

    private static string VersionOf(Dictionary<string, List<string>> labels, string label) => labels.Single(version => version.Value.Contains(label)).Key;

    private static string Event(RotationFixture fixture) => $$"""{"action":"rollback","secretId":"{{fixture.SecretArn}}"}""";

    private static Task<string> RollBackAsync(RotationFixture fixture) => fixture.ActAsync(new { action = "rollback", secretId = fixture.SecretArn });
}
