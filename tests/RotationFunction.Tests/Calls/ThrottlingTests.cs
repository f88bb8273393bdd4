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
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours());
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret");
        var calls = new ConcurrentQueue<string>();
        var refused = 0;
        fixture.Aws.Faults = call =>
        {
            calls.Enqueue(call.Operation);
            return call.Operation == "CreateUsagePlanKey" && ++refused <= 5 ? Fault.Error(429, "TooManyRequestsException", "Too Many Requests") : null; // more than the SDK tries
        };

        await fixture.RunAsync(token, "setSecret");

        Assert.Contains(fixture.Log, entry => entry.Message.Contains("API Gateway throttles calls", StringComparison.Ordinal));
        Assert.Equal(
            ["CreateApiKey", "CreateUsagePlanKey", "CreateUsagePlanKey", "CreateUsagePlanKey", "CreateUsagePlanKey", "CreateUsagePlanKey", "CreateUsagePlanKey", "DescribeSecret", "GetApiKey", "GetSecretValue", "GetUsagePlans"],
            calls.Order(StringComparer.Ordinal));
    }

    /// <summary>Secrets Manager takes 50 of these changes a second (user guide, quotas), fewer than a crowd of rotations makes at once.</summary>
    [Theory]
    [InlineData("createSecret", "PutSecretValue")]
    [InlineData("finishSecret", "UpdateSecretVersionStage")]
    [InlineData("testSecret", "GetSecretValue")]
    public async Task A_call_of_Secrets_Manager_waits_its_turn_too(string step, string operation)
    {
        await using var fixture = await RotationFixture.StartAsync(inProcess: transport => transport);
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, [.. new[] { "createSecret", "setSecret", "testSecret" }.TakeWhile(earlier => earlier != step)]);
        var refused = 0;
        fixture.Aws.Faults = call => call.Operation == operation && ++refused <= 5 ? Fault.Throttled(TimeSpan.FromSeconds(1)) : null; // more than the SDK tries

        await fixture.RunAsync(token, step);

        Assert.InRange(refused, 6, int.MaxValue);
        Assert.Contains(fixture.Log, entry => entry.Message.Contains("Secrets Manager throttles calls", StringComparison.Ordinal));
    }

    /// <summary>Each read after a refused attach takes a call from what all callers share.</summary>
    [Fact]
    public async Task An_attach_that_is_refused_often_asks_seldom_whether_the_key_is_attached()
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours(), inProcess: transport => transport);
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret");
        var calls = new ConcurrentQueue<string>();
        fixture.Aws.Faults = call =>
        {
            calls.Enqueue(call.Operation);
            return call.Operation == "CreateUsagePlanKey" && calls.Count(made => made == "CreateUsagePlanKey") <= 20 ? Fault.ConcurrentModification() : null;
        };

        await fixture.RunAsync(token, "setSecret");

        Assert.Equal(21, calls.Count(call => call == "CreateUsagePlanKey"));
        Assert.Equal(1 + 5, calls.Count(call => call == "GetUsagePlans")); // the template's, and after 1, 2, 4, 8 and 16 refusals
    }

    [Theory]
    [InlineData("setSecret", 15.1)]
    [InlineData("testSecret", 15.1 + RotationFixture.ActivationWait)] // which it has yet to wait for
    [InlineData("finishSecret", 15.1)]
    public async Task A_step_whose_turn_never_comes_says_so_before_Lambda_ends_it(string step, double secondsLeft)
    {
        await using var fixture = await RotationFixture.StartAsync();
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, [.. new[] { "createSecret", "setSecret", "testSecret" }.TakeWhile(earlier => earlier != step)]);
        fixture.Aws.Faults = call => call is { Service: "apigateway", AccessKeyId: RotationFixture.FunctionAccessKey } ? Fault.Error(429, "TooManyRequestsException", "Too Many Requests") : null;
        var began = fixture.Time.GetUtcNow();

        var message = await fixture.FailAsync(token, step, timeLeft: TimeSpan.FromSeconds(secondsLeft));

        Assert.Contains("AWS returned TooManyRequestsException: Too Many Requests. All callers in the account and Region share ten API Gateway management calls a second", message, StringComparison.Ordinal);
        Assert.InRange(fixture.Time.GetUtcNow() - began, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_deployments_first_rotation_leaves_testSecret_the_time_that_it_waits()
    {
        await using var fixture = await RotationFixture.StartAsync(unknowns: new UnknownBehaviours());
        fixture.Aws.Faults = call => call.Operation == "CreateApiKey" ? Fault.Error(429, "TooManyRequestsException", "Too Many Requests") : null;
        var began = fixture.Time.GetUtcNow();

        var failure = await Assert.ThrowsAsync<RotationException>(
            () => fixture.InvokeAsync(JsonSerializer.Serialize(new { action = "provision", secretId = fixture.SecretArn }), timeLeft: TimeSpan.FromSeconds(15.1 + RotationFixture.ActivationWait)));

        Assert.Contains("AWS returned TooManyRequestsException", failure.Message, StringComparison.Ordinal);
        Assert.InRange(fixture.Time.GetUtcNow() - began, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("rollback")]
    [InlineData("revokePrevious")]
    public async Task An_action_that_somebody_waits_for_does_not_wait_for_its_turn(string action)
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        fixture.Aws.Faults = call => call is { Service: "apigateway", AccessKeyId: RotationFixture.FunctionAccessKey } ? Fault.Error(429, "TooManyRequestsException", "Too Many Requests") : null;
        var began = fixture.Time.GetUtcNow();

        var message = await fixture.FailAsync(JsonSerializer.Serialize(new { action, secretId = fixture.SecretArn }));

        Assert.Contains("AWS returned TooManyRequestsException", message, StringComparison.Ordinal);
        // revokePrevious waits until reads of the labels show a change of a moment ago.
        Assert.Equal(began + TimeSpan.FromSeconds(action == "revokePrevious" ? 3 : 0), fixture.Time.GetUtcNow());
    }

    [Theory]
    [InlineData("""{"action":"lifecycle","tf":{"action":"create"},""", Traits = ["Category", "Proof"])]
    [InlineData("""{"action":"lifecycle","tf":{"action":"update"},"usagePlanIds":["PLAN"],""", Traits = ["Category", "Proof"])]
    [InlineData("""{"action":"lifecycle","tf":{"action":"delete"},""", Traits = ["Category", "Proof"])]
    [InlineData("""{"action":"provision",""")]
    [InlineData("""{"action":"check",""")]
    [InlineData("""{"action":"endOverlap",""", Traits = ["Category", "Proof"])]
    public async Task An_action_that_nobody_waits_for_waits_for_its_turn(string action)
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.TagSecretAsync("apikey-rotation:overlap", "1h");
        await fixture.RotateHealthyAsync(2);
        await fixture.Secrets.CancelRotateSecretAsync(new Amazon.SecretsManager.Model.CancelRotateSecretRequest { SecretId = fixture.SecretArn });
        fixture.Time.Advance(TimeSpan.FromHours(2));
        var refusals = new ConcurrentDictionary<string, int>();
        // Each call more often than the SDK tries.
        fixture.Aws.Faults = call => call is { Service: "apigateway", AccessKeyId: RotationFixture.FunctionAccessKey } && refusals.AddOrUpdate(call.Operation + call.Resource, 1, (_, count) => count + 1) <= 5
            ? Fault.Error(429, "TooManyRequestsException", "Too Many Requests") : null;

        await fixture.InvokeAsync(
            action.Replace("ARN", fixture.SecretArn, StringComparison.Ordinal).Replace("PLAN", fixture.PlanIds[0], StringComparison.Ordinal) + $$"""
            "secretId":"{{fixture.SecretArn}}"}
            """);

        Assert.NotEmpty(refusals);
        Assert.Contains(fixture.Log, entry => entry.Message.Contains("API Gateway throttles calls", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_waits_for_an_action_waits_seconds_for_anothers_change()
    {
        await using var fixture = await RotationFixture.StartAsync();
        await fixture.RotateHealthyAsync(2);
        var action = JsonSerializer.Serialize(new { action = "revokePrevious", secretId = fixture.SecretArn });
        fixture.Aws.Faults = call => call.Operation == "UpdateApiKey" ? Fault.ConcurrentModification() : null;
        var began = fixture.Time.GetUtcNow();

        var message = await fixture.FailAsync(action);

        Assert.Contains("AWS returned ConflictException: Unable to complete operation due to concurrent modification. Please try again later. Other callers changed API Gateway resources", message, StringComparison.Ordinal);
        Assert.InRange(fixture.Time.GetUtcNow() - began, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(20));
        var refusals = 0;
        fixture.Aws.Faults = call => call.Operation == "UpdateApiKey" && ++refusals <= 3 ? Fault.ConcurrentModification() : null;
        await fixture.InvokeAsync(action);
        Assert.Equal([false, true], (await fixture.MintedAsync()).Select(key => key.Enabled));
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
