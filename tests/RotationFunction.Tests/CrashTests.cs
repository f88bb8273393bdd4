using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>The function's process dies at each AWS call of a rotation, before or after the call took effect; Secrets Manager tries again.</summary>
public sealed class CrashTests
{
    private const int RotationsBefore = 3; // from then on a rotation also disables a key and deletes one

    [Fact]
    public async Task Wherever_a_rotation_dies_its_retry_finishes_it_and_no_key_in_use_is_ever_touched()
    {
        var calls = await CountCallsAsync();
        Assert.Equal(27, calls);

        foreach (var dies in Enumerable.Range(1, calls))
        {
            foreach (var afterEffect in new[] { false, true })
            {
                await DieAsync(dies, afterEffect);
            }
        }
    }

    private static async Task<int> CountCallsAsync()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(RotationsBefore);
        return (await world.RotateAsync()).Steps.Sum(step => step.Calls.Count(call => call.Call.AccessKeyId == World.FunctionAccessKey));
    }

    private static async Task DieAsync(int dies, bool afterEffect)
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(RotationsBefore);
        var (call, invocation, diedIn) = (0, 0, 0);
        var unusable = new ConcurrentQueue<string>();
        var run = world.OnInvoke;
        world.OnInvoke = invoked =>
        {
            invocation++;
            return run(invoked);
        };
        world.Aws.Faults = made =>
        {
            if (made.AccessKeyId != World.FunctionAccessKey)
            {
                return null;
            }

            call++;
            foreach (var label in UnusableKeys(world))
            {
                unusable.Enqueue($"before call {call}: the key of {label}");
            }

            diedIn = call == dies ? invocation : diedIn;
            // What is dead stays dead until Secrets Manager starts the function again.
            return diedIn == invocation && diedIn > 0 ? Fault.Error(400, "Injected", "died", afterEffect && call == dies) : null;
        };

        var record = await world.RotateAsync();

        var where = $"died {(afterEffect ? "after" : "before")} call {dies}";
        Assert.True(unusable.IsEmpty, $"{where}; not usable {string.Join(", ", unusable)}");
        Assert.True(record.Outcome == RotationOutcome.Succeeded, where);
        Assert.True(record.Steps.Count(step => step.Error is not null) == 1, where);
        world.Aws.Faults = null;
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync()));
        Assert.Equal(HttpStatusCode.OK, await world.CallApiAsync(await world.ReadKeyAsync("AWSPREVIOUS")));

        await world.RotateHealthyAsync(2);
        var keys = await world.MintedAsync();
        Assert.True(keys.Select(key => key.Enabled == true).SequenceEqual([false, true, true]), $"{where}: {keys.Count} keys are left");
        Assert.True(keys[1].Value == await world.ReadKeyAsync("AWSPREVIOUS") && keys[2].Value == await world.ReadKeyAsync(), where);
    }

    /// <summary>The labels of AWSCURRENT and AWSPREVIOUS whose keys are not enabled and in the plan: there must be none at any time.</summary>
    private static IEnumerable<string> UnusableKeys(World world)
    {
        var keys = world.Aws.ApiGateway.GetApiKeys(new LocalAws.ApiGateway.GetApiKeysRequest { NameQuery = world.SecretName, IncludeValues = true, Limit = 500 }).Items;
        var attached = world.Aws.ApiGateway.GetUsagePlanKeys(new LocalAws.ApiGateway.GetUsagePlanKeysRequest { UsagePlanId = world.PlanIds[0], Limit = 500 }).Items;
        return new[] { "AWSCURRENT", "AWSPREVIOUS" }.Where(label =>
        {
            var document = world.Aws.SecretsManager.GetSecretValue(new LocalAws.SecretsManager.GetSecretValueRequest { SecretId = world.SecretArn, VersionStage = label }).SecretString!;
            var value = JsonDocument.Parse(document).RootElement.GetProperty("apiKey").GetString();
            return !keys.Any(key => key.Value == value && key.Enabled && attached.Any(member => member.Id == key.Id));
        });
    }
}
