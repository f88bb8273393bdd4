using System.Text;
using System.Text.Json;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>What the function does for who may invoke it through its alias for operators alone.</summary>
public sealed class OperatorsAliasTests
{
    private const string Refusal =
        "The alias operators permits only status, check, revokePrevious, rollback and endOverlap. "
        + "Secrets Manager sends the steps, and the stack sends the other actions. Nothing was changed.";

    [Fact]
    public async Task The_five_actions_work()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(3);
        foreach (var action in new[] { "status", "check", "rollback", "revokePrevious", "endOverlap" })
        {
            var answer = JsonSerializer.Deserialize<JsonElement>((await InvokeAsync(fixture, ":operators", new { action, secretId = fixture.SecretArn })).Span);
            Assert.Equal(action, answer.GetProperty("Action").GetString());
        }

        Assert.Single(await fixture.MintedAsync(), key => key.Enabled == true);
    }

    [Fact]
    public async Task Whatever_else_arrives_there_is_refused_before_any_call_of_AWS()
    {
        await using var fixture = await RotationFixture.StartAsync(plans: 2);
        await fixture.RotateHealthyAsync(2);
        var pending = await fixture.OpenRotationAsync();
        await fixture.RunAsync(pending, "createSecret", "setSecret");
        await fixture.Secrets.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = fixture.SecretArn });
        var (before, calls) = (await fixture.SnapshotAsync(), CallsOf(fixture));
        var (id, plans) = (fixture.SecretArn, fixture.PlanIds);

        foreach (var sent in new object[]
        {
            new { action = "lifecycle", secretId = id, tf = new { action = "create" } },
            new { action = "lifecycle", secretId = id, usagePlanIds = plans, tf = new { action = "update", prev_input = new { usagePlanIds = plans } } },
            new { action = "lifecycle", secretId = id, tf = new { action = "delete" } },
            new { action = "leaveUsagePlan", secretId = id, usagePlanId = plans[0], tf = new { action = "delete" } },
            new { action = "provision", secretId = id },
            new { action = "watch", expected = new { secrets = new { } }, detail = new { userIdentity = new { type = "Root" } } },
            new { action = "Status", secretId = id },
            new { action = "anything", secretId = fixture.SecretName },
            new { Step = "createSecret", SecretId = id, ClientRequestToken = pending },
            new { Step = "setSecret", SecretId = id, ClientRequestToken = pending },
            new { Step = "testSecret", SecretId = id, ClientRequestToken = pending },
            new { Step = "finishSecret", SecretId = id, ClientRequestToken = pending },
        })
        {
            Assert.Equal(Refusal, (await Assert.ThrowsAsync<FunctionErrorException>(() => InvokeAsync(fixture, ":operators", sent))).Message);
        }

        Assert.Equal(calls, CallsOf(fixture));
        Assert.Equal(before, await fixture.SnapshotAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData(":$LATEST")] // as the provider's aws.lambda.Invocation invokes it
    public async Task The_function_itself_takes_steps_and_the_stacks_actions(string qualifier)
    {
        await using var fixture = await RotationFixture.StartAsync();
        await InvokeAsync(fixture, qualifier, new { action = "lifecycle", secretId = fixture.SecretArn, tf = new { action = "create" } });
        await InvokeAsync(fixture, qualifier, new { action = "provision", secretId = fixture.SecretArn });
        var pending = await fixture.OpenRotationAsync();
        foreach (var step in new[] { "createSecret", "setSecret", "testSecret", "finishSecret" })
        {
            await InvokeAsync(fixture, qualifier, new { Step = step, SecretId = fixture.SecretArn, ClientRequestToken = pending });
        }

        Assert.Contains("AWSCURRENT", (await fixture.LabelsAsync())[pending]);
    }

    private static int CallsOf(RotationFixture fixture) => fixture.Aws.Calls.Snapshot().Count(call => call.Call.AccessKeyId == RotationFixture.FunctionAccessKey);

    private static Task<ReadOnlyMemory<byte>> InvokeAsync(RotationFixture fixture, string qualifier, object sent)
    {
        if (qualifier == ":operators" && !fixture.Aws.Lambda.HasAlias(fixture.FunctionArn, "operators"))
        {
            fixture.Aws.Lambda.CreateAlias(fixture.FunctionArn, "operators", "$LATEST");
        }

        return fixture.Aws.Lambda.InvokeAsync(fixture.FunctionArn + qualifier, Encoding.UTF8.GetBytes(JsonSerializer.Serialize(sent)));
    }
}
