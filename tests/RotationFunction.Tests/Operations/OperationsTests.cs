using System.Collections.Concurrent;

namespace RotationFunction.Tests;

/// <summary>docs/operations.md lists the actions and what each calls.</summary>
public sealed class OperationsTests
{
    [Fact]
    public async Task The_page_lists_every_action_for_people_and_what_it_calls()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "operations.md"));
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.TagSecretAsync("apikey-rotation:overlap", "24h");
        await fixture.RotateHealthyAsync(2);
        var unknown = await fixture.FailAsync($$"""{"action":"help","secretId":"{{fixture.SecretArn}}"}""");
        Assert.StartsWith("The event's action is not valid. Valid actions: lifecycle, provision, leaveUsagePlan, status, check, revokePrevious, rollback, endOverlap, watch. Nothing was changed.", unknown, StringComparison.Ordinal);

        // In this order each finds something to do.
        foreach (var action in new[] { "status", "check", "revokePrevious", "rollback", "endOverlap" })
        {
            fixture.Time.Advance(TimeSpan.FromDays(2));
            var calls = new ConcurrentDictionary<string, bool>();
            fixture.Aws.Faults = call =>
            {
                if (call.AccessKeyId == RotationFixture.FunctionAccessKey)
                {
                    calls[call.Operation] = true;
                }

                return null;
            };
            await fixture.ActAsync(new { action, secretId = fixture.SecretArn });
            fixture.Aws.Faults = null;
            Assert.Contains($"| `{action}` | {string.Join(", ", calls.Keys.Order(StringComparer.Ordinal))} |", page, StringComparison.Ordinal);
        }
    }
}
