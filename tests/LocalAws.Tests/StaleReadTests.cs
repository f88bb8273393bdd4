using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using SecretTag = Amazon.SecretsManager.Model.Tag;
using TagSecretRequest = Amazon.SecretsManager.Model.TagResourceRequest;

namespace LocalAws.Tests;

/// <summary>Every read that can miss the last write to its service.</summary>
public sealed class StaleReadTests
{
    private static readonly Dictionary<string, (Func<LocalAwsAccount, State, Task> Write, Func<LocalAwsAccount, State, Task<object>> Read)> Reads = new()
    {
        ["GetSecretValue"] = (
            (account, _) => PutValueAsync(account),
            async (account, _) => (await account.SecretsManager.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "payments" })).VersionId),
        ["BatchGetSecretValue"] = (
            (account, _) => PutValueAsync(account),
            async (account, _) => (await account.AskAsync("BatchGetSecretValue", """{"SecretIdList":["payments"]}""")).GetProperty("SecretValues")[0].GetProperty("VersionId").GetString()!),
        ["DescribeSecret, its labels"] = (
            (account, _) => PutValueAsync(account),
            async (account, _) => string.Join(' ', (await account.LabelsAsync()).Select(version => $"{version.Key}={version.Value}").Order())),
        ["DescribeSecret, its tags"] = (
            (account, _) => account.SecretsManager.TagResourceAsync(new TagSecretRequest { SecretId = "payments", Tags = [new SecretTag { Key = "team", Value = "billing" }] }),
            async (account, _) => (await DescribeAsync(account)).Tags?.Count ?? 0),
        ["DescribeSecret, its rotation"] = (
            (account, _) => account.SecretsManager.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = "payments" }),
            async (account, _) => (await DescribeAsync(account)).RotationEnabled == true),
        ["DescribeSecret, its deletion"] = (
            (account, _) => account.SecretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = "payments" }),
            async (account, _) => (await DescribeAsync(account)).DeletedDate is not null),
        ["DescribeSecret, its replicas"] = (
            (account, _) => account.AskAsync("ReplicateSecretToRegions", """{"SecretId":"payments","AddReplicaRegions":[{"Region":"eu-central-1"}]}"""),
            async (account, _) => (await account.AskAsync("DescribeSecret", """{"SecretId":"payments"}""")).TryGetProperty("ReplicationStatus", out var replicas) && replicas.GetArrayLength() > 0),
        ["ListSecrets"] = (
            (account, _) => account.CreateSecretAsync("another"),
            async (account, _) => (await account.AskAsync("ListSecrets", "{}")).GetProperty("SecretList").GetArrayLength()),
        ["ListSecrets, one that is gone"] = (
            (account, _) => account.SecretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = "payments", ForceDeleteWithoutRecovery = true }),
            async (account, _) => (await account.AskAsync("ListSecrets", "{}")).GetProperty("SecretList").GetArrayLength()),
        ["ListSecretVersionIds"] = (
            (account, _) => PutValueAsync(account),
            async (account, _) => (await account.SecretsManager.ListSecretVersionIdsAsync(new ListSecretVersionIdsRequest { SecretId = "payments" })).Versions.Count),
        ["GetResourcePolicy"] = (
            (account, _) => account.AskAsync("PutResourcePolicy", """{"SecretId":"payments","ResourcePolicy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"secretsmanager:DeleteSecret\",\"Resource\":\"*\"}]}"}"""),
            async (account, _) => (await account.AskAsync("GetResourcePolicy", """{"SecretId":"payments"}""")).TryGetProperty("ResourcePolicy", out var policy) && policy.GetString() is not null),
        ["GetApiKeys"] = (
            (account, _) => account.CreateKeyAsync("another"),
            async (account, _) => (await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest())).Items.Count),
        ["GetApiKeys, one that is gone"] = (
            (account, state) => account.ApiGateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = state.KeyId }),
            async (account, _) => (await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest())).Items?.Count ?? 0),
        ["GetApiKey"] = (
            (account, state) => account.ApiGateway.UpdateApiKeyAsync(new UpdateApiKeyRequest
            {
                ApiKey = state.KeyId,
                PatchOperations = [new PatchOperation { Op = "replace", Path = "/enabled", Value = "false" }],
            }),
            async (account, state) => (await account.ApiGateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = state.KeyId })).Enabled == true),
        ["GetApiKey, its tags"] = (
            (account, state) => TagKeyAsync(account, state),
            async (account, state) => (await account.ApiGateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = state.KeyId })).Tags?.Count ?? 0),
        ["GetTags"] = (
            (account, state) => TagKeyAsync(account, state),
            async (account, state) => (await account.SendAsync(HttpMethod.Get, "/tags/" + Uri.EscapeDataString(KeyArn(state)))).Body.GetProperty("tags").EnumerateObject().Count()),
        ["GetUsagePlans of a key"] = (
            (account, state) => account.AttachAsync(state.PlanId, state.KeyId),
            async (account, state) => (await account.ApiGateway.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = state.KeyId })).Items?.Count ?? 0),
        ["GetUsagePlans"] = (
            (account, _) => account.CreatePlanAsync(),
            async (account, _) => (await account.ApiGateway.GetUsagePlansAsync(new GetUsagePlansRequest())).Items.Count),
        ["GetUsagePlan"] = (
            (account, state) => account.UpdatePlanAsync(state.PlanId, ("replace", "/name", "renamed")),
            async (account, state) => (await account.ApiGateway.GetUsagePlanAsync(new GetUsagePlanRequest { UsagePlanId = state.PlanId })).Name),
        ["GetUsagePlanKeys"] = (
            (account, state) => account.AttachAsync(state.PlanId, state.KeyId),
            async (account, state) => (await account.ApiGateway.GetUsagePlanKeysAsync(new GetUsagePlanKeysRequest { UsagePlanId = state.PlanId })).Items?.Count ?? 0),
        ["GetUsagePlanKey"] = (
            (account, state) => account.AttachAsync(state.PlanId, state.KeyId),
            async (account, state) => (int)(await account.SendAsync(HttpMethod.Get, $"/usageplans/{state.PlanId}/keys/{state.KeyId}")).Response.StatusCode),
    };

    public static TheoryData<string, bool> EachRead => [.. from read in Reads.Keys from inProcess in new[] { false, true } select new TheoryDataRow<string, bool>(read, inProcess)];

    [Theory]
    [MemberData(nameof(EachRead))]
    public async Task A_stale_read_misses_the_last_write_and_the_next_read_sees_it(string name, bool inProcess)
    {
        await using var account = await LocalAwsAccount.StartAsync(new EmbeddedAwsOptions { StaleReads = true }, inProcess);
        var state = await PrepareAsync(account);
        var (write, read) = Reads[name];
        var before = await read(account, state);
        await write(account, state);

        account.Aws.Faults = _ => Fault.StaleRead();
        var stale = await read(account, state);
        account.Aws.Faults = null;

        Assert.Equal(before, stale);
        Assert.NotEqual(before, await read(account, state));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_written_to_the_other_service_meanwhile_does_not_count(bool writesToApiGatewayLast)
    {
        await using var account = await LocalAwsAccount.StartAsync(new EmbeddedAwsOptions { StaleReads = true });
        await account.CreateSecretAsync();
        if (writesToApiGatewayLast)
        {
            await account.CreateSecretAsync("another");
            await account.CreateKeyAsync();
        }
        else
        {
            await account.CreateKeyAsync();
            await account.CreateSecretAsync("another");
        }

        account.Aws.Faults = _ => Fault.StaleRead();

        Assert.Equal(1, (await account.AskAsync("ListSecrets", "{}")).GetProperty("SecretList").GetArrayLength());
        Assert.Empty((await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest())).Items ?? []);
    }

    [Fact]
    public async Task A_stale_read_sees_the_write_before_the_last()
    {
        await using var account = await LocalAwsAccount.StartAsync(new EmbeddedAwsOptions { StaleReads = true });
        await account.CreateKeyAsync("first");
        await account.CreateKeyAsync("second");
        await account.CreateKeyAsync("third");
        account.Aws.Faults = _ => Fault.StaleRead();

        Assert.Equal(["second", "first"], (await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest())).Items.Select(key => key.Name));
    }

    [Fact]
    public async Task A_write_is_not_disturbed()
    {
        await using var account = await LocalAwsAccount.StartAsync(new EmbeddedAwsOptions { StaleReads = true });
        account.Aws.Faults = _ => Fault.StaleRead();

        var secret = await account.CreateSecretAsync();
        await PutValueAsync(account);
        var key = await account.CreateKeyAsync();
        await account.AttachAsync(await account.CreatePlanAsync(), key.Id);

        account.Aws.Faults = null;
        Assert.Equal("AWSPREVIOUS", (await account.LabelsAsync())[secret.VersionId]);
        Assert.Single((await account.ApiGateway.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = key.Id })).Items);
    }

    [Fact]
    public async Task Clients_of_the_API_are_served_by_what_is_not_by_what_was()
    {
        await using var account = await LocalAwsAccount.StartAsync(new EmbeddedAwsOptions { StaleReads = true });
        var stage = await account.CreateApiStageAsync();
        var key = await account.CreateKeyAsync();
        var plan = await account.CreatePlanAsync(stage);
        account.Aws.Faults = _ => Fault.StaleRead();
        await account.AttachAsync(plan, key.Id);
        await account.ApiGateway.GetUsagePlanKeysAsync(new GetUsagePlanKeysRequest { UsagePlanId = plan });

        Assert.Equal(200, await account.StatusAsync(stage, key.Value));
    }

    private static async Task<State> PrepareAsync(LocalAwsAccount account)
    {
        await account.CreateSecretAsync();
        var function = new SecretsManager.RotatingFunction(account);
        await account.SecretsManager.RotateSecretAsync(new RotateSecretRequest { SecretId = "payments", RotationLambdaARN = function.Arn, RotateImmediately = false });
        await account.Aws.SecretsManager.SettledAsync();
        return new State((await account.CreateKeyAsync()).Id, await account.CreatePlanAsync(await account.CreateApiStageAsync()));
    }

    private static Task<PutSecretValueResponse> PutValueAsync(LocalAwsAccount account) =>
        account.SecretsManager.PutSecretValueAsync(new PutSecretValueRequest { SecretId = "payments", SecretString = Guid.NewGuid().ToString() });

    private static Task<DescribeSecretResponse> DescribeAsync(LocalAwsAccount account) => account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" });

    private static Task<Amazon.APIGateway.Model.TagResourceResponse> TagKeyAsync(LocalAwsAccount account, State state) =>
        account.ApiGateway.TagResourceAsync(new Amazon.APIGateway.Model.TagResourceRequest { ResourceArn = KeyArn(state), Tags = new() { ["team"] = "billing" } });

    private static string KeyArn(State state) => $"arn:aws:apigateway:eu-west-1::/apikeys/{state.KeyId}";

    private sealed record State(string KeyId, string PlanId);
}
