using RotationFunction.Tests;

namespace Deployer.Tests;

/// <summary>
/// A stack with many keys under API Gateway's rates, with attaches that take a second and reads that miss the last second's writes: each run of Pulumi
/// passes at the first try, and no invocation of the function fails, which would raise the alarm on its errors.
/// </summary>
[Collection(nameof(DeployerAccount))]
public sealed class StackUnderRatesTests
{
    [Theory]
    [InlineData(30, 32, 1)]
    [InlineData(30, 8, 1, Traits = ["Category", "Proof"])]
    [InlineData(100, 8, 3, Traits = ["Category", "Proof"])]
    [InlineData(100, 16, 3, Traits = ["Category", "Proof"])]
    [InlineData(100, 32, 3, Traits = ["Category", "Proof"])] // a key's third rotation is the first that deletes one
    public async Task Many_keys_are_deployed_checked_rotated_moved_to_another_plan_and_destroyed(int keys, int parallel, int rotations)
    {
        await using var stack = new StackUnderRates(keys, parallel);
        await stack.UpAsync();
        await stack.SettleAsync();
        Assert.Empty(stack.Problems);
        Assert.Equal(keys, stack.Minted().Count);

        await stack.UpAsync();
        Assert.Empty(stack.Changes);

        var day = await stack.PassDayAsync();
        Assert.Empty(stack.Problems);
        Assert.Equal(keys, day.Invoked.Count(invoked => invoked.What == "check"));

        for (var rotation = 0; rotation < rotations; rotation++)
        {
            var period = await stack.RotateAllAsync();
            Assert.Empty(stack.Problems);
            Assert.Equal(keys, period.Invoked.Count(invoked => invoked.What == "finishSecret"));
        }

        await stack.ChangePlanAsync();
        await stack.SettleAsync();
        Assert.Empty(stack.Problems);
        Assert.Empty(await stack.FindRefusedAsync(plan: 1));

        await DestroyAsync(stack);
    }

    /// <summary>The provider takes a plan's stages away before it deletes the plan, and API Gateway accepts UpdateUsagePlan once in 20 seconds.</summary>
    [Theory]
    [InlineData(10, 8)]
    [InlineData(100, 32, Traits = ["Category", "Proof"])]
    public async Task Many_keys_with_usage_plans_of_their_own_are_deployed_and_destroyed(int keys, int parallel)
    {
        await using var stack = new StackUnderRates(keys, parallel, ownPlans: true);
        await stack.UpAsync();
        await stack.SettleAsync();
        Assert.Empty(stack.Problems);
        Assert.Equal(keys, stack.Minted().Count);

        await stack.UpAsync();
        Assert.Empty(stack.Changes);
        var destroyed = await DestroyAsync(stack);
        Assert.InRange(destroyed.Took, (keys - 1) * TimeSpan.FromSeconds(20), keys * TimeSpan.FromSeconds(45));
    }

    private static async Task<StackUnderRates.Phase> DestroyAsync(StackUnderRates stack)
    {
        var destroyed = await stack.DestroyAsync();
        Assert.Empty(stack.Problems);
        Assert.Empty(stack.Resources);
        Assert.Empty(stack.Minted());
        Leaks.AssertNone(stack.Aws.ConfidentialValues, stack.Printed);
        return destroyed;
    }
}
