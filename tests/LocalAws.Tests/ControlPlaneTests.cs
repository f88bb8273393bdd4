using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;

namespace LocalAws.Tests;

public sealed class ControlPlaneTests
{
    [Fact]
    public async Task A_call_is_logged_with_who_what_and_on_which_resource()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var secret = await account.CreateSecretAsync();
        var key = await account.CreateKeyAsync();

        await account.SecretsManager.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "payments" });
        await account.ApiGateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = key.Id, IncludeValue = true });

        Assert.Equal(
            [
                new AwsCall(1, LocalAwsAccount.AccessKeyId, "secretsmanager", "CreateSecret", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:payments"),
                new AwsCall(2, LocalAwsAccount.AccessKeyId, "apigateway", "CreateApiKey", "arn:aws:apigateway:eu-west-1::/apikeys"),
                new AwsCall(3, LocalAwsAccount.AccessKeyId, "secretsmanager", "GetSecretValue", secret.ARN),
                new AwsCall(4, LocalAwsAccount.AccessKeyId, "apigateway", "GetApiKey", $"arn:aws:apigateway:eu-west-1::/apikeys/{key.Id}"),
            ],
            account.Aws.Calls.Snapshot().Select(record => record.Call));
        Assert.Equal([200, 201, 200, 200], account.Aws.Calls.Snapshot().Select(record => record.Status));
    }

    [Fact]
    public async Task A_refused_call_is_logged_with_its_code()
    {
        await using var account = await LocalAwsAccount.StartAsync();

        await Assert.ThrowsAsync<Amazon.SecretsManager.Model.ResourceNotFoundException>(() => account.LabelsAsync("nothing"));

        var record = Assert.Single(account.Aws.Calls.Snapshot());
        Assert.Equal((400, "ResourceNotFoundException"), (record.Status, record.ErrorCode));
    }

    [Theory]
    [InlineData("secretsmanager.CreateSecret", 400)]
    [InlineData(null, 403)]
    public async Task Who_does_not_sign_is_refused(string? target, int status)
    {
        await using var account = await LocalAwsAccount.StartAsync();

        var (response, body) = await account.SendAsync(
            HttpMethod.Post, target is null ? "/apikeys" : "/", """{"Name":"payments"}""", service: null, target);

        Assert.Equal(status, (int)response.StatusCode);
        var code = target is null ? response.Headers.GetValues("x-amzn-ErrorType").Single() : body.GetProperty("__type").GetString();
        Assert.Equal("MissingAuthenticationTokenException", code);
        Assert.Empty(account.Aws.ApiGateway.GetApiKeys(new()).Items);
        Assert.Empty(account.Aws.SecretsManager.ListSecrets(new()).SecretList);
    }

    [Fact]
    public async Task A_body_that_is_no_json_is_refused()
    {
        await using var account = await LocalAwsAccount.StartAsync();

        var (json, _) = await account.SendAsync(HttpMethod.Post, "/", "{", "secretsmanager", "secretsmanager.CreateSecret");
        var (rest, _) = await account.SendAsync(HttpMethod.Post, "/apikeys", "[]");

        Assert.Equal((400, 400), ((int)json.StatusCode, (int)rest.StatusCode));
    }

    [Fact]
    public async Task Who_clears_the_log_goes_on_counting()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateKeyAsync();
        await account.CreateKeyAsync();

        account.Aws.Calls.Clear();
        Assert.Empty(account.Aws.Calls.Snapshot());
        await account.CreateSecretAsync();

        Assert.Equal(3, account.Aws.Calls.Count);
        var call = Assert.Single(account.Aws.Calls.Snapshot()).Call;
        Assert.Equal((3, "CreateSecret"), (call.Sequence, call.Operation));
    }

    [Fact]
    public async Task No_value_is_in_the_log()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync(value: "hidden value");
        await account.CreateKeyAsync();

        var log = string.Join('\n', account.Aws.Calls.Snapshot());

        Assert.DoesNotContain("hidden value", log, StringComparison.Ordinal);
        Assert.All(account.Aws.ConfidentialValues, value => Assert.DoesNotContain(value, log, StringComparison.Ordinal));
    }
}
