using System.Globalization;
using System.Net;
using System.Text.Json;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>Who still uses a key: status shows it, and check finds the clients that have not re-read the secret. What AWS does not show is unknown.</summary>
public sealed class OldKeysTests
{
    private const int Quota = 1000;

    [Fact]
    public async Task Status_shows_for_each_enabled_key_and_plan_when_it_was_last_used()
    {
        await using var fixture = await RotationFixture.StartAsync(plans: 2, quota: Quota);
        await fixture.RotateHealthyAsync(3);
        await CallAsync(fixture, await fixture.ReadKeyAsync("AWSPREVIOUS"), 3);
        var used = Day(fixture);
        fixture.Time.Advance(TimeSpan.FromDays(2));
        await CallAsync(fixture, await fixture.ReadKeyAsync(), 2);

        var keys = await KeysAsync(fixture);

        Assert.Equal([0L, 0L, 3L, 0L], Requests(fixture, keys)); // requests of the last 40 minutes do not show
        fixture.Time.Advance(TimeSpan.FromMinutes(41));
        keys = await KeysAsync(fixture);
        Assert.Equal([2L, 0L, 3L, 0L], Requests(fixture, keys));
        Assert.Equal([Day(fixture), null, used, null], Usage(fixture, keys).Select(plan => plan.TryGetProperty("LastUsed", out var day) ? day.GetString() : null));
        Assert.All(Usage(fixture, keys), plan => Assert.Contains(plan.GetProperty("UsagePlanId").GetString(), fixture.PlanIds));
        Assert.All(Usage(fixture, keys), plan => Assert.NotNull(plan.GetProperty("Since").GetString()));
        Assert.False(keys[2].TryGetProperty("Usage", out _), "a disabled key has usage");
        fixture.Time.Advance(TimeSpan.FromDays(7));
        keys = await KeysAsync(fixture);
        Assert.Equal([0L, 0L, 0L, 0L], Requests(fixture, keys));
        Assert.Equal(used, Usage(fixture, keys)[2].GetProperty("LastUsed").GetString());

        static List<long?> Requests(RotationFixture fixture, List<JsonElement> keys) => [.. Usage(fixture, keys).Select(plan => (long?)plan.GetProperty("RequestsIn7Days").GetInt64())];
    }

    public static TheoryData<string> Unknown() => ["absent", "zero", "empty days", "absent keys", "denied", "no answer"];

