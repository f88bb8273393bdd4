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
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        var before = await world.LabelsAsync();
        var keys = await world.MintedAsync();

        var message = await RollBackAsync(world);

        var (previous, current) = (VersionOf(before, "AWSPREVIOUS"), VersionOf(before, "AWSCURRENT"));
        Assert.StartsWith($"AWSCURRENT is version {previous} again, with key {keys[0].Id}. Version {current} is AWSPREVIOUS", message, StringComparison.Ordinal);
        Assert.True(await world.ReadKeyAsync() == keys[0].Value);
        Assert.True(await world.ReadKeyAsync("AWSPREVIOUS") == keys[1].Value);
        var again = await world.SnapshotAsync();
        Assert.StartsWith($"AWSCURRENT was moved back already: its version {previous} is older", await RollBackAsync(world), StringComparison.Ordinal);
        Assert.Equal(again, await world.SnapshotAsync());
        await world.RotateHealthyAsync(2);
    }

    [Fact]
    public async Task It_enables_a_key_that_was_revoked_and_waits_until_it_is_served()
    {
        await using var world = await World.StartAsync(activationLag: TimeSpan.FromSeconds(90));
        await world.RotateHealthyAsync(2);
        await world.ActAsync(new { action = "revokePrevious", secretId = world.SecretArn });
        world.Time.Advance(TimeSpan.FromHours(1));
        var before = world.Time.GetUtcNow();

        await RollBackAsync(world);

        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
        Assert.InRange((world.Time.GetUtcNow() - before).TotalSeconds, 120, 130);
    }

    [Fact]
    public async Task With_a_probe_it_goes_back_when_the_key_is_accepted_and_fails_when_it_never_is()
    {
        var api = new ScriptedApi();
        await using var world = await World.StartAsync(api: api, probe: "https://api.example.com/orders");
        var known = new HashSet<string>();
        api.Answer = (key, _) => known.Contains(key) ? ScriptedApi.Ok() : ScriptedApi.Forbidden();
        for (var rotation = 0; rotation < 2; rotation++)
        {
            var token = await world.OpenRotationAsync();
            await world.RunAsync(token, "createSecret", "setSecret");
            known.Add(await world.ReadKeyAsync("AWSPENDING"));
            await world.RunAsync(token, "testSecret", "finishSecret");
            await world.ClearPendingAsync();
        }

        var previous = await world.ReadKeyAsync("AWSPREVIOUS");
        known.Remove(previous);
        Assert.Contains("was not accepted 5 times in a row by https://api.example.com/orders", await world.FailAsync(Event(world)), StringComparison.Ordinal);
        known.Add(previous);
        await RollBackAsync(world);
        Assert.True(await world.ReadKeyAsync() == previous);
    }

    [Fact]
    public async Task It_refuses_what_would_undo_an_owners_edit()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        var key = (await world.MintedAsync())[0].Value;

        await world.EditAsync();
        Assert.Contains("AWSPREVIOUS holds the same key as AWSCURRENT", await world.FailAsync(Event(world)), StringComparison.Ordinal);

        await world.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = world.SecretArn, SecretString = $$"""{"apiKey":"{{key}}","note":2}""" });
        var message = await world.FailAsync(Event(world));
        Assert.Contains("AWSPREVIOUS differs from AWSCURRENT in more than the key", message, StringComparison.Ordinal);
        var labels = await world.LabelsAsync();
        Assert.EndsWith(
            $"--version-stage AWSCURRENT --move-to-version-id {VersionOf(labels, "AWSPREVIOUS")} --remove-from-version-id {VersionOf(labels, "AWSCURRENT")}", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_refuses_when_there_is_nothing_to_go_back_to()
    {
        await using var world = await World.StartAsync(document: null);
        Assert.Contains("the secret has no AWSPREVIOUS version to go back to", await world.FailAsync(Event(world)), StringComparison.Ordinal);
        await world.ActAsync(new { action = "provision", secretId = world.SecretArn });
        await world.ClearPendingAsync();
        Assert.Contains("AWSPREVIOUS holds no key", await world.FailAsync(Event(world)), StringComparison.Ordinal);
        await world.RotateHealthyAsync();
        await world.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = (await world.MintedAsync())[0].Id });
        Assert.Contains("no key of this secret has AWSPREVIOUS's value any more", await world.FailAsync(Event(world)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_refuses_a_key_that_opens_less_than_the_template()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        var key = (await world.MintedAsync())[0].Id;
        await world.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = world.PlanIds[0], KeyId = key });
        Assert.EndsWith(
            $"Put it there with: aws apigateway create-usage-plan-key --usage-plan-id {world.PlanIds[0]} --key-type API_KEY --key-id {key}",
            await world.FailAsync(Event(world)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_refuses_while_a_rotation_is_not_complete_and_works_once_that_is_given_up()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        var token = await world.OpenRotationAsync();
        Assert.Contains($"version {token} is AWSPENDING: a rotation that is not complete", await world.FailAsync(Event(world)), StringComparison.Ordinal);
        await world.ClearPendingAsync();
        await RollBackAsync(world);
    }

    [Fact]
    public async Task While_AWSPENDING_stays_after_a_rotation_it_refuses_until_the_label_is_off()
    {
        await using var world = await World.StartAsync(unknowns: new() { PendingStays = TimeSpan.FromDays(2) });
        await world.RotateHealthyAsync(2);
        var current = VersionOf(await world.LabelsAsync(), "AWSCURRENT");
        Assert.Equal(current, VersionOf(await world.LabelsAsync(), "AWSPENDING"));

        Assert.Contains($"version {current} is AWSPENDING", await world.FailAsync(Event(world)), StringComparison.Ordinal);
        await world.ClearPendingAsync();
        await RollBackAsync(world);

        await world.RotateHealthyAsync();
    }

    [Fact]
    public async Task Where_AWSPENDING_had_stayed_an_owners_edit_takes_it_off_and_blocks_no_rotation()
    {
        await using var world = await World.StartAsync(unknowns: new() { PendingStays = TimeSpan.FromDays(30) });
        await world.RotateHealthyAsync(2);

        await world.EditAsync();

        Assert.DoesNotContain("AWSPENDING", (await world.LabelsAsync()).Values.SelectMany(labels => labels));
        Assert.Contains("AWSPREVIOUS holds the same key as AWSCURRENT", await world.FailAsync(Event(world)), StringComparison.Ordinal);
        await world.RotateHealthyAsync();
        await world.ClearPendingAsync();
        await RollBackAsync(world);
    }

    [Fact]
    public async Task When_AWSCURRENT_moves_meanwhile_it_says_so()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        world.Aws.Faults = call =>
        {
            if (call.Operation == "UpdateSecretVersionStage")
            {
                world.Aws.Faults = null;
                world.Aws.SecretsManager.PutSecretValue(new LocalAws.SecretsManager.PutSecretValueRequest { SecretId = world.SecretArn, ClientRequestToken = World.NewToken(), SecretString = "{}" });
            }

            return null;
        };
        var failure = await Assert.ThrowsAsync<RotationException>(() => RollBackAsync(world));
        Assert.Contains("AWSCURRENT moved to version", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("Then invoke it again.", failure.Message, StringComparison.Ordinal);
    }

    private static string VersionOf(Dictionary<string, List<string>> labels, string label) => labels.Single(version => version.Value.Contains(label)).Key;

    private static string Event(World world) => $$"""{"action":"rollback","secretId":"{{world.SecretArn}}"}""";

    private static Task<string> RollBackAsync(World world) => world.ActAsync(new { action = "rollback", secretId = world.SecretArn });
}
