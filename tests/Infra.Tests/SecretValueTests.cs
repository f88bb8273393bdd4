using Pulumi.Utilities;

namespace Infra.Tests;

/// <summary>No value leaves the stack in plain.</summary>
public sealed class SecretValueTests
{
    [Fact]
    public async Task The_stack_exports_names_ids_and_arns()
    {
        var stack = (await Deployed.StackAsync(Settings.OneKey)).Stack;

        var key = Assert.Single(await OutputUtilities.GetValueAsync(stack.RotatingKeys));
        Assert.Equal("orders", key.Key);
        Assert.Equal(["apiKeyId", "secretArn", "secretName"], key.Value.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("idorders", key.Value["apiKeyId"]);
        Assert.Equal("orders", key.Value["secretName"]);
        Assert.Equal($"arn:aws:secretsmanager:{Engine.Region}:{Engine.AccountId}:secret:orders-AbCdEf", key.Value["secretArn"]);
        Assert.Equal("rotation-1234567", await OutputUtilities.GetValueAsync(stack.RotationFunctionName));
        Assert.EndsWith(":function:rotation-1234567", await OutputUtilities.GetValueAsync(stack.RotationFunctionArn), StringComparison.Ordinal);
    }
}
