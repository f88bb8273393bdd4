using System.Net;
using Amazon.APIGateway.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>rollback, revokePrevious and endOverlap of a secret with keys in two Regions.</summary>
public sealed class RegionOperationsTests
{
    private const string There = OtherRegion.Virginia;

    [Fact]
    public async Task RevokePrevious_disables_the_keys_of_each_Region_and_says_which()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        var (home, there) = ((await fixture.MintedAsync())[0].Id, (await other.MintedAsync())[0].Id);

        var message = await ActAsync(fixture, "revokePrevious");

        Assert.Equal(
            $"Keys disabled: {home}. API Gateway may still accept them for some minutes. In Region {There}: Keys disabled: {there}. API Gateway may still accept them for some minutes.", message);
        Assert.Equal("-+", await other.RingAsync());
        Assert.False(await other.AcceptsAsync(await fixture.ReadKeyAsync("AWSPREVIOUS")));
        Assert.True(await other.AcceptsAsync(await fixture.ReadKeyAsync()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RevokePrevious_goes_on_past_a_Region_that_fails(bool failsHome)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        fixture.Aws.Faults = call => call.Service == "apigateway" && call.Region == (failsHome ? fixture.Aws.Region : There) ? Fault.ConnectionReset() : null;

        var error = (await Assert.ThrowsAnyAsync<Exception>(() => ActAsync(fixture, "revokePrevious"))).Message;

        fixture.Aws.Faults = null;
        Assert.Equal(!failsHome, error.Contains($"in Region {There}: a call to AWS ended without a response", StringComparison.Ordinal));
        Assert.Equal((failsHome, failsHome ? "-+" : "++"), ((await fixture.MintedAsync())[0].Enabled, await other.RingAsync()));
        await ActAsync(fixture, "revokePrevious");
        Assert.Equal("-+", await other.RingAsync());
    }

    [Fact]
    public async Task RevokePrevious_names_both_Regions_if_both_fail()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        fixture.Aws.Faults = call => call.Operation == "UpdateApiKey" ? Fault.Error(400, "BadRequestException", "refused") : null;

        var error = (await Assert.ThrowsAnyAsync<Exception>(() => ActAsync(fixture, "revokePrevious"))).Message;

        Assert.Equal(
            $"revokePrevious of secret {fixture.SecretArn}: AWS returned BadRequestException: refused revokePrevious of secret {fixture.SecretArn}, in Region {There}: AWS returned BadRequestException: refused", error);
    }

    /// <summary>Both actions look again after their change, so that one of the two sees the other; also where one Region fails.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RevokePrevious_enables_the_key_again_that_a_rollback_made_current_also_in_a_Region_and_past_a_failure(bool failsHome)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        var labels = await fixture.LabelsAsync();
        var (isMoved, isRefused) = (false, false);
        var home = (await fixture.MintedAsync())[0].Id;
        fixture.Aws.Faults = call =>
        {
            if (call.Operation == "UpdateApiKey" && !isMoved)
            {
                isMoved = true;
                fixture.Aws.SecretsManager.UpdateSecretVersionStage(new()
                {
                    SecretId = fixture.SecretArn,
                    VersionStage = "AWSCURRENT",
                    MoveToVersionId = labels.First(version => version.Value.Contains("AWSPREVIOUS")).Key,
                    RemoveFromVersionId = labels.First(version => version.Value.Contains("AWSCURRENT")).Key,
                });
            }

            return failsHome && call.Region == fixture.Aws.Region && call.Operation == "UpdateApiKey" && call.Resource.EndsWith("/" + home, StringComparison.Ordinal) && !isRefused && (isRefused = true) ? Fault.Error(400, "BadRequestException", "refused") : null;
        };

        var error = (await Assert.ThrowsAnyAsync<Exception>(() => ActAsync(fixture, "revokePrevious"))).Message;

