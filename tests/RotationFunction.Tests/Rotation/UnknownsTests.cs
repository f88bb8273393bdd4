using System.Net;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>The function's life under each variant of what is not known of AWS (docs/aws-behaviour.md) ends in the same state.</summary>
public sealed class UnknownsTests
{
    private static readonly string[] Steps = ["createSecret", "setSecret", "testSecret", "finishSecret"];

    /// <summary>What every test of this project takes AWS to do: the variant that this environment variable names, whole or by how it begins.</summary>
    private const string Variable = "ROTATION_TESTS_UNKNOWNS";

    private static readonly Dictionary<string, UnknownBehaviours> All = new()
    {
        ["as the embedded AWS does unasked"] = new(),
        ["list-9: oldest first"] = new() { ListingOrder = ListingOrder.OldestFirst },
        ["list-9: arbitrary"] = new() { ListingOrder = ListingOrder.Arbitrary },
        ["list-16: reads of API Gateway miss the writes of three seconds"] = new() { ReadLag = TimeSpan.FromSeconds(3) },
        ["key-23: every other change of API Gateway meets another one"] = new() { ConcurrentModifications = true },
        ["update-5: junk is ignored"] = new() { JunkLeavesKeyEnabled = true },
        ["update-8: an attach changes lastUpdatedDate"] = new() { AttachChangesLastUpdatedDate = true },
        ["update-9: the same value leaves lastUpdatedDate"] = new() { SameValueLeavesLastUpdatedDate = true },
        ["plan-4: a key without plans is not found"] = new() { KeyWithoutPlansIsNotFound = true },
        ["plan-24: an attach takes a second"] = new() { AttachDuration = TimeSpan.FromSeconds(1) },
        ["plan-32: requests show at once"] = new() { UsageLag = TimeSpan.Zero },
        ["plan-33: no request shows without a quota"] = new() { UsageWithoutQuota = UsageWithoutQuota.Zero },
        ["plan-33: requests show without a quota"] = new() { UsageWithoutQuota = UsageWithoutQuota.Counted },
        ["plan-34: a day without requests is empty"] = new() { DaysWithoutRequestsAreEmpty = true },
        ["plan-35: a key without requests is absent"] = new() { UnusedKeysAreAbsent = true },
        ["rotation-14: AWSPENDING stays for an hour"] = new() { PendingStays = TimeSpan.FromHours(1) },
        ["rotation-14: AWSPENDING stays until the next rotation"] = new() { PendingStays = TimeSpan.FromDays(2) },
        ["rotation-39: a cancelled rotation shows half a minute later"] = new() { CancelShowsAfter = TimeSpan.FromSeconds(30) },
        ["iam-27: keys have no tags in conditions"] = new() { KeysLackTagConditions = true },
        ["version-29: the first value is pending only"] = new() { FirstValueIsCurrent = false },
        ["version-30: the first rotated value is current"] = new() { FirstRotatedValueIsCurrent = true },
    };

    /// <summary>The variant under which the tests run that name none.</summary>
    public static UnknownBehaviours Chosen { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen
        ? All.First(variant => variant.Key.StartsWith(chosen, StringComparison.Ordinal)).Value
        : new UnknownBehaviours();

    public static TheoryData<string> Variants() => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task A_life_ends_in_one_state(string variant)
    {
        await using var fixture = await RotationFixture.StartAsync(document: null, plans: 2, unknowns: All[variant]);
        Assert.StartsWith("The secret has a key", await ProvisionAsync(fixture), StringComparison.Ordinal);
        Assert.StartsWith("The secret already has a key. Nothing was changed.", await ProvisionAsync(fixture), StringComparison.Ordinal);
        await AssertHealthyAsync(fixture, [true]);

        await fixture.RotateHealthyAsync();
        await AssertHealthyAsync(fixture, [true, true]);
        await fixture.RotateHealthyAsync(3);
        await AssertHealthyAsync(fixture, [false, true, true]);
        await fixture.EditAsync();
        await fixture.RotateHealthyAsync();
        await AssertHealthyAsync(fixture, [false, true, true]);

        var current = await fixture.ReadKeyAsync();
        Assert.Equal(RotationOutcome.Succeeded, (await fixture.RotateAsync(immediately: false)).Outcome);
        Assert.True(current == await fixture.ReadKeyAsync());
        await AssertHealthyAsync(fixture, [false, true, true]);

        var token = await fixture.OpenRotationAsync();
        foreach (var step in Steps)
        {
            await Task.WhenAll(fixture.RunAsync(token, step), fixture.RunAsync(token, step));
        }

        Assert.Contains("AWSCURRENT", (await fixture.LabelsAsync())[token]);
        await AssertHealthyAsync(fixture, [false, true, true]);

        await fixture.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = fixture.SecretArn });
        await fixture.ActAsync(new { action = "lifecycle", secretId = fixture.SecretArn, usagePlanIds = fixture.PlanIds, tf = new { action = "delete" } });
        Assert.Empty(await fixture.MintedAsync());
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task A_key_that_setSecret_attaches_at_a_second_try_is_served_when_it_is_current(string variant)
    {
        await using var fixture = await RotationFixture.StartAsync(plans: 2, activationLag: TimeSpan.FromSeconds(110), unknowns: All[variant]);
        await fixture.RotateHealthyAsync(2);
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret");
        fixture.Aws.Faults = call => call.Operation == "CreateUsagePlanKey" ? Fault.Error(400, "BadRequestException", "not now") : null;
        await Assert.ThrowsAnyAsync<Exception>(() => fixture.RunAsync(token, "setSecret"));
        fixture.Aws.Faults = null;
        fixture.Time.Advance(TimeSpan.FromMinutes(30));

        await fixture.RunAsync(token, Steps);

        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
        await AssertHealthyAsync(fixture, [false, true, true]);
    }

