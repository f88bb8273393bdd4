using System.Net;
using System.Text.Json;
using Amazon.APIGateway.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>A key that clients still use is not cut off by the rotation that would disable it, but at the latest when its hold ends.</summary>
public sealed class HoldTests
{
    private const int Quota = 1000;
    private static readonly TimeSpan Lag = TimeSpan.FromMinutes(41);

    [Fact]
    public async Task A_key_that_is_used_stays_until_it_is_not_or_its_time_has_ended()
    {
        await using var fixture = await StartAsync("3d");
        var keys = await fixture.MintedAsync();
        await UseAsync(fixture, keys[0]);
        await fixture.RotateHealthyAsync();
        Assert.Equal([true, true, true], await EnabledAsync(fixture));
        Assert.Contains(fixture.Log, entry => entry.Message.Contains($"key {keys[0].Id} stays enabled, until ", StringComparison.Ordinal));

        // The owner's three days count from the rotation that would have disabled it.
        for (var hours = 0; hours < 69; hours += 3)
        {
            fixture.Time.Advance(TimeSpan.FromHours(3) - Lag);
            await UseAsync(fixture, keys[0]);
            Assert.Equal("There was no key to disable.", await LookAsync(fixture));
        }

        fixture.Time.Advance(TimeSpan.FromHours(3));
        fixture.Log.Clear();
        Assert.StartsWith($"Keys disabled, which are not held: {keys[0].Id}.", await LookAsync(fixture), StringComparison.Ordinal);
        Assert.Equal([false, true, true], await EnabledAsync(fixture));
        var ended = Assert.Single(fixture.Log, entry => entry.Level == "Warning");
        Assert.Matches($"the hold of key {keys[0].Id} ended at .*, so it is disabled: requests today [1-9]", ended.Message);
        await ConvergeAsync(fixture);
    }

    [Fact]
    public async Task A_key_that_is_not_used_any_more_is_disabled_by_the_schedule_or_the_next_rotation()
    {
        await using var fixture = await StartAsync("30d");
        var key = (await fixture.MintedAsync())[0];
        await UseAsync(fixture, key);
        await fixture.RotateHealthyAsync();
        Assert.Equal("There was no key to disable.", await LookAsync(fixture)); // used yesterday
        fixture.Time.Advance(TimeSpan.FromDays(1));
        Assert.StartsWith("Keys disabled, which are not held: ", await LookAsync(fixture), StringComparison.Ordinal);
        Assert.Equal([false, true, true], await EnabledAsync(fixture));
        await ConvergeAsync(fixture);

        // And one that nobody used is disabled as without a hold.
        fixture.Time.Advance(TimeSpan.FromDays(3));
        await fixture.RotateHealthyAsync();
        Assert.Equal([false, true, true], await EnabledAsync(fixture));
    }

