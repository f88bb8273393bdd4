using LocalAws;

namespace Deployer.Tests;

/// <summary>A first deployment that dies at each call that the function makes; then it is repeated, and destroyed.</summary>
[Collection(nameof(DeployerAccount))]
public sealed class DeploymentFailureTests
{
    [Fact]
    [Trait("Category", "Proof")]
    public async Task Wherever_a_deployment_fails_the_next_one_ends_well_and_its_destroy_leaves_nothing()
    {
        var calls = await CountAsync();
        Assert.True(calls > 20, $"only {calls} calls were seen");
        foreach (var fails in Enumerable.Range(1, calls))
        {
            foreach (var afterEffect in new[] { false, true })
            {
                await FailAsync(fails, afterEffect);
            }
        }
    }

    [Fact]
    public async Task A_deployment_that_fails_can_be_destroyed_at_once()
    {
        var calls = await CountAsync();
        foreach (var fails in Enumerable.Range(1, calls))
        {
            await using var account = DeployerAccount.Start();
            await FailAtAsync(account, fails, afterEffect: true);
            await DestroyAsync(account, $"failed at call {fails}");
        }
    }

    private static async Task<int> CountAsync()
    {
        await using var account = DeployerAccount.Start();
        await account.UpAsync(DeployerAccount.Configuration(account.Plans[0]));
        return account.Aws.Calls.Snapshot().Count(IsTheFunctions);
    }

    private static async Task FailAsync(int fails, bool afterEffect)
    {
        var where = $"failed {(afterEffect ? "after" : "before")} call {fails}";
        await using var account = DeployerAccount.Start();
        await FailAtAsync(account, fails, afterEffect);
        await account.UpAsync(DeployerAccount.Configuration(account.Plans[0]));
        await account.AssertOpenAsync(account.Apis[0]);
        Assert.True(await account.ReadKeyAsync("AWSCURRENT") is not null, where);
        await DestroyAsync(account, where);
    }

    private static async Task FailAtAsync(DeployerAccount account, int fails, bool afterEffect)
    {
        var call = 0;
        account.Aws.Faults = made => IsTheFunctions(made) && ++call == fails ? Fault.Error(400, "InvalidRequestException", "Injected.", afterEffect) : null;
        try
        {
            await account.UpAsync(DeployerAccount.Configuration(account.Plans[0]));
        }
        catch (Exception failed) when (failed is Pulumi.RunException or AggregateException)
        {
            // Not every call's failure fails the deployment.
        }

        account.Aws.Faults = null;
    }

    private static async Task DestroyAsync(DeployerAccount account, string where)
    {
        await account.Deployment.DestroyAsync();
        Assert.True(account.Minted().Count == 0, where);
        Assert.True(account.Deployment.Resources.Count == 0, where);
    }

    // Credentials of a role.
    private static bool IsTheFunctions(CallRecord record) => IsTheFunctions(record.Call);

    private static bool IsTheFunctions(AwsCall call) => call.AccessKeyId.StartsWith("ASIA", StringComparison.Ordinal);
}
