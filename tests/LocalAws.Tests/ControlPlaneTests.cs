using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;

namespace LocalAws.Tests;

public sealed class ControlPlaneTests
{
    [Fact]
    public async Task A_call_is_logged_with_who_what_and_on_which_resource()
    {
        await using var account = await Account.StartAsync();
        var secret = await account.CreateSecretAsync();
        var key = await account.CreateKeyAsync();

        await account.SecretsManager.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "payments" });
        await account.ApiGateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = key.Id, IncludeValue = true });

        Assert.Equal(
            [
                new AwsCall(1, Account.AccessKeyId, "secretsmanager", "CreateSecret", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:payments"),
                new AwsCall(2, Account.AccessKeyId, "apigateway", "CreateApiKey", "arn:aws:apigateway:eu-west-1::/apikeys"),
                new AwsCall(3, Account.AccessKeyId, "secretsmanager", "GetSecretValue", secret.ARN),
                new AwsCall(4, Account.AccessKeyId, "apigateway", "GetApiKey", $"arn:aws:apigateway:eu-west-1::/apikeys/{key.Id}"),
            ],
            account.Aws.Calls.Snapshot().Select(record => record.Call));
        Assert.Equal([200, 201, 200, 200], account.Aws.Calls.Snapshot().Select(record => record.Status));
    }

    [Fact]
    public async Task A_refused_call_is_logged_with_its_code()
    {
        await using var account = await Account.StartAsync();

        await Assert.ThrowsAsync<Amazon.SecretsManager.Model.ResourceNotFoundException>(() => account.LabelsAsync("nothing"));

        var record = Assert.Single(account.Aws.Calls.Snapshot());
        Assert.Equal((400, "ResourceNotFoundException"), (record.Status, record.ErrorCode));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_fault_answers_for_the_service_before_or_after_the_effect(bool afterEffect)
    {
        await using var account = await Account.StartAsync();
        account.Aws.Faults = call => call.Operation is "CreateApiKey" ? Fault.Error(429, "TooManyRequestsException", "Too Many Requests", afterEffect) : null;

        await AssertAws.RefusesAsync(429, "TooManyRequestsException", "Too Many Requests", () => account.CreateKeyAsync());

        Assert.Equal(afterEffect ? 1 : 0, account.Aws.ApiGateway.GetApiKeys(new()).Items.Count);
        Assert.Equal("TooManyRequestsException", Assert.Single(account.Aws.Calls.Snapshot()).ErrorCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_is_reset_before_or_after_the_effect(bool afterEffect)
    {
        await using var account = await Account.StartAsync();
        account.Aws.Faults = _ => Fault.ConnectionReset(afterEffect);

        // Not with the SDK, which sends a request again up to ten times when its connection breaks.
        await Assert.ThrowsAsync<HttpRequestException>(() => account.SendAsync(HttpMethod.Post, "/apikeys", "{}"));

        Assert.Equal(afterEffect ? 1 : 0, account.Aws.ApiGateway.GetApiKeys(new()).Items.Count);
        var record = Assert.Single(account.Aws.Calls.Snapshot());
        Assert.Equal((0, "ConnectionReset"), (record.Status, record.ErrorCode));
    }

    [Fact]
    public async Task A_fault_after_the_effect_of_a_call_that_is_refused_leaves_the_refusal()
    {
        await using var account = await Account.StartAsync();
        account.Aws.Faults = _ => Fault.Error(500, "InternalServiceError", "later", afterEffect: true);

        await AssertAws.RefusesAsync(400, "ResourceNotFoundException", text: null, () => account.LabelsAsync("nothing"));
    }

    [Fact]
    public async Task Who_asks_for_faults_may_call_the_services()
    {
        await using var account = await Account.StartAsync();
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

    [Theory]
    [InlineData("secretsmanager.CreateSecret", 400)]
    [InlineData(null, 403)]
    public async Task Who_does_not_sign_is_refused(string? target, int status)
    {
        await using var account = await Account.StartAsync();

        var (response, body) = await account.SendAsync(
            HttpMethod.Post, target is null ? "/apikeys" : "/", """{"Name":"payments"}""", service: null, target);

        Assert.Equal(status, (int)response.StatusCode);
        var code = target is null ? response.Headers.GetValues("x-amzn-ErrorType").Single() : body.GetProperty("__type").GetString();
        Assert.Equal("MissingAuthenticationTokenException", code);
        Assert.Empty(account.Aws.ApiGateway.GetApiKeys(new()).Items);
        Assert.Empty(account.Aws.SecretsManager.ListSecrets(new()).SecretList);
    }

    [Fact]
    public async Task An_unknown_operation_is_refused()
    {
        await using var account = await Account.StartAsync();

        var (json, jsonBody) = await account.SendAsync(HttpMethod.Post, "/", "{}", "secretsmanager", "secretsmanager.StopReplicationToReplica");
        var (rest, _) = await account.SendAsync(HttpMethod.Get, "/domainnames");

        Assert.Equal((400, "UnknownOperationException"), ((int)json.StatusCode, jsonBody.GetProperty("__type").GetString()));
        Assert.Equal((403, "AccessDeniedException"), ((int)rest.StatusCode, rest.Headers.GetValues("x-amzn-ErrorType").Single()));
    }

    [Fact]
    public async Task A_body_that_is_no_json_is_refused()
    {
        await using var account = await Account.StartAsync();

        var (json, _) = await account.SendAsync(HttpMethod.Post, "/", "{", "secretsmanager", "secretsmanager.CreateSecret");
        var (rest, _) = await account.SendAsync(HttpMethod.Post, "/apikeys", "[]");

        Assert.Equal((400, 400), ((int)json.StatusCode, (int)rest.StatusCode));
    }

    [Fact]
    public async Task No_value_is_in_the_log()
    {
        await using var account = await Account.StartAsync();
        await account.CreateSecretAsync(value: "hidden value");
        await account.CreateKeyAsync();

        var log = string.Join('\n', account.Aws.Calls.Snapshot());

        Assert.DoesNotContain("hidden value", log, StringComparison.Ordinal);
        Assert.All(account.Aws.ConfidentialValues, value => Assert.DoesNotContain(value, log, StringComparison.Ordinal));
    }
}
