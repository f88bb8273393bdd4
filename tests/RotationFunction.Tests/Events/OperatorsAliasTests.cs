using System.Text;
using System.Text.Json;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>What the function does for who may invoke it through its alias for operators alone.</summary>
public sealed class OperatorsAliasTests
{
    private const string Refusal =
        "Through its alias operators the function runs status, check, revokePrevious, rollback and endOverlap only. "
        + "Steps are for Secrets Manager to send, other actions for the stack. Nothing was changed.";

    [Fact]
    public async Task The_five_actions_work()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(3);
        foreach (var action in new[] { "status", "check", "rollback", "revokePrevious", "endOverlap" })
        {
            var answer = JsonSerializer.Deserialize<JsonElement>((await InvokeAsync(world, ":operators", new { action, secretId = world.SecretArn })).Span);
            Assert.Equal(action, answer.GetProperty("Action").GetString());
        }

        Assert.Single(await world.MintedAsync(), key => key.Enabled == true);
    }

    [Fact]
    public async Task Whatever_else_arrives_there_is_refused_before_any_call_of_AWS()
    {
        await using var world = await World.StartAsync(plans: 2);
        await world.RotateHealthyAsync(2);
        var pending = await world.OpenRotationAsync();
        await world.RunAsync(pending, "createSecret", "setSecret");
        await world.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = world.SecretArn });
        var (before, calls) = (await world.SnapshotAsync(), CallsOf(world));
        var (id, plans) = (world.SecretArn, world.PlanIds);

        foreach (var sent in new object[]
        {
            new { action = "lifecycle", secretId = id, tf = new { action = "create" } },
            new { action = "lifecycle", secretId = id, usagePlanIds = plans, tf = new { action = "update", prev_input = new { usagePlanIds = plans } } },
            new { action = "lifecycle", secretId = id, tf = new { action = "delete" } },
            new { action = "leaveUsagePlan", secretId = id, usagePlanId = plans[0], tf = new { action = "delete" } },
            new { action = "provision", secretId = id },
            new { action = "Status", secretId = id },
            new { action = "anything", secretId = world.SecretName },
            new { Step = "createSecret", SecretId = id, ClientRequestToken = pending },
            new { Step = "setSecret", SecretId = id, ClientRequestToken = pending },
            new { Step = "testSecret", SecretId = id, ClientRequestToken = pending },
            new { Step = "finishSecret", SecretId = id, ClientRequestToken = pending },
        })
        {
            Assert.Equal(Refusal, (await Assert.ThrowsAsync<FunctionErrorException>(() => InvokeAsync(world, ":operators", sent))).Message);
        }

        Assert.Equal(calls, CallsOf(world));
        Assert.Equal(before, await world.SnapshotAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData(":$LATEST")] // as the provider's aws.lambda.Invocation invokes it
    public async Task The_function_itself_takes_steps_and_the_stacks_actions(string qualifier)
    {
        await using var world = await World.StartAsync();
        await InvokeAsync(world, qualifier, new { action = "lifecycle", secretId = world.SecretArn, tf = new { action = "create" } });
        await InvokeAsync(world, qualifier, new { action = "provision", secretId = world.SecretArn });
        var pending = await world.OpenRotationAsync();
        foreach (var step in new[] { "createSecret", "setSecret", "testSecret", "finishSecret" })
        {
            await InvokeAsync(world, qualifier, new { Step = step, SecretId = world.SecretArn, ClientRequestToken = pending });
        }

        Assert.Contains("AWSCURRENT", (await world.LabelsAsync())[pending]);
    }

    private static int CallsOf(World world) => world.Aws.Calls.Snapshot().Count(call => call.Call.AccessKeyId == World.FunctionAccessKey);

    private static Task<ReadOnlyMemory<byte>> InvokeAsync(World world, string qualifier, object sent)
    {
        if (qualifier == ":operators" && !world.Aws.Lambda.HasAlias(world.FunctionArn, "operators"))
        {
            world.Aws.Lambda.CreateAlias(world.FunctionArn, "operators", "$LATEST");
        }

        return world.Aws.Lambda.InvokeAsync(world.FunctionArn + qualifier, Encoding.UTF8.GetBytes(JsonSerializer.Serialize(sent)));
    }
}
