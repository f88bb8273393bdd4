using System.Net;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>Actions that follow a change within seconds, while reads still miss that change.</summary>
public sealed class SecondsApartTests
{
    private const string There = OtherRegion.Virginia;
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(2);

    /// <summary>The answer of rollback says to revoke then.</summary>
    [Fact]
    public async Task A_revoke_right_after_a_rollback_leaves_the_current_key()
    {
        await using var fixture = await StartAsync("{}");
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        await fixture.ClearPendingAsync();
        MissInDescriptions(fixture, "UpdateSecretVersionStage");
        await ActAsync(fixture, "rollback");

        var message = await ActAsync(fixture, "revokePrevious");

        fixture.Aws.Faults = null;
        Assert.StartsWith($"Keys disabled: {(await fixture.MintedAsync())[1].Id}.", message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
        Assert.True(await other.AcceptsAsync(await fixture.ReadKeyAsync()));
    }

    /// <summary>The revoke has read the labels before the rollback, and disables the key after the rollback's last change.</summary>
    [Fact]
    public async Task A_revoke_that_a_rollback_overtakes_leaves_the_current_key()
    {
        await using var fixture = await StartAsync("{}");
        await fixture.RotateHealthyAsync(2);
        await fixture.ClearPendingAsync();
        var previous = await fixture.ReadKeyAsync("AWSPREVIOUS");
        var isRolledBack = false;
        DateTimeOffset? moved = null;
        fixture.Aws.Faults = call =>
        {
            if (call.Operation == "UpdateApiKey" && !isRolledBack)
            {
                isRolledBack = true;
                Task.Run(() => ActAsync(fixture, "rollback")).Wait();
            }

            moved = call.Operation == "UpdateSecretVersionStage" ? fixture.Time.GetUtcNow() : moved;
            return call.Operation == "DescribeSecret" && fixture.Time.GetUtcNow() - moved < Lag ? Fault.StaleRead() : null;
        };

        await Assert.ThrowsAnyAsync<Exception>(() => ActAsync(fixture, "revokePrevious"));

        fixture.Aws.Faults = null;
        Assert.True(previous == await fixture.ReadKeyAsync());
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(previous));
    }

