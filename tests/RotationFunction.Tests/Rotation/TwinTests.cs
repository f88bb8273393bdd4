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
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(3);
        var token = await world.OpenRotationAsync();
        foreach (var step in Steps)
        {
            await world.RunAsync(token, step);
            var once = await world.SnapshotAsync();
            await world.RunAsync(token, step);
            Assert.Equal(once, await world.SnapshotAsync());
        }

        await AssertHealthyAsync(world, token);
    }

    [Fact]
    public async Task The_whole_rotation_again_after_it_is_done_changes_nothing()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(3);
        var token = (await world.RotateAsync()).VersionId;
        var done = await world.SnapshotAsync();

        await world.RunAsync(token, Steps);

        Assert.Equal(done, await world.SnapshotAsync());
    }

    [Fact]
    public async Task Twins_of_each_event_at_once_make_one_rotation()
    {
        await using var world = await World.StartAsync(plans: 3);
        await world.RotateHealthyAsync(3);
        for (var round = 0; round < 5; round++)
        {
            var token = await world.OpenRotationAsync();
            foreach (var step in Steps)
            {
                await Task.WhenAll(world.RunAsync(token, step), world.RunAsync(token, step), world.RunAsync(token, step));
            }

            await AssertHealthyAsync(world, token);
        }
    }

    [Fact]
    public async Task Twins_that_run_the_steps_at_their_own_pace_make_one_rotation()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(3);
        for (var round = 0; round < 5; round++)
        {
            var token = await world.OpenRotationAsync();
            await Task.WhenAll(world.RunAsync(token, Steps), world.RunAsync(token, Steps));
            await AssertHealthyAsync(world, token);
        }
    }

    [Fact]
    public async Task A_twin_that_stored_its_value_first_wins()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync();
        var token = await world.OpenRotationAsync();
        var event_ = JsonSerializer.Serialize(new { Step = "createSecret", SecretId = world.SecretArn, ClientRequestToken = token });
        var racing = true;
        world.Aws.Faults = call =>
        {
            if (call.Operation == "PutSecretValue" && racing)
            {
                racing = false;
                Task.Run(() => world.InvokeAsync(event_)).GetAwaiter().GetResult();
            }

            return null;
        };

        await world.InvokeAsync(event_);

        Assert.False(racing);
        Assert.Contains(world.Log, entry => entry.Message.Contains("has its value already", StringComparison.Ordinal));
        await world.RunAsync(token, "setSecret", "testSecret", "finishSecret");
        await AssertHealthyAsync(world, token, expectDisabled: false);
    }

    [Fact]
    public async Task An_attach_refused_because_another_one_is_under_way_is_tried_again()
    {
        await using var world = await World.StartAsync(plans: 2, unknowns: new UnknownBehaviours());
        var refusals = 0;
        world.Aws.Faults = call => call.Operation == "CreateUsagePlanKey" && ++refusals <= 3
            ? Fault.Error(409, "ConflictException", "Unable to complete operation due to concurrent modification. Please try again later.") : null;

        await world.RotateHealthyAsync();

        Assert.Equal(5, refusals);
        var plans = await world.Gateway.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = Assert.Single(await world.MintedAsync()).Id });
        Assert.Equal(2, plans.Items.Count);
    }

    private static async Task AssertHealthyAsync(World world, string token, bool expectDisabled = true)
    {
        var keys = await world.MintedAsync();
        Assert.Equal(expectDisabled ? [false, true, true] : [true, true], keys.Select(key => key.Enabled));
        Assert.True(keys[^1].Value == await world.ReadKeyAsync());
        Assert.True(keys[^2].Value == await world.ReadKeyAsync("AWSPREVIOUS"));
        Assert.Contains("AWSCURRENT", (await world.LabelsAsync())[token]);
    }
}