    /// <summary>The stack's update adds the pending key to its plans before setSecret tries again, and the key has long been there.</summary>
    [Theory]
    [MemberData(nameof(Variants))]
    public async Task A_key_that_a_deployment_attaches_during_its_rotation_is_served_when_it_is_current(string variant)
    {
        await using var fixture = await RotationFixture.StartAsync(plans: 2, activationLag: TimeSpan.FromSeconds(110), unknowns: All[variant]);
        await fixture.RotateHealthyAsync(2);
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret");
        fixture.Aws.Faults = call => call.Operation == "CreateUsagePlanKey" ? Fault.Error(400, "BadRequestException", "not now") : null;
        await Assert.ThrowsAnyAsync<Exception>(() => fixture.RunAsync(token, "setSecret"));
        fixture.Aws.Faults = null;
        fixture.Time.Advance(TimeSpan.FromMinutes(30));
        await fixture.ActAsync(new { action = "lifecycle", secretId = fixture.SecretArn, usagePlanIds = fixture.PlanIds, tf = new { action = "update" } });

        await fixture.RunAsync(token, Steps);

        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
        await AssertHealthyAsync(fixture, [false, true, true]);
    }

    /// <summary>The revoke's last change is a moment old, or comes a moment before AWSCURRENT moves.</summary>
    [Theory]
    [MemberData(nameof(Variants))]
    public async Task A_key_that_was_just_revoked_is_served_after_a_rollback(string variant)
    {
        foreach (var during in new[] { false, true })
        {
            await using var fixture = await RotationFixture.StartAsync(activationLag: TimeSpan.FromSeconds(110), unknowns: All[variant]);
            await fixture.RotateHealthyAsync(2);
            await fixture.ClearPendingAsync();
            var previous = await fixture.ReadKeyAsync("AWSPREVIOUS");
            fixture.Time.Advance(TimeSpan.FromHours(1));
            if (during)
            {
                fixture.Aws.Faults = call =>
                {
                    if (call.Operation == "UpdateSecretVersionStage")
                    {
                        fixture.Aws.Faults = null;
                        Task.Run(RevokeAsync).Wait();
                    }

                    return null;
                };
            }
            else
            {
                await RevokeAsync();
                fixture.Time.Advance(TimeSpan.FromSeconds(2));
            }

            await fixture.ActAsync(new { action = "rollback", secretId = fixture.SecretArn });

            Assert.True(previous == await fixture.ReadKeyAsync());
            for (var seconds = 0; seconds < 300; seconds++, fixture.Time.Advance(TimeSpan.FromSeconds(1)))
            {
                // Nothing can prevent that the revoke during the rollback has an effect for a moment.
                Assert.True(await fixture.CallApiAsync(previous) == HttpStatusCode.OK || (during && seconds < 240), $"It is refused {seconds} s later.");
            }

            Task<string> RevokeAsync() => fixture.ActAsync(new { action = "revokePrevious", secretId = fixture.SecretArn });
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task A_secret_without_a_value_ends_with_a_key_that_is_served_or_with_none(string variant)
    {
        await using var fixture = await RotationFixture.StartAsync(document: null, unknowns: All[variant]);
        if ((await fixture.RotateAsync()).Outcome is RotationOutcome.Succeeded)
        {
            Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
            return;
        }

        Assert.DoesNotContain("AWSCURRENT", (await fixture.LabelsAsync()).Values.SelectMany(labels => labels));
    }

    private static Task<string> ProvisionAsync(RotationFixture fixture) => fixture.ActAsync(new { action = "provision", secretId = fixture.SecretArn });

    private static async Task AssertHealthyAsync(RotationFixture fixture, bool[] enabled)
    {
        var keys = await fixture.MintedAsync();
        Assert.Equal(enabled, keys.Select(key => key.Enabled == true));
        Assert.True(keys[^1].Value == await fixture.ReadKeyAsync());
        foreach (var key in keys.Where(key => key.Enabled == true))
        {
            Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(key.Value));
            var plans = await fixture.Gateway.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = key.Id });
            Assert.Equal(fixture.PlanIds.Order(StringComparer.Ordinal), plans.Items.Select(plan => plan.Id).Order(StringComparer.Ordinal));
        }
    }
}