    [Theory]
    [InlineData("absent")]
    [InlineData("denied")]
    public async Task A_key_of_which_nothing_is_known_is_held_until_its_time_has_ended(string variant)
    {
        await using var fixture = await StartAsync("2d", variant == "absent" ? null : Quota);
        fixture.Aws.Faults = call => variant == "denied" && call.Operation == "GetUsage" ? Fault.Error(403, "AccessDeniedException", "no") : null;
        await fixture.RotateHealthyAsync();
        Assert.Equal([true, true, true], await EnabledAsync(fixture));
        fixture.Time.Advance(TimeSpan.FromHours(47));
        Assert.Equal("There was no key to disable.", await LookAsync(fixture));
        fixture.Time.Advance(TimeSpan.FromHours(1));
        await LookAsync(fixture);
        Assert.Equal([false, true, true], await EnabledAsync(fixture));
        Assert.Contains(fixture.Log, entry => entry.Message.EndsWith("requests today an unknown number of, yesterday an unknown number of", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_held_key_is_a_kind_of_its_own_and_no_stray()
    {
        await using var fixture = await StartAsync("3d");
        var key = (await fixture.MintedAsync())[0];
        await UseAsync(fixture, key);
        await fixture.RotateHealthyAsync();

        var status = await fixture.AnswerAsync(new { action = "status", secretId = fixture.SecretArn });
        await fixture.AnswerAsync(new { action = "check", secretId = fixture.SecretArn });

        var held = Assert.Single(status.GetProperty("Keys").EnumerateArray(), shown => shown.GetProperty("Kind").GetString() == "held");
        Assert.Equal((key.Id, false, true), (held.GetProperty("KeyId").GetString(), held.GetProperty("Stray").GetBoolean(), held.GetProperty("Enabled").GetBoolean()));
        Assert.Equal((await fixture.MintedAsync())[2].CreatedDate!.Value.AddDays(3), held.GetProperty("HeldUntil").GetDateTime());
        Assert.Equal("3d", status.GetProperty("Rotation").GetProperty("Hold").GetString());
        Assert.Equal((0, 3), (fixture.Metrics[^1].GetProperty("Strays").GetInt32(), fixture.Metrics[^1].GetProperty("KeysInRing").GetInt32()));

        // Nothing disables it in time: a finding, and a stray.
        fixture.Time.Advance(TimeSpan.FromDays(3) + TimeSpan.FromHours(4));
        status = await fixture.AnswerAsync(new { action = "status", secretId = fixture.SecretArn });
        Assert.Contains(status.GetProperty("Findings").EnumerateArray(), finding => finding.GetProperty("Problem").GetString()!.Contains("its hold of 3d has ended", StringComparison.Ordinal));
        Assert.Contains(status.GetProperty("Keys").EnumerateArray(), shown => shown.GetProperty("Stray").GetBoolean());
    }

    [Fact]
    public async Task Check_says_how_long_a_key_is_held()
    {
        await using var fixture = await StartAsync("30d");
        await UseAsync(fixture, (await fixture.MintedAsync())[0]);
        await fixture.RotateHealthyAsync();
        fixture.Time.Advance(TimeSpan.FromDays(1));
        foreach (var key in (await fixture.MintedAsync())[..2])
        {
            await UseAsync(fixture, key);
        }

        fixture.Time.Advance(TimeSpan.FromHours(1));
        var findings = (await fixture.AnswerAsync(new { action = "check", secretId = fixture.SecretArn })).GetProperty("Findings").EnumerateArray()
            .Select(finding => finding.GetProperty("Problem").GetString()!).ToList();

        Assert.Equal(2, findings.Count);
        Assert.Contains(findings, finding => finding.Contains("The key is held while it is used, until ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_that_was_rolled_back_from_is_never_held(bool afterAnAbandonedRotation)
    {
        await using var fixture = await StartAsync("30d");
        await fixture.ActAsync(new { action = "rollback", secretId = fixture.SecretArn });
        var leaked = (await fixture.MintedAsync())[1];
        await UseAsync(fixture, leaked);
        if (afterAnAbandonedRotation)
        {
            await AbandonAsync(fixture);
        }

        await UseAsync(fixture, leaked);
        await fixture.RotateHealthyAsync();
        Assert.False(fixture.Aws.ApiGateway.GetApiKey(leaked.Id).Enabled);
        Assert.Equal(2, (await EnabledAsync(fixture)).Count(enabled => enabled));
    }

    /// <summary>The next rotation could not tell it from a key that was AWSPREVIOUS's.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_that_was_rolled_back_from_is_disabled_by_the_schedule_after_a_crash_right_after_the_move(bool wasAbandoned)
    {
        await using var fixture = await StartAsync("30d");
        await fixture.ActAsync(new { action = "rollback", secretId = fixture.SecretArn });
        var leaked = (await fixture.MintedAsync())[1];
        if (wasAbandoned)
        {
            await AbandonAsync(fixture);
        }

        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret", "testSecret");
        await UseAsync(fixture, leaked);
        Assert.Equal("There was no key to disable.", await LookAsync(fixture));
        fixture.Aws.Faults = call => call is { Operation: "GetApiKey", AccessKeyId: RotationFixture.FunctionAccessKey } ? Fault.Error(403, "AccessDeniedException", "crash") : null;
        await Assert.ThrowsAsync<RotationException>(() => fixture.RunAsync(token, "finishSecret"));
        fixture.Aws.Faults = null;
        Assert.StartsWith("Keys disabled, which are not held: ", await LookAsync(fixture), StringComparison.Ordinal);
        Assert.False(fixture.Aws.ApiGateway.GetApiKey(leaked.Id).Enabled);
        Assert.Equal(2, (await EnabledAsync(fixture)).Count(enabled => enabled));
    }

    [Fact]
    public async Task RevokePrevious_and_the_end_of_the_stack_do_not_wait()
    {
        await using var fixture = await StartAsync("30d");
        await UseAsync(fixture, (await fixture.MintedAsync())[0]);
        await fixture.RotateHealthyAsync();
        await fixture.ActAsync(new { action = "revokePrevious", secretId = fixture.SecretArn });
        Assert.Equal([false, false, true], await EnabledAsync(fixture));

        await UseAsync(fixture, (await fixture.MintedAsync())[2]);
        await fixture.Secrets.CancelRotateSecretAsync(new() { SecretId = fixture.SecretArn });
        await fixture.ActAsync(new { action = "lifecycle", secretId = fixture.SecretArn, tf = new { action = "delete" } });
        Assert.Empty(await fixture.MintedAsync());
    }

    [Fact]
    public async Task An_adopted_key_is_held_like_another()
    {
        await using var fixture = await RotationFixture.StartAsync(quota: Quota);
        var adopted = await fixture.AdoptAsync();
        await fixture.TagSecretAsync("apikey-rotation:hold", "2d");
        await fixture.RotateHealthyAsync();
        await UseAsync(fixture, await fixture.Gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = adopted, IncludeValue = true }));
        await fixture.RotateHealthyAsync();
        Assert.True(fixture.Aws.ApiGateway.GetApiKey(adopted).Enabled);
        fixture.Time.Advance(TimeSpan.FromDays(2));
        await LookAsync(fixture);
        Assert.False(fixture.Aws.ApiGateway.GetApiKey(adopted).Enabled);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_adopted_key_that_lost_its_label_to_an_edit_is_left_to_the_next_rotation(bool afterAnAbandonedRotation)
    {
        await using var fixture = await RotationFixture.StartAsync(quota: Quota);
        var adopted = await fixture.AdoptAsync();
        await fixture.TagSecretAsync("apikey-rotation:hold", "2d");
        if (afterAnAbandonedRotation)
        {
            await AbandonAsync(fixture);
        }

        await fixture.RotateHealthyAsync();
        await fixture.EditAsync();
        fixture.Time.Advance(TimeSpan.FromDays(20));
        await LookAsync(fixture);
        Assert.True(fixture.Aws.ApiGateway.GetApiKey(adopted).Enabled);
    }

    /// <summary>The keys after a held one say until when it is held. If one of them were deleted, its time would begin again.</summary>
    [Fact]
    public async Task No_key_is_deleted_while_an_older_one_is_held_and_a_held_key_never_lives_longer()
    {
        await using var fixture = await StartAsync("5d");
        var key = (await fixture.MintedAsync())[0];
        await UseAsync(fixture, key);
        await fixture.RotateHealthyAsync();
        var end = fixture.Time.GetUtcNow().AddDays(5);
        while (fixture.Time.GetUtcNow() < end - TimeSpan.FromDays(1))
        {
            await UseAsync(fixture, key);
            await fixture.RotateHealthyAsync();
            Assert.True(fixture.Aws.ApiGateway.GetApiKey(key.Id).Enabled);
        }

        await UseAsync(fixture, key);
        Assert.Equal(7, (await fixture.MintedAsync()).Count);
        await fixture.RotateHealthyAsync();
        Assert.False(fixture.Aws.ApiGateway.GetApiKey(key.Id).Enabled);
        await ConvergeAsync(fixture);
    }

    [Fact]
    public async Task A_repeat_after_a_crash_right_after_the_move_holds_as_long()
    {
        await using var fixture = await StartAsync("2d");
        var key = (await fixture.MintedAsync())[0];
        await UseAsync(fixture, key);
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret", "testSecret");
        fixture.Aws.Faults = call => call is { Operation: "GetApiKey", AccessKeyId: RotationFixture.FunctionAccessKey } ? Fault.Error(403, "AccessDeniedException", "crash") : null;
        await Assert.ThrowsAsync<RotationException>(() => fixture.RunAsync(token, "finishSecret"));
        fixture.Aws.Faults = null;
        Assert.Contains(token, (await fixture.LabelsAsync()).Where(version => version.Value.Contains("AWSCURRENT")).Select(version => version.Key));
        fixture.Time.Advance(TimeSpan.FromHours(20));
        await UseAsync(fixture, key);
        await fixture.RunAsync(token, "finishSecret");
        Assert.Equal([true, true, true], await EnabledAsync(fixture));
        fixture.Time.Advance(TimeSpan.FromHours(26));
        await UseAsync(fixture, key);
        await fixture.RunAsync(token, "finishSecret");
        Assert.Equal([true, true, true], await EnabledAsync(fixture));
        fixture.Time.Advance(TimeSpan.FromHours(1));
        await fixture.RunAsync(token, "finishSecret");
        Assert.Equal([false, true, true], await EnabledAsync(fixture));
    }

    /// <summary>A rotation in progress may have lost its label for a moment: its key is younger than what labels hold.</summary>
    [Fact]
    public async Task The_schedule_touches_no_key_younger_than_those_of_the_labels()
    {
        await using var fixture = await StartAsync("1d");
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret");
        await fixture.ClearPendingAsync();
        fixture.Time.Advance(TimeSpan.FromDays(3));
        Assert.Equal("There was no key to disable.", await LookAsync(fixture));
        Assert.Equal([true, true, true], await EnabledAsync(fixture));
        await fixture.RotateHealthyAsync();
        Assert.Equal(2, (await EnabledAsync(fixture)).Count(enabled => enabled));
    }

    /// <summary>An owner's edit takes AWSPREVIOUS from a key that clients may use until the next rotation, as without a hold.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_an_owners_edit_the_schedule_leaves_the_key_before_to_the_next_rotation(bool afterAnAbandonedRotation)
    {
        await using var fixture = await StartAsync("3d");
        if (afterAnAbandonedRotation)
        {
            await AbandonAsync(fixture);
            await fixture.RotateHealthyAsync();
        }

        var before = await fixture.ReadKeyAsync("AWSPREVIOUS");
        await fixture.EditAsync();
        fixture.Time.Advance(TimeSpan.FromDays(20));

        Assert.Equal("There was no key to disable.", await LookAsync(fixture));
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(before));
    }

    [Fact]
    public async Task After_an_edit_and_an_abandoned_rotation_the_key_before_stays_for_its_hold_used_or_not()
    {
        await using var fixture = await StartAsync("30d");
        var before = await fixture.ReadKeyAsync("AWSPREVIOUS");
        await fixture.EditAsync();
        await AbandonAsync(fixture);
        fixture.Time.Advance(TimeSpan.FromDays(20));
        await LookAsync(fixture);
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(before));
    }

    /// <summary>And one that was held before the edit is not held longer.</summary>
    [Fact]
    public async Task A_held_key_is_disabled_in_time_after_an_owners_edit()
    {
        await using var fixture = await StartAsync("3d");
        var key = (await fixture.MintedAsync())[0];
        await UseAsync(fixture, key);
        await fixture.RotateHealthyAsync();
        await fixture.EditAsync();
        fixture.Time.Advance(TimeSpan.FromDays(3));
        await LookAsync(fixture);
        Assert.Equal([false, true, true], await EnabledAsync(fixture));
    }

    /// <summary>Its time counts from the rotation that would have disabled it, also when that rotation's key is disabled by now.</summary>
    [Fact]
    public async Task A_held_key_is_disabled_in_time_after_a_rollback_a_rotation_and_an_owners_edit()
    {
        await using var fixture = await StartAsync("3d");
        var key = (await fixture.MintedAsync())[0];
        await UseAsync(fixture, key);
        await fixture.RotateHealthyAsync();
        await fixture.ActAsync(new { action = "rollback", secretId = fixture.SecretArn });
        fixture.Time.Advance(TimeSpan.FromDays(1));
        await UseAsync(fixture, key);
        await fixture.RotateHealthyAsync();
        Assert.Equal([true, true, false, true], await EnabledAsync(fixture));
        await fixture.EditAsync();
        fixture.Time.Advance(TimeSpan.FromDays(2));
        await LookAsync(fixture);
        Assert.Equal([false, true, false, true], await EnabledAsync(fixture));
    }

    [Fact]
    public async Task A_held_key_is_disabled_in_time_after_a_rollback_and_an_owners_edit()
    {
        await using var fixture = await StartAsync("3d");
        var key = (await fixture.MintedAsync())[0];
        await UseAsync(fixture, key);
        await fixture.RotateHealthyAsync();
        await fixture.ActAsync(new { action = "rollback", secretId = fixture.SecretArn });
        await fixture.EditAsync();
        fixture.Time.Advance(TimeSpan.FromDays(3));
        await LookAsync(fixture);
        Assert.Equal([false, true, true], await EnabledAsync(fixture));
    }

    /// <summary>All its events delivered again, when it is current once more.</summary>
    [Fact]
    public async Task A_late_finishSecret_after_a_rollback_ends_no_hold()
    {
        await using var fixture = await StartAsync("30d");
        var key = (await fixture.MintedAsync())[0];
        await UseAsync(fixture, key);
        var token = (await fixture.LabelsAsync()).First(version => version.Value.Contains("AWSCURRENT")).Key;
        await fixture.RotateHealthyAsync();
        await fixture.ActAsync(new { action = "rollback", secretId = fixture.SecretArn });
        await fixture.RunAsync(token, "finishSecret");
        Assert.Equal([true, true, true], await EnabledAsync(fixture));
    }

    [Theory]
    [InlineData("soon", null, "the secret's tag apikey-rotation:hold is 'soon'")]
    [InlineData("0", null, "the secret's tag apikey-rotation:hold is '0'")]
    [InlineData("30d", "24h", "the secret has the tags apikey-rotation:hold and apikey-rotation:overlap")]
    public async Task A_hold_that_says_no_time_or_stands_beside_an_overlap_is_refused_before_anything_changes(string hold, string? overlap, string problem)
    {
        await using var fixture = await StartAsync(hold);
        if (overlap is not null)
        {
            await fixture.TagSecretAsync("apikey-rotation:overlap", overlap);
        }

        Assert.Contains(problem, await fixture.FailAsync(await fixture.OpenRotationAsync(), "createSecret"), StringComparison.Ordinal);
        Assert.Contains(problem, await fixture.FailAsync(JsonSerializer.Serialize(new { action = "endOverlap", secretId = fixture.SecretArn })), StringComparison.Ordinal);
        var check = await fixture.AnswerAsync(new { action = "check", secretId = fixture.SecretArn });
        Assert.Contains(check.GetProperty("Findings").EnumerateArray(), finding => finding.GetProperty("Problem").GetString()!.Contains(problem, StringComparison.Ordinal));
    }

    /// <summary>A secret with two keys, the first of which is AWSPREVIOUS's.</summary>
    private static async Task<RotationFixture> StartAsync(string hold, int? quota = Quota)
    {
        var fixture = await RotationFixture.StartAsync(quota: quota);
        await fixture.RotateHealthyAsync(2);
        await fixture.TagSecretAsync("apikey-rotation:hold", hold);
        return fixture;
    }

    /// <summary>A request that API Gateway shows.</summary>
    private static Task UseAsync(RotationFixture fixture, ApiKey key) => UseAsync(fixture, key.Value);

    private static Task UseAsync(RotationFixture fixture, GetApiKeyResponse key) => UseAsync(fixture, key.Value);

    private static async Task UseAsync(RotationFixture fixture, string key)
    {
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(key));
        fixture.Time.Advance(Lag);
    }

    /// <summary>A rotation that leaves an enabled key, which no label has.</summary>
    private static async Task AbandonAsync(RotationFixture fixture)
    {
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret");
        await fixture.ClearPendingAsync();
    }

    private static Task<string> LookAsync(RotationFixture fixture) => fixture.ActAsync(new { action = "endOverlap", secretId = fixture.SecretArn });

    private static async Task<List<bool>> EnabledAsync(RotationFixture fixture) => (await fixture.MintedAsync()).ConvertAll(key => key.Enabled == true);

    /// <summary>Two days without a request, and two rotations: the keys of a secret without a hold.</summary>
    private static async Task ConvergeAsync(RotationFixture fixture)
    {
        fixture.Time.Advance(TimeSpan.FromDays(2));
        await fixture.RotateHealthyAsync(2);
        Assert.Equal([false, true, true], await EnabledAsync(fixture));
    }
}