    /// <summary>As after a leak: rotate, then revoke the key that leaked.</summary>
    [Fact]
    public async Task A_revoke_right_after_a_rotation_disables_the_key_that_was_current()
    {
        await using var fixture = await StartAsync("{}");
        await fixture.RotateHealthyAsync(2);
        var leaked = await fixture.ReadKeyAsync();
        MissInDescriptions(fixture, "UpdateSecretVersionStage");
        await fixture.RotateHealthyAsync();

        await ActAsync(fixture, "revokePrevious");

        fixture.Aws.Faults = null;
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(leaked));
    }

    [Fact]
    public async Task An_overlap_of_0_holds_although_the_move_does_not_show_yet()
    {
        await using var fixture = await StartAsync("{}");
        await fixture.RotateHealthyAsync(2);
        await fixture.TagSecretAsync("apikey-rotation:overlap", "0");
        var old = await fixture.ReadKeyAsync();
        MissInDescriptions(fixture, "UpdateSecretVersionStage");

        await fixture.RotateHealthyAsync();

        fixture.Aws.Faults = null;
        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(old));
    }

    /// <summary>The API still accepts a key that was revoked a moment ago, and refuses it later, before it is active again.</summary>
    [Theory]
    [InlineData(2, false)]
    [InlineData(60, false)]
    [InlineData(60, true)]
    public async Task A_probe_that_a_revoked_key_still_passes_does_not_end_a_rollback(int secondsAfterRevoke, bool isRepeat)
    {
        var api = new ScriptedApi();
        await using var fixture = await RotationFixture.StartAsync(activationLag: TimeSpan.FromSeconds(100), api: api, probe: "https://api.example.com/orders");
        using var http = EmbeddedAws.CreateHttpClient();
        api.Answer = (key, _) =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(fixture.ApiUrl, "orders")) { Headers = { { "x-api-key", key } } };
            return http.Send(request) is { IsSuccessStatusCode: true } ? ScriptedApi.Ok() : ScriptedApi.Forbidden();
        };
        await fixture.RotateHealthyAsync(2);
        await fixture.ClearPendingAsync();
        fixture.Time.Advance(TimeSpan.FromHours(1));
        await ActAsync(fixture, "revokePrevious");
        fixture.Time.Advance(TimeSpan.FromSeconds(secondsAfterRevoke));
        if (isRepeat)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => fixture.InvokeAsync($$"""{"action":"rollback","secretId":"{{fixture.SecretArn}}"}""", TimeSpan.FromSeconds(30)));
        }

        await ActAsync(fixture, "rollback");

        for (var seconds = 0; seconds < 300; seconds++, fixture.Time.Advance(TimeSpan.FromSeconds(1)))
        {
            Assert.True(await fixture.CallApiAsync(await fixture.ReadKeyAsync()) == HttpStatusCode.OK, $"It is refused {seconds} s later.");
        }
    }

    /// <summary>The keys' dates of creation say which key was rolled back from: it is never held.</summary>
    [Fact]
    public async Task A_key_that_was_rolled_back_from_is_not_held_in_a_Region_that_was_added_then()
    {
        await using var fixture = await RotationFixture.StartAsync(quota: 1000, unknowns: new() { AttachDuration = TimeSpan.FromSeconds(1) });
        await fixture.TagSecretAsync("apikey-rotation:hold", "30d");
        await fixture.RotateHealthyAsync(2);
        await fixture.ClearPendingAsync();
        var bad = await fixture.ReadKeyAsync();
        await ActAsync(fixture, "rollback");
        var other = await fixture.AddRegionAsync(quota: 1000);
        await fixture.ActAsync(RegionLifecycleTests.Update(fixture, other));
        fixture.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(bad));
        Assert.True(await other.AcceptsAsync(bad));
        fixture.Time.Advance(TimeSpan.FromHours(2));

        await fixture.RotateHealthyAsync();

        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(bad));
        Assert.False(await other.AcceptsAsync(bad));
    }

    /// <summary>A rotation is cancelled a moment after its setSecret, and the stack destroyed.</summary>
    [Fact]
    public async Task Delete_deletes_a_key_that_was_created_a_moment_ago()
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new() { ReadLag = TimeSpan.FromSeconds(3) });
        await fixture.RotateHealthyAsync(2);
        await fixture.RunAsync(await fixture.OpenRotationAsync(), "createSecret", "setSecret");
        await fixture.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = fixture.SecretArn });

        await fixture.ActAsync(new { action = "lifecycle", secretId = fixture.SecretArn, usagePlanIds = fixture.PlanIds, tf = new { action = "delete" } });

        fixture.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(await fixture.MintedAsync());
    }

    [Fact]
    public async Task An_update_sees_the_tag_of_a_Region_that_was_set_a_moment_ago()
    {
        await using var fixture = await StartAsync("{}");
        await fixture.RotateHealthyAsync(2);
        var other = await fixture.AddRegionAsync(tags: false);
        MissInDescriptions(fixture, "TagResource");
        await other.TagAsync();

        var message = await fixture.ActAsync(RegionLifecycleTests.Update(fixture, other));

        fixture.Aws.Faults = null;
        Assert.Contains($"In Region {There}: Keys created: 2.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Provision_sees_the_first_version_that_it_has_just_stored()
    {
        await using var fixture = await StartAsync(document: null);
        MissInDescriptions(fixture, "PutSecretValue");

        Assert.StartsWith("The secret has a key", await ActAsync(fixture, "provision"), StringComparison.Ordinal);

        fixture.Aws.Faults = null;
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
    }

    /// <summary>Descriptions of the secret miss the last change of this kind for two seconds.</summary>
    private static void MissInDescriptions(RotationFixture fixture, string change)
    {
        DateTimeOffset? changed = null;
        fixture.Aws.Faults = call =>
        {
            changed = call.Operation == change && call.Service == "secretsmanager" ? fixture.Time.GetUtcNow() : changed;
            return call.Operation == "DescribeSecret" && fixture.Time.GetUtcNow() - changed < Lag ? Fault.StaleRead() : null;
        };
    }

    private static Task<RotationFixture> StartAsync(string? document) => RotationFixture.StartAsync(document, inProcess: transport => transport);

    private static Task<string> ActAsync(RotationFixture fixture, string action) => fixture.ActAsync(new { action, secretId = fixture.SecretArn });
}
