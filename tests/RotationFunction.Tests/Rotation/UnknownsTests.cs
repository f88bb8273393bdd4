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
        await using var world = await World.StartAsync(document: null, plans: 2, unknowns: All[variant]);
        Assert.StartsWith("The secret has a key", await ProvisionAsync(world), StringComparison.Ordinal);
        Assert.StartsWith("The secret has a key already; it was left as it is.", await ProvisionAsync(world), StringComparison.Ordinal);
        await AssertHealthyAsync(world, [true]);

        await world.RotateHealthyAsync();
        await AssertHealthyAsync(world, [true, true]);
        await world.RotateHealthyAsync(3);
        await AssertHealthyAsync(world, [false, true, true]);
        await world.EditAsync();
        await world.RotateHealthyAsync();
        await AssertHealthyAsync(world, [false, true, true]);

        var current = await world.ReadKeyAsync();
        Assert.Equal(RotationOutcome.Succeeded, (await world.RotateAsync(immediately: false)).Outcome);
        Assert.True(current == await world.ReadKeyAsync());
        await AssertHealthyAsync(world, [false, true, true]);

        var token = await world.OpenRotationAsync();
        foreach (var step in Steps)
        {
            await Task.WhenAll(world.RunAsync(token, step), world.RunAsync(token, step));
        }

        Assert.Contains("AWSCURRENT", (await world.LabelsAsync())[token]);
        await AssertHealthyAsync(world, [false, true, true]);

        await world.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = world.SecretArn });
        await world.ActAsync(new { action = "lifecycle", secretId = world.SecretArn, usagePlanIds = world.PlanIds, tf = new { action = "delete" } });
        Assert.Empty(await world.MintedAsync());
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task A_key_that_setSecret_attaches_at_a_second_try_is_served_when_it_is_current(string variant)
    {
        await using var world = await World.StartAsync(plans: 2, activationLag: TimeSpan.FromSeconds(110), unknowns: All[variant]);
        await world.RotateHealthyAsync(2);
        var token = await world.OpenRotationAsync();
        await world.RunAsync(token, "createSecret");
        world.Aws.Faults = call => call.Operation == "CreateUsagePlanKey" ? Fault.Error(400, "BadRequestException", "not now") : null;
        await Assert.ThrowsAnyAsync<Exception>(() => world.RunAsync(token, "setSecret"));
        world.Aws.Faults = null;
        world.Time.Advance(TimeSpan.FromMinutes(30));

        await world.RunAsync(token, Steps);

        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
        await AssertHealthyAsync(world, [false, true, true]);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task A_secret_without_a_value_ends_with_a_key_that_is_served_or_with_none(string variant)
    {
        await using var world = await World.StartAsync(document: null, unknowns: All[variant]);
        if ((await world.RotateAsync()).Outcome is RotationOutcome.Succeeded)
        {
            Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
            return;
        }

        Assert.DoesNotContain("AWSCURRENT", (await world.LabelsAsync()).Values.SelectMany(labels => labels));
    }

    private static Task<string> ProvisionAsync(World world) => world.ActAsync(new { action = "provision", secretId = world.SecretArn });

    private static async Task AssertHealthyAsync(World world, bool[] enabled)
    {
        var keys = await world.MintedAsync();
        Assert.Equal(enabled, keys.Select(key => key.Enabled == true));
        Assert.True(keys[^1].Value == await world.ReadKeyAsync());
        foreach (var key in keys.Where(key => key.Enabled == true))
        {
            Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(key.Value));
            var plans = await world.Gateway.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = key.Id });
            Assert.Equal(world.PlanIds.Order(StringComparer.Ordinal), plans.Items.Select(plan => plan.Id).Order(StringComparer.Ordinal));
        }
    }
}
