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
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        fixture.Time.Advance(TimeSpan.FromDays(365));
        var before = await fixture.SnapshotAsync();
        Assert.StartsWith("The secret has no tag apikey-rotation:overlap", await EndAsync(fixture), StringComparison.Ordinal);
        Assert.Equal(before, await fixture.SnapshotAsync());
    }

    [Theory]
    [InlineData("24h", 24)]
    [InlineData("7d", 7 * 24)]
    public async Task It_disables_the_previous_key_when_the_overlap_is_over_and_not_before(string overlap, int hours)
    {
        await using var fixture = await StartAsync(overlap);
        fixture.Time.Advance(TimeSpan.FromHours(hours) - TimeSpan.FromMinutes(1));
        Assert.StartsWith("AWSPREVIOUS's key stays enabled until 2026-", await EndAsync(fixture), StringComparison.Ordinal);
        Assert.Equal([true, true], await EnabledAsync(fixture));

        fixture.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal($"The overlap has ended. Keys disabled: {(await fixture.MintedAsync())[0].Id}.", await EndAsync(fixture));

        Assert.Equal([false, true], await EnabledAsync(fixture));
        Assert.Equal("The overlap has ended. There was no key to disable.", await EndAsync(fixture));
        await fixture.RotateHealthyAsync();
        Assert.Equal([true, true], await EnabledAsync(fixture));
    }

    [Fact]
    public async Task A_rollback_by_hand_and_an_owners_edit_start_it_anew()
    {
        await using var fixture = await StartAsync("24h");
        fixture.Time.Advance(TimeSpan.FromHours(20));
        var labels = await fixture.LabelsAsync();
        await fixture.Secrets.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest
        {
            SecretId = fixture.SecretArn,
            VersionStage = "AWSCURRENT",
            MoveToVersionId = labels.Single(version => version.Value.Contains("AWSPREVIOUS")).Key,
            RemoveFromVersionId = labels.Single(version => version.Value.Contains("AWSCURRENT")).Key,
        });
        fixture.Time.Advance(TimeSpan.FromHours(20));
        await EndAsync(fixture);
        Assert.Equal([true, true], await EnabledAsync(fixture));

        await fixture.EditAsync();
        fixture.Time.Advance(TimeSpan.FromHours(20));
        await EndAsync(fixture);
        Assert.Equal([true, true], await EnabledAsync(fixture));

        fixture.Time.Advance(TimeSpan.FromHours(5));
        await EndAsync(fixture);
        Assert.Equal([true, false], await EnabledAsync(fixture)); // after the edit no label holds it
    }

    [Fact]
    public async Task A_key_that_was_enabled_again_as_by_a_rollback_under_way_has_an_overlap_of_its_own()
    {
        await using var fixture = await StartAsync("24h");
        fixture.Time.Advance(TimeSpan.FromHours(25));
        await EndAsync(fixture);
        await fixture.Gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest
        {
            ApiKey = (await fixture.MintedAsync())[0].Id,
            PatchOperations = [new PatchOperation { Op = "replace", Path = "/enabled", Value = "true" }],
        });

        fixture.Time.Advance(TimeSpan.FromHours(1));
        await EndAsync(fixture);
        Assert.Equal([true, true], await EnabledAsync(fixture));
        fixture.Time.Advance(TimeSpan.FromHours(24));
        await EndAsync(fixture);
        Assert.Equal([false, true], await EnabledAsync(fixture));
    }

    [Fact]
    public async Task An_overlap_of_0_ends_the_previous_key_right_after_promotion_and_rollback_brings_it_back()
    {
        await using var fixture = await StartAsync("0");
        Assert.Equal([false, true], await EnabledAsync(fixture));
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(await fixture.ReadKeyAsync("AWSPREVIOUS")));
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));

        await fixture.ActAsync(new { action = "rollback", secretId = fixture.SecretArn });
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
        Assert.Equal([true, true], await EnabledAsync(fixture));
        fixture.Time.Advance(TimeSpan.FromHours(1));
        await EndAsync(fixture);
        Assert.Equal([true, false], await EnabledAsync(fixture));
        await fixture.RotateHealthyAsync(3);
        Assert.Equal([false, true], await EnabledAsync(fixture));
    }

    [Fact]
    public async Task With_an_overlap_of_0_a_repeat_of_finishSecret_ends_what_a_crash_after_the_move_left()
    {
        await using var fixture = await StartAsync("0");
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret", "testSecret");
        var moved = false;
        fixture.Aws.Faults = call =>
        {
            moved |= call.Operation == "UpdateSecretVersionStage";
            return moved && call.Operation != "UpdateSecretVersionStage" ? Fault.Error(400, "AccessDeniedException", "as if it had died") : null;
        };
        await Assert.ThrowsAsync<RotationException>(() => fixture.RunAsync(token, "finishSecret"));
        fixture.Aws.Faults = null;
        Assert.Contains("AWSCURRENT", (await fixture.LabelsAsync())[token]);
        var previous = await fixture.ReadKeyAsync("AWSPREVIOUS");
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(previous));

        await fixture.RunAsync(token, "finishSecret");

        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(previous));
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
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
        await using var fixture = await StartAsync("24h");
        await fixture.TagSecretAsync("apikey-rotation:overlap", overlap);
        var expected = $"the secret's tag apikey-rotation:overlap is '{overlap}'. Nothing was changed. Set it to 0, or to hours or days such as 24h or 7d";
        Assert.Contains(expected, await fixture.FailAsync($$"""{"action":"endOverlap","secretId":"{{fixture.SecretArn}}"}"""), StringComparison.Ordinal);
        var token = await fixture.OpenRotationAsync();
        Assert.Contains(expected, await fixture.FailAsync(token, "createSecret"), StringComparison.Ordinal);
        Assert.Contains(expected, await fixture.FailAsync(token, "finishSecret"), StringComparison.Ordinal);
    }

    private static async Task<RotationFixture> StartAsync(string overlap)
    {
        var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours());
        await fixture.TagSecretAsync("apikey-rotation:overlap", overlap);
        await fixture.RotateHealthyAsync(2);
        return fixture;
    }

    private static Task<string> EndAsync(RotationFixture fixture) => fixture.ActAsync(new { action = "endOverlap", secretId = fixture.SecretArn });

    private static async Task<IEnumerable<bool>> EnabledAsync(RotationFixture fixture) => (await fixture.MintedAsync()).Select(key => key.Enabled == true);
}
