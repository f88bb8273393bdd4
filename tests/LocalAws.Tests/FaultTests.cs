using System.Net.Sockets;
using System.Text.Json;
using Amazon.SecretsManager.Model;

namespace LocalAws.Tests;

/// <summary>What goes wrong with a call, over loopback and in process.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task An_error_answers_for_the_service_before_or_after_the_effect(bool inProcess, bool afterEffect)
    {
        await using var account = await LocalAwsAccount.StartAsync(inProcess: inProcess);
        account.Aws.Faults = call => call.Operation is "CreateApiKey" ? Fault.Error(429, "TooManyRequestsException", "Too Many Requests", afterEffect) : null;

        await AssertAws.RefusesAsync(429, "TooManyRequestsException", "Too Many Requests", () => account.CreateKeyAsync());

        Assert.Equal(afterEffect ? 1 : 0, account.Aws.ApiGateway.GetApiKeys(new()).Items.Count);
        Assert.Equal("TooManyRequestsException", Assert.Single(account.Aws.Calls.Snapshot()).ErrorCode);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_connection_is_reset_before_or_after_the_effect(bool inProcess, bool afterEffect)
    {
        await using var account = await LocalAwsAccount.StartAsync(inProcess: inProcess);
        account.Aws.Faults = _ => Fault.ConnectionReset(afterEffect);

        // Not with the SDK, which sends a request again up to ten times when its connection breaks.
        var broken = await Assert.ThrowsAsync<HttpRequestException>(() => account.SendAsync(HttpMethod.Post, "/apikeys", "{}"));

        var lost = Assert.IsType<SocketException>(Assert.IsType<IOException>(broken.InnerException).InnerException);
        Assert.Equal(SocketError.ConnectionReset, lost.SocketErrorCode);
        Assert.Equal(afterEffect ? 1 : 0, account.Aws.ApiGateway.GetApiKeys(new()).Items.Count);
        var record = Assert.Single(account.Aws.Calls.Snapshot());
        Assert.Equal((0, "ConnectionReset"), (record.Status, record.ErrorCode));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task No_answer_comes_until_the_caller_gives_up(bool inProcess, bool afterEffect)
    {
        await using var account = await LocalAwsAccount.StartAsync(inProcess: inProcess);
        account.Aws.Faults = _ => Fault.TimeOut(afterEffect);

        var gaveUp = await Assert.ThrowsAsync<TaskCanceledException>(
            () => account.SendAsync(HttpMethod.Post, "/apikeys", "{}", timeout: TimeSpan.FromSeconds(1)));

        Assert.IsType<TimeoutException>(gaveUp.InnerException);
        Assert.Equal(afterEffect ? 1 : 0, account.Aws.ApiGateway.GetApiKeys(new()).Items.Count);
        var record = Assert.Single(account.Aws.Calls.Snapshot());
        Assert.Equal((0, "TimeOut"), (record.Status, record.ErrorCode));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_service_throttles_in_its_own_words_and_only_API_Gateway_says_when_to_come_back(bool inProcess)
    {
        await using var account = await LocalAwsAccount.StartAsync(inProcess: inProcess);
        account.Aws.Faults = _ => Fault.Throttled(TimeSpan.FromSeconds(7));

        var (gateway, gatewayBody) = await account.SendAsync(HttpMethod.Post, "/apikeys", "{}");
        var (secrets, secretsBody) = await account.SendAsync(
            HttpMethod.Post, "/", """{"Name":"payments"}""", "secretsmanager", "secretsmanager.CreateSecret");
        var (lambda, lambdaBody) = await account.SendAsync(HttpMethod.Post, "/2015-03-31/functions/rotate/invocations", "{}", "lambda");

        Assert.Equal((429, "TooManyRequestsException", "Too Many Requests"), ((int)gateway.StatusCode, ErrorType(gateway), gatewayBody.GetProperty("message").GetString()));
        Assert.Equal("7", gateway.Headers.GetValues("Retry-After").Single());
        Assert.Equal((400, "ThrottlingException"), ((int)secrets.StatusCode, secretsBody.GetProperty("__type").GetString()));
        Assert.Equal((429, "TooManyRequestsException"), ((int)lambda.StatusCode, ErrorType(lambda)));
        Assert.True(lambdaBody.ValueKind is JsonValueKind.Object);
        Assert.False(secrets.Headers.Contains("Retry-After") || lambda.Headers.Contains("Retry-After"));
        Assert.Empty(account.Aws.ApiGateway.GetApiKeys(new()).Items);
        Assert.Empty(account.Aws.SecretsManager.ListSecrets(new()).SecretList);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_delayed_call_takes_effect_when_the_instances_clock_has_moved_on(bool inProcess)
    {
        await using var account = await LocalAwsAccount.StartAsync(inProcess: inProcess);
        var arrived = new TaskCompletionSource();
        account.Aws.Faults = _ =>
        {
            arrived.TrySetResult();
            return Fault.Delayed(TimeSpan.FromHours(1));
        };

        var creating = account.CreateKeyAsync();
        await arrived.Task;
        await Task.Delay(100);
        account.Clock.Advance(TimeSpan.FromMinutes(59));
        await Task.Delay(100);

        Assert.False(creating.IsCompleted);
        Assert.Empty(account.Aws.ApiGateway.GetApiKeys(new()).Items);
        // In steps: on a slow machine the call may have begun to wait only now.
        for (var tries = 0; !creating.IsCompleted && tries < 100; tries++)
        {
            account.Clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(20);
        }

        Assert.True(creating.IsCompletedSuccessfully);
        Assert.Equal((await creating).Id, Assert.Single(account.Aws.ApiGateway.GetApiKeys(new()).Items).Id);
        Assert.Equal(201, Assert.Single(account.Aws.Calls.Snapshot()).Status);
    }

    [Fact]
    public async Task A_fault_after_the_effect_of_a_call_that_is_refused_leaves_the_refusal()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        account.Aws.Faults = _ => Fault.Error(500, "InternalServiceError", "later", afterEffect: true);

        await AssertAws.RefusesAsync(400, "ResourceNotFoundException", text: null, () => account.LabelsAsync("nothing"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_asks_for_faults_may_call_the_services(bool inProcess)
    {
        await using var account = await LocalAwsAccount.StartAsync(inProcess: inProcess);
        account.Aws.Faults = call =>
        {
            account.Aws.Faults = null;
            account.Aws.SecretsManager.CreateSecret(new() { Name = "meanwhile" });
            account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "meanwhile" }).GetAwaiter().GetResult();
            return null;
        };

        await account.CreateSecretAsync();

        Assert.Equal(2, account.Aws.SecretsManager.ListSecrets(new()).SecretList.Count);
    }

    private static string ErrorType(HttpResponseMessage response) => response.Headers.GetValues("x-amzn-ErrorType").Single();
}