    /// <summary>Nothing that AWS does not show counts as unused, nor stops an action.</summary>
    [Theory]
    [MemberData(nameof(Unknown))]
    public async Task What_is_not_known_is_shown_as_unknown(string variant)
    {
        await using var fixture = await RotationFixture.StartAsync(quota: variant is "absent" or "zero" ? null : Quota, unknowns: variant switch
        {
            "absent" => new(),
            "zero" => new() { UsageWithoutQuota = UsageWithoutQuota.Zero },
            "empty days" => new() { DaysWithoutRequestsAreEmpty = true },
            "absent keys" => new() { UnusedKeysAreAbsent = true },
            _ => new(),
        });
        await fixture.RotateHealthyAsync(2);
        if (variant is "absent" or "zero")
        {
            await CallAsync(fixture, await fixture.ReadKeyAsync("AWSPREVIOUS"), 2);
        }

        fixture.Time.Advance(TimeSpan.FromDays(2));
        fixture.Aws.Faults = call => call.Operation != "GetUsage" ? null
            : variant == "denied" ? Fault.Error(403, "AccessDeniedException", "no")
            : variant == "no answer" ? Fault.ConnectionReset(afterEffect: false) : null;

        var status = await fixture.AnswerAsync(new { action = "status", secretId = fixture.SecretArn });
        var check = await fixture.AnswerAsync(new { action = "check", secretId = fixture.SecretArn });

        Assert.All(Usage(fixture, [.. status.GetProperty("Keys").EnumerateArray()]), plan =>
            Assert.Equal(["UsagePlanId"], plan.EnumerateObject().Select(field => field.Name)));
        Assert.True(check.GetProperty("Healthy").GetBoolean());
        Assert.False(fixture.Metrics[^1].TryGetProperty("OldKeyRequests", out _));
        Assert.Contains(fixture.Log, entry => entry.Level == "Information" && entry.Message.Contains("are not known: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Clients_that_have_not_re_read_the_secret_are_found_from_a_day_after_the_rotation_on()
    {
        await using var fixture = await RotationFixture.StartAsync(quota: Quota);
        await ScheduleAsync(fixture, days: 8);
        await fixture.RotateHealthyAsync(2);
        var old = (await fixture.MintedAsync())[^2];
        await CallAsync(fixture, old.Value, 5);
        Assert.Empty(Findings(await CheckAsync(fixture)));
        Assert.False(fixture.Metrics[^1].TryGetProperty("OldKeyRequests", out _));

        // A day later the requests of the rotation's own day do not count.
        fixture.Time.Advance(TimeSpan.FromHours(25));
        Assert.Empty(Findings(await CheckAsync(fixture)));
        Assert.Equal(0, fixture.Metrics[^1].GetProperty("OldKeyRequests").GetInt64());

        await CallAsync(fixture, old.Value, 3);
        fixture.Time.Advance(TimeSpan.FromHours(1));
        var check = await CheckAsync(fixture);
        var finding = Assert.Single(Findings(check));
        Assert.Contains($"with AWSPREVIOUS's key {old.Id} yesterday, some of them before that time, and 3 today", finding, StringComparison.Ordinal);
        Assert.Contains($"The next rotation, due {await NextAsync(fixture):u}, disables the key", finding, StringComparison.Ordinal);
        Assert.True(check.GetProperty("Healthy").GetBoolean());
        Assert.Equal(3, fixture.Metrics[^1].GetProperty("OldKeyRequests").GetInt64());
        Assert.Contains(fixture.Log, entry => entry.Level == "Warning" && entry.Message.Contains(old.Id, StringComparison.Ordinal));
        Assert.Equal(Findings(check), Findings(await fixture.AnswerAsync(new { action = "status", secretId = fixture.SecretArn })));

        // A day without a request, then less than a quarter of the eight days are left.
        fixture.Time.Advance(TimeSpan.FromDays(2));
        Assert.Empty(Findings(await CheckAsync(fixture)));
        fixture.Time.Advance(await NextAsync(fixture) - fixture.Time.GetUtcNow().UtcDateTime - TimeSpan.FromDays(2) + TimeSpan.FromHours(1));
        await CallAsync(fixture, old.Value, 1);
        fixture.Time.Advance(TimeSpan.FromHours(1));
        Assert.False((await CheckAsync(fixture)).GetProperty("Healthy").GetBoolean());
    }

    [Fact]
    public async Task An_overlap_says_when_the_key_is_disabled()
    {
        await using var fixture = await RotationFixture.StartAsync(quota: Quota);
        await fixture.TagSecretAsync("apikey-rotation:overlap", "7d");
        await ScheduleAsync(fixture, days: 30);
        await fixture.RotateHealthyAsync(2);
        fixture.Time.Advance(TimeSpan.FromDays(2));
        await CallAsync(fixture, await fixture.ReadKeyAsync("AWSPREVIOUS"), 1);
        fixture.Time.Advance(TimeSpan.FromHours(1));

        Assert.Contains("The overlap ends ", Assert.Single(Findings(await CheckAsync(fixture))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_without_a_label_is_an_old_key_too_after_an_owners_edit()
    {
        await using var fixture = await RotationFixture.StartAsync(quota: Quota);
        await fixture.RotateHealthyAsync(2);
        await fixture.EditAsync();
        var old = (await fixture.MintedAsync())[0];
        fixture.Time.Advance(TimeSpan.FromDays(2));
        await CallAsync(fixture, old.Value, 1);
        fixture.Time.Advance(TimeSpan.FromHours(1));

        Assert.Contains($" with key {old.Id} yesterday and 1 today", Assert.Single(Findings(await CheckAsync(fixture))), StringComparison.Ordinal);
    }

    /// <summary>Every call counts for the account's rate.</summary>
    [Theory]
    [InlineData("a rotation was just now", 0)]
    [InlineData("a rotation was two days ago", 2)]
    [InlineData("the previous key is revoked", 0)]
    public async Task Check_reads_usage_only_of_keys_that_clients_should_have_left(string state, int calls)
    {
        await using var fixture = await RotationFixture.StartAsync(plans: 2, quota: Quota);
        await fixture.RotateHealthyAsync(3);
        if (state == "the previous key is revoked")
        {
            await fixture.ActAsync(new { action = "revokePrevious", secretId = fixture.SecretArn });
        }

        fixture.Time.Advance(state == "a rotation was just now" ? TimeSpan.FromHours(1) : TimeSpan.FromDays(2));
        var made = 0;
        fixture.Aws.Faults = call =>
        {
            made += call is { Operation: "GetUsage" } ? 1 : 0;
            return null;
        };

        await CheckAsync(fixture);

        Assert.Equal(calls, made);
    }

    /// <summary>With the key's value as the name of its numbers, as older documentation has it, nothing is lost and no value is printed.</summary>
    [Fact]
    public async Task Numbers_that_are_named_by_the_keys_value_are_read_as_well()
    {
        await using var fixture = await RotationFixture.StartAsync(quota: Quota);
        await fixture.RotateHealthyAsync(2);
        var (id, value) = ((await fixture.MintedAsync())[^1].Id, await fixture.ReadKeyAsync());
        await CallAsync(fixture, value, 2);
        fixture.Time.Advance(TimeSpan.FromHours(1));
        fixture.FunctionTap.RewriteUsage = answer => answer.Replace($"\"{id}\"", $"\"{value}\"", StringComparison.Ordinal);

        Assert.Equal(2, Usage(fixture, await KeysAsync(fixture))[0].GetProperty("RequestsIn7Days").GetInt64());
    }

    private static async Task CallAsync(RotationFixture fixture, string key, int times)
    {
        for (var call = 0; call < times; call++)
        {
            Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(key));
        }
    }

    private static string Day(RotationFixture fixture) => fixture.Time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static async Task<List<JsonElement>> KeysAsync(RotationFixture fixture) =>
        [.. (await fixture.AnswerAsync(new { action = "status", secretId = fixture.SecretArn })).GetProperty("Keys").EnumerateArray()];

    private static List<JsonElement> Usage(RotationFixture fixture, List<JsonElement> keys) =>
    [
        .. keys.Where(key => key.TryGetProperty("Usage", out _))
            .SelectMany(key => key.GetProperty("Usage").EnumerateArray().OrderBy(plan => fixture.PlanIds.IndexOf(plan.GetProperty("UsagePlanId").GetString()!))),
    ];

    private static Task<JsonElement> CheckAsync(RotationFixture fixture) => fixture.AnswerAsync(new { action = "check", secretId = fixture.SecretArn });

    private static List<string> Findings(JsonElement answer) => [.. answer.GetProperty("Findings").EnumerateArray().Select(finding => finding.GetProperty("Problem").GetString()!)];

    private static async Task<DateTime> NextAsync(RotationFixture fixture) =>
        (await fixture.Secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = fixture.SecretArn })).NextRotationDate!.Value.ToUniversalTime();

    private static async Task ScheduleAsync(RotationFixture fixture, int days)
    {
        await fixture.RotateHealthyAsync();
        await fixture.Secrets.RotateSecretAsync(new RotateSecretRequest { SecretId = fixture.SecretArn, RotateImmediately = false, RotationRules = new RotationRulesType { AutomaticallyAfterDays = days } });
        await fixture.Aws.SecretsManager.SettledAsync();
    }
}
