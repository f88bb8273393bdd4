using System.Text.Json;
using Amazon.APIGateway.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>Every event delivered twice, one after the other and at once.</summary>
public sealed class TwinTests
{
    private static readonly string[] Steps = ["createSecret", "setSecret", "testSecret", "finishSecret"];

    [Fact]
    public async Task Each_step_twice_in_a_row_does_what_once_does()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(3);
        var token = await fixture.OpenRotationAsync();
        foreach (var step in Steps)
        {
            await fixture.RunAsync(token, step);
            var once = await fixture.SnapshotAsync();
            await fixture.RunAsync(token, step);
            Assert.Equal(once, await fixture.SnapshotAsync());
        }

        await AssertHealthyAsync(fixture, token);
    }

    [Fact]
    public async Task The_whole_rotation_again_after_it_is_done_changes_nothing()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(3);
        var token = (await fixture.RotateAsync()).VersionId;
        var done = await fixture.SnapshotAsync();

        await fixture.RunAsync(token, Steps);

        Assert.Equal(done, await fixture.SnapshotAsync());
    }

    [Fact]
    public async Task Twins_of_each_event_at_once_make_one_rotation()
    {
        await using var fixture = await RotationFixture.StartAsync(plans: 3);
        await fixture.RotateHealthyAsync(3);
        for (var round = 0; round < 5; round++)
        {
            var token = await fixture.OpenRotationAsync();
            foreach (var step in Steps)
            {
                await Task.WhenAll(fixture.RunAsync(token, step), fixture.RunAsync(token, step), fixture.RunAsync(token, step));
            }

            await AssertHealthyAsync(fixture, token);
        }
    }

    [Fact]
    public async Task Twins_that_run_the_steps_at_their_own_pace_make_one_rotation()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(3);
        for (var round = 0; round < 5; round++)
        {
            var token = await fixture.OpenRotationAsync();
            await Task.WhenAll(fixture.RunAsync(token, Steps), fixture.RunAsync(token, Steps));
            await AssertHealthyAsync(fixture, token);
        }
    }

    [Fact]
    public async Task A_twin_that_stored_its_value_first_wins()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync();
        var token = await fixture.OpenRotationAsync();
        var event_ = JsonSerializer.Serialize(new { Step = "createSecret", SecretId = fixture.SecretArn, ClientRequestToken = token });
        var racing = true;
        fixture.Aws.Faults = call =>
        {
            if (call.Operation == "PutSecretValue" && racing)
            {
                racing = false;
                Task.Run(() => fixture.InvokeAsync(event_)).GetAwaiter().GetResult();
            }

            return null;
        };

        await fixture.InvokeAsync(event_);

        Assert.False(racing);
        Assert.Contains(fixture.Log, entry => entry.Message.Contains("the version already has a value", StringComparison.Ordinal));
        await fixture.RunAsync(token, "setSecret", "testSecret", "finishSecret");
        await AssertHealthyAsync(fixture, token, expectDisabled: false);
    }

    [Fact]
    public async Task An_attach_refused_because_another_one_is_under_way_is_tried_again()
    {
        await using var fixture = await RotationFixture.StartAsync(plans: 2, unknowns: new UnknownBehaviours());
        var refusals = 0;
        fixture.Aws.Faults = call => call.Operation == "CreateUsagePlanKey" && ++refusals <= 3
            ? Fault.Error(409, "ConflictException", "Unable to complete operation due to concurrent modification. Please try again later.") : null;

        await fixture.RotateHealthyAsync();

        Assert.Equal(5, refusals);
        var plans = await fixture.Gateway.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = Assert.Single(await fixture.MintedAsync()).Id });
        Assert.Equal(2, plans.Items.Count);
    }

    private static async Task AssertHealthyAsync(RotationFixture fixture, string token, bool expectDisabled = true)
    {
        var keys = await fixture.MintedAsync();
        Assert.Equal(expectDisabled ? [false, true, true] : [true, true], keys.Select(key => key.Enabled));
        Assert.True(keys[^1].Value == await fixture.ReadKeyAsync());
        Assert.True(keys[^2].Value == await fixture.ReadKeyAsync("AWSPREVIOUS"));
        Assert.Contains("AWSCURRENT", (await fixture.LabelsAsync())[token]);
    }
}
