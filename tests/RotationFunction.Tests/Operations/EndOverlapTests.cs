using System.Net;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>How long AWSPREVIOUS's key stays enabled: the tag apikey-rotation:overlap on the secret.</summary>
public sealed class EndOverlapTests
{
    [Fact]
    public async Task Without_the_tag_the_previous_key_stays_until_the_next_rotation()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        world.Time.Advance(TimeSpan.FromDays(365));
        var before = await world.SnapshotAsync();
        Assert.StartsWith("The secret has no tag apikey-rotation:overlap", await EndAsync(world), StringComparison.Ordinal);
        Assert.Equal(before, await world.SnapshotAsync());
    }

    [Theory]
    [InlineData("24h", 24)]
    [InlineData("7d", 7 * 24)]
    public async Task It_disables_the_previous_key_when_the_overlap_is_over_and_not_before(string overlap, int hours)
    {
        await using var world = await StartAsync(overlap);
        world.Time.Advance(TimeSpan.FromHours(hours) - TimeSpan.FromMinutes(1));
        Assert.StartsWith("AWSPREVIOUS's key stays enabled until 2026-", await EndAsync(world), StringComparison.Ordinal);
        Assert.Equal([true, true], await EnabledAsync(world));

        world.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal($"The overlap is over. Keys disabled: {(await world.MintedAsync())[0].Id}.", await EndAsync(world));

        Assert.Equal([false, true], await EnabledAsync(world));
        Assert.Equal("The overlap is over; no key was left to disable.", await EndAsync(world));
        await world.RotateHealthyAsync();
        Assert.Equal([true, true], await EnabledAsync(world));
    }

    [Fact]
    public async Task A_rollback_by_hand_and_an_owners_edit_start_it_anew()
    {
        await using var world = await StartAsync("24h");
        world.Time.Advance(TimeSpan.FromHours(20));
        var labels = await world.LabelsAsync();
        await world.Secrets.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest
        {
            SecretId = world.SecretArn,
            VersionStage = "AWSCURRENT",
            MoveToVersionId = labels.Single(version => version.Value.Contains("AWSPREVIOUS")).Key,
            RemoveFromVersionId = labels.Single(version => version.Value.Contains("AWSCURRENT")).Key,
        });
        world.Time.Advance(TimeSpan.FromHours(20));
        await EndAsync(world);
        Assert.Equal([true, true], await EnabledAsync(world));

        await world.EditAsync();
        world.Time.Advance(TimeSpan.FromHours(20));
        await EndAsync(world);
        Assert.Equal([true, true], await EnabledAsync(world));

        world.Time.Advance(TimeSpan.FromHours(5));
        await EndAsync(world);
        Assert.Equal([true, false], await EnabledAsync(world)); // after the edit no label holds it
    }

    [Fact]
    public async Task A_key_that_was_enabled_again_as_by_a_rollback_under_way_has_an_overlap_of_its_own()
    {
        await using var world = await StartAsync("24h");
        world.Time.Advance(TimeSpan.FromHours(25));
        await EndAsync(world);
        await world.Gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest
        {
            ApiKey = (await world.MintedAsync())[0].Id,
            PatchOperations = [new PatchOperation { Op = "replace", Path = "/enabled", Value = "true" }],
        });

        world.Time.Advance(TimeSpan.FromHours(1));
        await EndAsync(world);
        Assert.Equal([true, true], await EnabledAsync(world));
        world.Time.Advance(TimeSpan.FromHours(24));
        await EndAsync(world);
        Assert.Equal([false, true], await EnabledAsync(world));
    }

    [Fact]
    public async Task An_overlap_of_0_ends_the_previous_key_right_after_promotion_and_rollback_brings_it_back()
    {
        await using var world = await StartAsync("0");
        Assert.Equal([false, true], await EnabledAsync(world));
        Assert.Equal(HttpStatusCode.Forbidden, await world.CallApiAsync(await world.ReadKeyAsync("AWSPREVIOUS")));
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));

        await world.ActAsync(new { action = "rollback", secretId = world.SecretArn });
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
        Assert.Equal([true, true], await EnabledAsync(world));
        world.Time.Advance(TimeSpan.FromHours(1));
        await EndAsync(world);
        Assert.Equal([true, false], await EnabledAsync(world));
        await world.RotateHealthyAsync(3);
        Assert.Equal([false, true], await EnabledAsync(world));
    }

    [Fact]
    public async Task With_an_overlap_of_0_a_repeat_of_finishSecret_ends_what_a_crash_after_the_move_left()
    {
        await using var world = await StartAsync("0");
        var token = await world.OpenRotationAsync();
        await world.RunAsync(token, "createSecret", "setSecret", "testSecret");
        var moved = false;
        world.Aws.Faults = call =>
        {
            moved |= call.Operation == "UpdateSecretVersionStage";
            return moved && call.Operation != "UpdateSecretVersionStage" ? Fault.Error(400, "AccessDeniedException", "as if it had died") : null;
        };
        await Assert.ThrowsAsync<RotationException>(() => world.RunAsync(token, "finishSecret"));
        world.Aws.Faults = null;
        Assert.Contains("AWSCURRENT", (await world.LabelsAsync())[token]);
        var previous = await world.ReadKeyAsync("AWSPREVIOUS");
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(previous));

        await world.RunAsync(token, "finishSecret");

        Assert.Equal(HttpStatusCode.Forbidden, await world.CallApiAsync(previous));
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("24")]
    [InlineData("0h")]
    [InlineData("-1h")]
    [InlineData("1.5d")]
    [InlineData("10000d")]
    [InlineData("one day")]
    public async Task A_tag_that_says_no_time_is_refused_before_a_rotation_changes_anything(string overlap)
    {
        await using var world = await StartAsync("24h");
        await world.TagSecretAsync("apikey-rotation:overlap", overlap);
        var expected = $"the secret's tag apikey-rotation:overlap is '{overlap}'. Nothing was changed. Set it to 0, or to hours or days such as 24h or 7d";
        Assert.Contains(expected, await world.FailAsync($$"""{"action":"endOverlap","secretId":"{{world.SecretArn}}"}"""), StringComparison.Ordinal);
        var token = await world.OpenRotationAsync();
        Assert.Contains(expected, await world.FailAsync(token, "createSecret"), StringComparison.Ordinal);
        Assert.Contains(expected, await world.FailAsync(token, "finishSecret"), StringComparison.Ordinal);
    }

    private static async Task<World> StartAsync(string overlap)
    {
        var world = await World.StartAsync(unknowns: new UnknownBehaviours());
        await world.TagSecretAsync("apikey-rotation:overlap", overlap);
        await world.RotateHealthyAsync(2);
        return world;
    }

    private static Task<string> EndAsync(World world) => world.ActAsync(new { action = "endOverlap", secretId = world.SecretArn });

    private static async Task<IEnumerable<bool>> EnabledAsync(World world) => (await world.MintedAsync()).Select(key => key.Enabled == true);
}
