using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;
using LocalAws.Tests.Iam;

namespace LocalAws.Tests;

/// <summary>One endpoint serves an account's Regions, and what is in one is not in another.</summary>
public sealed class RegionTests
{
    private const string Elsewhere = "us-east-1";
    private const string Value = "a-value-of-one-key-in-two-regions";

    [Fact]
    public async Task A_key_and_its_value_belong_to_one_Region()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var there = account.ApiGatewayIn(Elsewhere);

        var key = await account.CreateKeyAsync(value: Value);
        var twin = await there.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "key", Value = Value, Enabled = true });

        Assert.NotEqual(key.Id, twin.Id);
        Assert.Equal(twin.Id, Assert.Single((await there.GetApiKeysAsync(new GetApiKeysRequest())).Items).Id);
        await AssertAws.RefusesAsync(404, "NotFoundException", "Invalid API Key identifier specified", () => there.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = key.Id }));
        await AssertAws.RefusesAsync(409, "ConflictException", text: null, () => there.CreateApiKeyAsync(new CreateApiKeyRequest { Value = Value }));
        await there.GetTagsAsync(new GetTagsRequest { ResourceArn = $"arn:aws:apigateway:{Elsewhere}::/apikeys/{twin.Id}" });
        await AssertAws.RefusesAsync(404, "NotFoundException", text: null, () =>
            there.GetTagsAsync(new GetTagsRequest { ResourceArn = $"arn:aws:apigateway:eu-west-1::/apikeys/{twin.Id}" }));
    }

    [Fact]
    public async Task A_secret_belongs_to_one_Region()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var there = account.SecretsManagerIn(Elsewhere);

        var here = await account.CreateSecretAsync();
        await AssertAws.RefusesAsync(400, "ResourceNotFoundException", text: null, () => there.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" }));
        var twin = await there.CreateSecretAsync(new CreateSecretRequest { Name = "payments", SecretString = "of there" });

        Assert.StartsWith($"arn:aws:secretsmanager:{Elsewhere}:123456789012:secret:payments-", twin.ARN, StringComparison.Ordinal);
        Assert.Equal("of there", (await there.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "payments" })).SecretString);
        Assert.Equal("v1", (await account.SecretsManager.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "payments" })).SecretString);
        await AssertAws.RefusesAsync(400, "ResourceNotFoundException", text: null, () => there.DescribeSecretAsync(new DescribeSecretRequest { SecretId = here.ARN }));
    }

    [Fact]
    public async Task A_function_belongs_to_one_Region_and_rotates_there_only()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var function = account.Aws.Lambda.Register("rotate", invocation => Task.FromResult(invocation.Payload));
        account.AdmitSecretsManager("rotate");
        var there = account.SecretsManagerIn(Elsewhere);
        await there.CreateSecretAsync(new CreateSecretRequest { Name = "payments", SecretString = "v1" });
        using var http = new HttpClient(new SigningHandler(LocalAwsAccount.AccessKeyId, "lambda", Elsewhere));

        using var answer = await http.GetAsync(new Uri(account.Aws.ServiceUrl, "/2015-03-31/functions/rotate"));

        Assert.Equal(404, (int)answer.StatusCode);
        Assert.Empty(account.Aws.In(Elsewhere).Lambda.Functions);
        await AssertAws.RefusesAsync(400, "AccessDeniedException", text: null, () =>
            there.RotateSecretAsync(new RotateSecretRequest { SecretId = "payments", RotationLambdaARN = function }));
        Assert.Equal("arn:aws:lambda:us-east-1:123456789012:function:other", account.Aws.In(Elsewhere).Lambda.Register("other", invocation => Task.FromResult(invocation.Payload)));
    }

    [Fact]
    public async Task The_rates_of_API_Gateway_count_by_Region()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var there = account.ApiGatewayIn(Elsewhere);
        account.Aws.ApiGateway.RateLimits = account.Aws.In(Elsewhere).ApiGateway.RateLimits = true;
        for (var key = 0; key < 5; key++)
        {
            await account.CreateKeyAsync();
        }

        await AssertAws.RefusesAsync(429, "TooManyRequestsException", text: null, () => account.CreateKeyAsync());
        await there.CreateApiKeyAsync(new CreateApiKeyRequest());
    }

    [Fact]
    public async Task Attaches_wait_for_those_of_their_own_Region_only()
    {
        await using var account = await LocalAwsAccount.StartAsync(inProcess: true);
        var there = account.ApiGatewayIn(Elsewhere);
        account.Aws.ApiGateway.AttachDuration = account.Aws.In(Elsewhere).ApiGateway.AttachDuration = TimeSpan.FromSeconds(1);
        var (plan, key) = (await account.CreatePlanAsync(), await account.CreateKeyAsync());
        var otherPlan = (await there.CreateUsagePlanAsync(new CreateUsagePlanRequest { Name = "plan" })).Id;
        var otherKey = (await there.CreateApiKeyAsync(new CreateApiKeyRequest())).Id;

        var first = account.AttachAsync(plan, key.Id);
        var other = there.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = otherPlan, KeyId = otherKey, KeyType = "API_KEY" });
        while (!first.IsCompleted || !other.IsCompleted)
        {
            await Task.Delay(1);
            account.Clock.Advance(TimeSpan.FromMilliseconds(200));
        }

        await Task.WhenAll(first, other);
    }

    [Fact]
    public async Task A_stage_knows_the_keys_of_its_own_Region_after_the_Regions_own_lag()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var there = account.ApiGatewayIn(Elsewhere);
        account.Aws.In(Elsewhere).ApiGateway.ActivationLag = TimeSpan.FromSeconds(10);
        var stage = await account.CreateApiStageAsync();
        var otherStage = await CreateStageAsync(account, there);
        await AttachAsync(account.ApiGateway, stage, Value);
        await AttachAsync(there, otherStage, Value);
        await AttachAsync(there, otherStage, Value + "-of-there-alone");

        Assert.Equal((200, 403), (await account.StatusAsync(stage, Value), await account.StatusAsync(otherStage, Value)));
        account.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal((200, 200), (await account.StatusAsync(stage, Value), await account.StatusAsync(otherStage, Value)));
        Assert.Equal((403, 200), (await account.StatusAsync(stage, Value + "-of-there-alone"), await account.StatusAsync(otherStage, Value + "-of-there-alone")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_Region_that_cannot_be_reached_comes_back_as_it_was(bool inProcess)
    {
        await using var account = await LocalAwsAccount.StartAsync(inProcess: inProcess);
        var there = account.ApiGatewayIn(Elsewhere);
        var (stage, otherStage) = (await account.CreateApiStageAsync(), await CreateStageAsync(account, there));
        await AttachAsync(account.ApiGateway, stage, Value);
        await AttachAsync(there, otherStage, Value);

        account.Aws.In(Elsewhere).Outage = Fault.ConnectionReset();
        await Assert.ThrowsAnyAsync<Exception>(() => there.CreateApiKeyAsync(new CreateApiKeyRequest()));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => account.StatusAsync(otherStage, Value));
        Assert.Equal(200, await account.StatusAsync(stage, Value));
        await account.CreateKeyAsync();

        account.Aws.In(Elsewhere).Outage = Fault.Error(503, "ServiceUnavailableException", "Service Unavailable");
        await AssertAws.RefusesAsync(503, "ServiceUnavailableException", text: null, () => there.CreateApiKeyAsync(new CreateApiKeyRequest()));
        Assert.Equal(503, await account.StatusAsync(otherStage, Value));

        account.Aws.In(Elsewhere).Outage = null;
        Assert.Equal(200, await account.StatusAsync(otherStage, Value));
        Assert.Equal(Value, Assert.Single((await there.GetApiKeysAsync(new GetApiKeysRequest { IncludeValues = true })).Items).Value);
    }

    [Fact]
    public async Task A_Region_that_does_not_answer_keeps_its_callers_waiting()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync();
        account.Aws.In("eu-west-1").Outage = Fault.TimeOut();
        account.Http.Timeout = TimeSpan.FromMilliseconds(200);

        await Assert.ThrowsAnyAsync<TaskCanceledException>(() => account.StatusAsync(stage, Value));
        await Assert.ThrowsAnyAsync<TaskCanceledException>(() => account.SendAsync(HttpMethod.Get, "/apikeys", timeout: TimeSpan.FromMilliseconds(200)));
    }

    [Fact]
    public async Task A_Region_that_cannot_be_reached_checks_nothing()
    {
        await using var aws = EmbeddedAws.Create();
        var caller = new RoleCaller(aws).With(RoleCaller.Allow("none:None"));
        aws.Faults = _ => throw new InvalidOperationException("No fault of a call applies.");
        aws.In("eu-west-1").Outage = Fault.Error(500, "InternalServiceError", "An error occurred on the server side.");

        Assert.Equal("InternalServiceError", (await caller.CallAsync("DescribeSecret", """{"SecretId":"payments"}""")).Code);
    }

    [Fact]
    public async Task Policies_tell_Regions_apart()
    {
        await using var aws = EmbeddedAws.Create();
        aws.SecretsManager.CreateSecret(new() { Name = "payments" });
        aws.In(Elsewhere).SecretsManager.CreateSecret(new() { Name = "payments" });
        var caller = new RoleCaller(aws).With(RoleCaller.Allow("secretsmanager:*", $"arn:aws:secretsmanager:{Elsewhere}:*:secret:*"));
        Assert.Equal((false, true), (await ReadsAsync("eu-west-1"), await ReadsAsync(Elsewhere)));

        caller.With(RoleCaller.Allow("secretsmanager:*", "*", """{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}"""));
        Assert.Equal((true, false), (await ReadsAsync("eu-west-1"), await ReadsAsync(Elsewhere)));

        async Task<bool> ReadsAsync(string region)
        {
            caller.Region = region;
            return (await caller.CallAsync("DescribeSecret", """{"SecretId":"payments"}""")).IsSuccess;
        }
    }

    [Fact]
    public async Task The_log_of_calls_names_the_Region()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.SecretsManagerIn(Elsewhere).CreateSecretAsync(new CreateSecretRequest { Name = "payments" });
        await account.ApiGatewayIn("eu-central-1").CreateApiKeyAsync(new CreateApiKeyRequest());
        await account.SecretsManager.ListSecretsAsync(new ListSecretsRequest());

        Assert.Equal([Elsewhere, "eu-central-1", null], account.Aws.Calls.Snapshot().Select(record => record.Call.Region));
    }

    [Fact]
    public async Task There_are_the_Regions_of_AWS_and_the_home_Region()
    {
        await using var aws = EmbeddedAws.Create(new() { Region = "moon-1" });

        Assert.Same(aws.SecretsManager, aws.In("moon-1").SecretsManager);
        Assert.NotSame(aws.SecretsManager, aws.In("eu-west-1").SecretsManager);
        Assert.Throws<ArgumentException>(() => aws.In("us-nowhere-1"));
    }

    private static async Task<ApiStage> CreateStageAsync(LocalAwsAccount account, IAmazonAPIGateway there)
    {
        var api = account.Aws.In(Elsewhere).ApiGateway.ImportRestApi(new() { Body = SampleApi.Document });
        await there.CreateDeploymentAsync(new CreateDeploymentRequest { RestApiId = api.Id, StageName = "prod" });
        return new ApiStage { ApiId = api.Id, Stage = "prod" };
    }

    private static async Task AttachAsync(IAmazonAPIGateway gateway, ApiStage stage, string value)
    {
        var key = await gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Value = value, Enabled = true });
        var plan = await gateway.CreateUsagePlanAsync(new CreateUsagePlanRequest { Name = "plan", ApiStages = [stage] });
        await gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = plan.Id, KeyId = key.Id, KeyType = "API_KEY" });
    }
}
