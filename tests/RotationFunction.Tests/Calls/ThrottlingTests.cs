using System.Collections.Concurrent;
using System.Text.Json;
using Amazon.APIGateway.Model;
using LambdaHost;
using LocalAws;

namespace RotationFunction.Tests;

public sealed class ThrottlingTests
{
    [Fact]
    public async Task The_less_time_a_step_has_left_the_oftener_it_asks()
    {
        var asked = await AskUntilGivenUpAsync(FunctionContract.LongestInvocation);

        Assert.InRange(asked[1], TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.True(
            asked.Count(at => at < TimeSpan.FromMinutes(5)) < asked.Count(at => at >= TimeSpan.FromMinutes(10)),
            $"It asked after {string.Join(", ", asked.Select(at => at.TotalSeconds.ToString("F0", null)))} seconds.");
        Assert.InRange(asked[^1], TimeSpan.FromMinutes(14), TimeSpan.FromMinutes(14.75));
    }

    [Fact]
    public async Task A_step_keeps_the_time_that_it_needs_after_its_calls()
    {
        var asked = await AskUntilGivenUpAsync(FunctionContract.LongestInvocation, kept: TimeSpan.FromMinutes(2));

        Assert.InRange(asked[^1], TimeSpan.FromMinutes(12), TimeSpan.FromMinutes(12.75));
    }

    [Fact]
    public async Task A_call_that_is_refused_for_its_rate_waits_its_turn_and_no_other_is_made_again()
    {
        await using var world = await World.StartAsync(unknowns: new UnknownBehaviours());
        var token = await world.OpenRotationAsync();
        await world.RunAsync(token, "createSecret");
        var calls = new ConcurrentQueue<string>();
        var refused = 0;
        world.Aws.Faults = call =>
        {
            calls.Enqueue(call.Operation);
            return call.Operation == "CreateUsagePlanKey" && ++refused <= 5 ? Fault.Error(429, "TooManyRequestsException", "Too Many Requests") : null; // more than the SDK tries
        };

        await world.RunAsync(token, "setSecret");

        Assert.Contains(world.Log, entry => entry.Message.Contains("API Gateway refuses calls for their rate", StringComparison.Ordinal));
        Assert.Equal(
            ["CreateApiKey", "CreateUsagePlanKey", "CreateUsagePlanKey", "CreateUsagePlanKey", "CreateUsagePlanKey", "CreateUsagePlanKey", "CreateUsagePlanKey", "DescribeSecret", "GetApiKey", "GetSecretValue", "GetUsagePlans"],
            calls.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("createSecret", 15.1)]
    [InlineData("testSecret", 15.1 + World.ActivationWait)] // which it has yet to wait for
    [InlineData("finishSecret", 15.1)]
    public async Task A_step_whose_turn_never_comes_says_so_before_Lambda_ends_it(string step, double secondsLeft)
    {
        await using var world = await World.StartAsync();
        var token = await world.OpenRotationAsync();
        await world.RunAsync(token, [.. new[] { "createSecret", "setSecret", "testSecret" }.TakeWhile(earlier => earlier != step)]);
        world.Aws.Faults = call => call is { Service: "apigateway", AccessKeyId: World.FunctionAccessKey } ? Fault.Error(429, "TooManyRequestsException", "Too Many Requests") : null;
        var began = world.Time.GetUtcNow();

        var message = await world.FailAsync(token, step, timeLeft: TimeSpan.FromSeconds(secondsLeft));

        Assert.Contains("AWS answered TooManyRequestsException: Too Many Requests. All callers in the account and Region share ten calls of API Gateway a second", message, StringComparison.Ordinal);
        Assert.InRange(world.Time.GetUtcNow() - began, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_deployments_first_rotation_leaves_testSecret_the_time_that_it_waits()
    {
        await using var world = await World.StartAsync(unknowns: new UnknownBehaviours());
        world.Aws.Faults = call => call.Operation == "CreateApiKey" ? Fault.Error(429, "TooManyRequestsException", "Too Many Requests") : null;
        var began = world.Time.GetUtcNow();

        var failure = await Assert.ThrowsAsync<RotationException>(
            () => world.InvokeAsync(JsonSerializer.Serialize(new { action = "provision", secretId = world.SecretArn }), timeLeft: TimeSpan.FromSeconds(15.1 + World.ActivationWait)));

        Assert.Contains("AWS answered TooManyRequestsException", failure.Message, StringComparison.Ordinal);
        Assert.InRange(world.Time.GetUtcNow() - began, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("rollback")]
    [InlineData("revokePrevious")]
    public async Task An_action_that_somebody_waits_for_does_not_wait_for_its_turn(string action)
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        world.Aws.Faults = call => call is { Service: "apigateway", AccessKeyId: World.FunctionAccessKey } ? Fault.Error(429, "TooManyRequestsException", "Too Many Requests") : null;
        var began = world.Time.GetUtcNow();

        var message = await world.FailAsync(JsonSerializer.Serialize(new { action, secretId = world.SecretArn }));

        Assert.Contains("AWS answered TooManyRequestsException", message, StringComparison.Ordinal);
        Assert.Equal(began, world.Time.GetUtcNow());
    }

    [Theory]
    [InlineData("""{"action":"lifecycle","tf":{"action":"create"},""")]
    [InlineData("""{"action":"lifecycle","tf":{"action":"update"},"usagePlanIds":["PLAN"],""")]
    [InlineData("""{"action":"lifecycle","tf":{"action":"delete"},""")]
    [InlineData("""{"action":"provision",""")]
    [InlineData("""{"action":"check",""")]
    [InlineData("""{"action":"endOverlap",""")]
    public async Task An_action_that_nobody_waits_for_waits_for_its_turn(string action)
    {
        await using var world = await World.StartAsync();
        await world.TagSecretAsync("apikey-rotation:overlap", "1h");
        await world.RotateHealthyAsync(2);
        world.Time.Advance(TimeSpan.FromHours(2));
        await world.Secrets.CancelRotateSecretAsync(new Amazon.SecretsManager.Model.CancelRotateSecretRequest { SecretId = world.SecretArn });
        var refusals = new ConcurrentDictionary<string, int>();
        // Each call more often than the SDK tries.
        world.Aws.Faults = call => call is { Service: "apigateway", AccessKeyId: World.FunctionAccessKey } && refusals.AddOrUpdate(call.Operation + call.Resource, 1, (_, count) => count + 1) <= 5
            ? Fault.Error(429, "TooManyRequestsException", "Too Many Requests") : null;

        await world.InvokeAsync(
            action.Replace("ARN", world.SecretArn, StringComparison.Ordinal).Replace("PLAN", world.PlanIds[0], StringComparison.Ordinal) + $$"""
            "secretId":"{{world.SecretArn}}"}
            """);

        Assert.NotEmpty(refusals);
        Assert.Contains(world.Log, entry => entry.Message.Contains("API Gateway refuses calls for their rate", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_waits_for_an_action_waits_seconds_for_anothers_change()
    {
        await using var world = await World.StartAsync();
        await world.RotateHealthyAsync(2);
        var action = JsonSerializer.Serialize(new { action = "revokePrevious", secretId = world.SecretArn });
        world.Aws.Faults = call => call.Operation == "UpdateApiKey" ? Fault.ConcurrentModification() : null;
        var began = world.Time.GetUtcNow();

        var message = await world.FailAsync(action);

        Assert.Contains("AWS answered ConflictException: Unable to complete operation due to concurrent modification. Please try again later. Others changed something", message, StringComparison.Ordinal);
        Assert.InRange(world.Time.GetUtcNow() - began, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(20));
        var refusals = 0;
        world.Aws.Faults = call => call.Operation == "UpdateApiKey" && ++refusals <= 3 ? Fault.ConcurrentModification() : null;
        await world.InvokeAsync(action);
        Assert.Equal([false, true], (await world.MintedAsync()).Select(key => key.Enabled));
    }

    /// <summary>When a call was made that is refused each time, from the step's begin on.</summary>
    private static async Task<List<TimeSpan>> AskUntilGivenUpAsync(TimeSpan timeLeft, TimeSpan kept = default)
    {
        var time = new JumpingTime();
        var began = time.GetUtcNow();
        var step = Invocation.From(
            new RotationEvent { Step = "setSecret", SecretId = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:demo-AbCdEf", ClientRequestToken = Guid.NewGuid().ToString() },
            new InvocationContext("request", "arn:aws:lambda:eu-west-1:123456789012:function:rotation", began + timeLeft, time, new TemplateLogger(_ => { })));
        step.Budget.Reserved = kept;
        var asked = new List<TimeSpan>();
        await Assert.ThrowsAsync<TooManyRequestsException>(() => Throttling.AwaitAsync<string>(step, time, () =>
        {
            asked.Add(time.GetUtcNow() - began);
            throw new TooManyRequestsException("Too Many Requests");
        }));
        return asked;
    }
}