        Assert.Contains($"in Region {There}: AWSCURRENT moved to version", error, StringComparison.Ordinal);
        Assert.Equal("++", await other.RingAsync());
        Assert.True(await other.AcceptsAsync(await fixture.ReadKeyAsync()));
        Assert.Equal(HttpStatusCode.OK, await fixture.CallApiAsync(await fixture.ReadKeyAsync()));
    }

    /// <summary>The keys there are listed before the labels are read, as at home.</summary>
    [Fact]
    public async Task RevokePrevious_leaves_a_key_that_was_minted_in_a_Region_before_its_keys_were_listed()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        string? token = null;
        fixture.Aws.Faults = call =>
        {
            if (call.Operation == "GetApiKeys" && call.Region == There && token is null)
            {
                token = "";
                token = Task.Run(async () =>
                {
                    var next = await fixture.OpenRotationAsync();
                    await fixture.RunAsync(next, "createSecret", "setSecret");
                    return next;
                }).GetAwaiter().GetResult();
            }

            return null;
        };

        await ActAsync(fixture, "revokePrevious");

        fixture.Aws.Faults = null;
        Assert.Equal("-++", await other.RingAsync());
        await fixture.RunAsync(token!, "testSecret", "finishSecret");
    }

    [Fact]
    public async Task EndOverlap_disables_the_previous_key_in_each_Region()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.TagSecretAsync("apikey-rotation:overlap", "1h");
        await fixture.RotateHealthyAsync(2);
        Assert.StartsWith("AWSPREVIOUS's key stays enabled until ", await ActAsync(fixture, "endOverlap"), StringComparison.Ordinal);
        fixture.Time.Advance(TimeSpan.FromHours(2));

        var message = await ActAsync(fixture, "endOverlap");

        Assert.Equal($"The overlap has ended. Keys disabled: {(await fixture.MintedAsync())[0].Id}. In Region {There}: Keys disabled: {(await other.MintedAsync())[0].Id}.", message);
        Assert.Equal("-+", await other.RingAsync());
    }

    /// <summary>Each Region decides by the requests that were made there.</summary>
    [Fact]
    public async Task A_hold_keeps_a_key_in_the_Region_in_which_it_is_used()
    {
        await using var fixture = await RotationFixture.StartAsync(quota: 1000);
        var other = await fixture.AddRegionAsync(quota: 1000);
        await fixture.TagSecretAsync("apikey-rotation:hold", "3d");
        await fixture.RotateHealthyAsync(2);
        var old = await fixture.ReadKeyAsync("AWSPREVIOUS");
        fixture.Time.Advance(TimeSpan.FromDays(1));
        await fixture.CallApiAsync(old, other.ApiUrl);
        fixture.Time.Advance(TimeSpan.FromHours(2));

        await fixture.RotateHealthyAsync();

        Assert.Equal(HttpStatusCode.Forbidden, await fixture.CallApiAsync(old));
        Assert.True(await other.AcceptsAsync(old));
        fixture.Time.Advance(TimeSpan.FromDays(4));
        await ActAsync(fixture, "endOverlap");
        Assert.False(await other.AcceptsAsync(old));
    }

    [Fact]
    public async Task A_quota_is_carried_in_each_Region()
    {
        await using var fixture = await RotationFixture.StartAsync(quota: 1000);
        var other = await fixture.AddRegionAsync(quota: 500);
        await fixture.TagSecretAsync("apikey-rotation:quota", "carry");
        await fixture.RotateHealthyAsync();
        var used = await fixture.ReadKeyAsync();
        for (var call = 0; call < 7; call++)
        {
            await fixture.CallApiAsync(used, other.ApiUrl);
        }

        fixture.Time.Advance(TimeSpan.FromHours(2));
        await fixture.RotateHealthyAsync();

        Assert.Equal((1000, 493), (await LeftAsync(fixture.Gateway, fixture.PlanIds[0], (await fixture.MintedAsync())[^1].Id), await LeftAsync(other.Gateway, other.PlanIds[0], (await other.MintedAsync())[^1].Id)));

        async Task<long?> LeftAsync(Amazon.APIGateway.IAmazonAPIGateway gateway, string plan, string key)
        {
            var today = fixture.Time.GetUtcNow().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
            return (await gateway.GetUsageAsync(new GetUsageRequest { UsagePlanId = plan, KeyId = key, StartDate = today, EndDate = today })).Items[key][^1][1];
        }
    }

    [Fact]
    public async Task Rollback_moves_the_label_when_the_previous_key_is_enabled_and_served_in_each_Region()
    {
        await using var fixture = await RotationFixture.StartAsync(activationLag: TimeSpan.FromSeconds(100));
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        await ActAsync(fixture, "revokePrevious");
        var previous = await fixture.ReadKeyAsync("AWSPREVIOUS");
        fixture.Time.Advance(TimeSpan.FromHours(1));
        var isServedAtMove = false;
        fixture.Aws.Faults = call =>
        {
            isServedAtMove |= call.Operation == "UpdateSecretVersionStage" && other.AcceptsAsync(previous).GetAwaiter().GetResult();
            return null;
        };

        var message = await ActAsync(fixture, "rollback");

        Assert.Contains($" again, with key {(await fixture.MintedAsync())[0].Id}, in Region {There} with key {(await other.MintedAsync())[0].Id}. Version ", message, StringComparison.Ordinal);
        Assert.Equal(previous, await fixture.ReadKeyAsync());
        Assert.True(isServedAtMove);
        Assert.Equal("++", await other.RingAsync());
    }

    [Theory]
    [InlineData("outage", "a call to AWS ended without a response")]
    [InlineData("deleted", "no key of this secret has AWSPREVIOUS's value. Nothing was changed.")]
    [InlineData("detached", "is not in usage plan")]
    public async Task Rollback_refuses_before_its_move_if_a_Region_has_no_such_key(string what, string expected)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        var current = await fixture.ReadKeyAsync();
        var there = (await other.MintedAsync())[0].Id;
        switch (what)
        {
            case "outage":
                other.Aws.Outage = Fault.ConnectionReset();
                break;
            case "deleted":
                await other.Gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = there });
                break;
            default:
                await other.Gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = other.PlanIds[0], KeyId = there });
                break;
        }

        var error = (await Assert.ThrowsAnyAsync<Exception>(() => ActAsync(fixture, "rollback"))).Message;

        Assert.StartsWith($"rollback of secret {fixture.SecretArn}, in Region {There}: ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        if (what == "detached")
        {
            Assert.EndsWith($"aws apigateway create-usage-plan-key --region {There} --usage-plan-id {other.PlanIds[0]} --key-type API_KEY --key-id {there}", error, StringComparison.Ordinal);
        }

        Assert.Equal(current, await fixture.ReadKeyAsync());
    }

    [Fact]
    public async Task A_repeat_of_a_rollback_enables_the_current_key_in_each_Region()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var other = await fixture.AddRegionAsync();
        await fixture.RotateHealthyAsync(2);
        await ActAsync(fixture, "rollback");
        var current = await fixture.ReadKeyAsync();
        var there = (await other.MintedAsync()).Single(key => key.Value == current).Id;
        await other.Gateway.UpdateApiKeyAsync(new() { ApiKey = there, PatchOperations = [new PatchOperation { Op = "replace", Path = "/enabled", Value = "false" }] });

        Assert.StartsWith("AWSCURRENT was already rolled back", await ActAsync(fixture, "rollback"), StringComparison.Ordinal);

        Assert.True(await other.AcceptsAsync(current));
    }

    private static Task<string> ActAsync(RotationFixture fixture, string action) => fixture.ActAsync(new { action, secretId = fixture.SecretArn });
}
