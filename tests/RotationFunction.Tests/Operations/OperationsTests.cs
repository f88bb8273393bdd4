using System.Collections.Concurrent;

namespace RotationFunction.Tests;

/// <summary>docs/operations.md lists the actions and what each calls.</summary>
public sealed class OperationsTests
{
    [Fact]
    public async Task The_page_lists_every_action_for_people_and_what_it_calls()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "operations.md"));
        await using var world = await World.StartAsync();
        await world.TagSecretAsync("apikey-rotation:overlap", "24h");
        await world.RotateHealthyAsync(2);
        var unknown = await world.FailAsync($$"""{"action":"help","secretId":"{{world.SecretArn}}"}""");
        Assert.StartsWith("The event's action is none of lifecycle, provision, leaveUsagePlan, status, check, revokePrevious, rollback, endOverlap. Nothing was changed.", unknown, StringComparison.Ordinal);

        // In this order each finds something to do.
        foreach (var action in new[] { "status", "check", "revokePrevious", "rollback", "endOverlap" })
        {
            world.Time.Advance(TimeSpan.FromDays(2));
            var calls = new ConcurrentDictionary<string, bool>();
            world.Aws.Faults = call =>
            {
                if (call.AccessKeyId == World.FunctionAccessKey)
                {
                    calls[call.Operation] = true;
                }

                return null;
            };
            await world.ActAsync(new { action, secretId = world.SecretArn });
            world.Aws.Faults = null;
            Assert.Contains($"| `{action}` | {string.Join(", ", calls.Keys.Order(StringComparer.Ordinal))} |", page, StringComparison.Ordinal);
        }
    }
}
