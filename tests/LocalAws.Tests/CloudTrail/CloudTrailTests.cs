using System.Text;
using System.Text.Json;
using Amazon.APIGateway.Model;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using LocalAws.Events;

namespace LocalAws.Tests.CloudTrail;

/// <summary>CloudTrail's records of calls, the rules that get them, and the functions that rules invoke.</summary>
public sealed class CloudTrailTests
{
    private const string Topic = "arn:aws:sns:eu-west-1:123456789012:audit";
    private const string All = """{"detail-type":["AWS API Call via CloudTrail"]}""";
    private const string WithReads = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";

    [Fact]
    public async Task A_call_is_recorded_only_while_a_trail_logs()
    {
        await using var account = await StartAsync();
        MakeTrail(account, isLogging: false);
        await account.CreateSecretAsync();
        Assert.Empty(account.Aws.Events.Deliveries);

        account.Aws.CloudTrail.StartLogging("management");
        await account.SecretsManager.PutSecretValueAsync(new PutSecretValueRequest { SecretId = "payments", SecretString = "v2" });
        var sent = await DeliveredAsync(account, 1);
        Assert.Equal(("aws.secretsmanager", 0), (sent[0].Event.GetProperty("source").GetString(), sent[0].Event.GetProperty("resources").GetArrayLength()));

        account.Aws.CloudTrail.StopLogging("management");
        await account.SecretsManager.PutSecretValueAsync(new PutSecretValueRequest { SecretId = "payments", SecretString = "v3" });
        account.Aws.CloudTrail.DeleteTrail("management");
        Assert.Single(account.Aws.Events.Deliveries);
        Assert.Equal(1, account.Aws.S3.CountObjects("trails"));
        Assert.Equal("BucketNotEmpty", Assert.Throws<AwsException>(() => account.Aws.S3.DeleteBucket("trails")).Code);
        account.Aws.S3.EmptyBucket("trails");
        account.Aws.S3.DeleteBucket("trails");
    }

    [Fact]
    public async Task A_trail_of_another_Region_records_a_Regions_calls_only_if_it_is_for_all()
    {
        await using var aws = EmbeddedAws.Create();
        MakeBucket(aws);
        foreach (var (isMultiRegion, count) in new[] { (false, 0), (true, 1) })
        {
            var other = aws.In("us-east-1");
            other.CloudTrail.CreateTrail("elsewhere", "trails", isMultiRegion);
            other.CloudTrail.StartLogging("elsewhere");
            Notify(aws, All, WithReads);
            aws.CloudTrail.Send(JsonSerializer.Deserialize<JsonElement>("""{"eventSource":"secretsmanager.amazonaws.com","eventName":"GetSecretValue","eventType":"AwsApiCall"}"""));
            Assert.Equal(count, aws.Events.Deliveries.Count);
            other.CloudTrail.DeleteTrail("elsewhere");
        }
    }

    [Fact]
    public async Task Reads_reach_only_a_rule_with_their_state_and_a_disabled_one_gets_nothing()
    {
        await using var account = await StartAsync();
        MakeTrail(account);
        account.Aws.Events.PutRule("reads", All, WithReads);
        account.Aws.Events.PutTarget("reads", new EventTarget("target", Topic));
        account.Aws.Events.PutRule("disabled", All, "DISABLED");
        account.Aws.Events.PutTarget("disabled", new EventTarget("target", Topic));
        await account.CreateSecretAsync();
        await account.SecretsManager.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "payments" });
        await account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" });
        await account.AskAsync("BatchGetSecretValue", """{"SecretIdList":["payments"]}""");

        var sent = (await DeliveredAsync(account, 6)).Select(sent => $"{sent.Rule} {Name(sent)}").Order(StringComparer.Ordinal);
        // The name of the batch does not begin like a read.
        Assert.Equal(
            ["reads BatchGetSecretValue", "reads CreateSecret", "reads DescribeSecret", "reads GetSecretValue", "rule BatchGetSecretValue", "rule CreateSecret"], sent);
        Assert.Equal("ValidationException", Assert.Throws<AwsException>(() => account.Aws.Events.PutRule("another", All, "ON")).Code);
    }

    [Fact]
    public async Task A_record_has_the_request_and_the_caller_as_documented_and_no_value_of_a_secret()
    {
        await using var account = await StartAsync();
        MakeTrail(account);
        var secret = await account.CreateSecretAsync();
        var created = (await DeliveredAsync(account, 1))[0].Event.GetProperty("detail");
        Assert.Equal("payments", created.GetProperty("requestParameters").GetProperty("name").GetString());
        Assert.Equal(secret.ARN, created.GetProperty("responseElements").GetProperty("arn").GetString());
        Assert.Equal(("IAMUser", false), (created.GetProperty("userIdentity").GetProperty("type").GetString(), created.GetProperty("readOnly").GetBoolean()));
        Assert.False(created.GetProperty("userIdentity").TryGetProperty("sessionContext", out _));
        Assert.DoesNotContain("secretString", created.GetRawText(), StringComparison.OrdinalIgnoreCase);

        account.Aws.Events.PutRule("rule", All, WithReads);
        var role = account.Aws.Iam.CreateRole("team-reader", """{"Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}""");
        var credentials = account.Aws.Iam.AssumeRole("team-reader", "session");
        using var reader = new AmazonSecretsManagerClient(
            new SessionAWSCredentials(credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken),
            new AmazonSecretsManagerConfig { ServiceURL = account.Aws.ServiceUrl.ToString(), AuthenticationRegion = account.Aws.Region });
        await Assert.ThrowsAnyAsync<AmazonSecretsManagerException>(() => reader.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "payments" }));
        var denied = (await DeliveredAsync(account, 2))[^1].Event.GetProperty("detail");
        Assert.Equal(("AccessDenied", "AssumedRole"), (denied.GetProperty("errorCode").GetString(), denied.GetProperty("userIdentity").GetProperty("type").GetString()));
        Assert.Equal(role.Arn, denied.GetProperty("userIdentity").GetProperty("sessionContext").GetProperty("sessionIssuer").GetProperty("arn").GetString());
        Assert.Equal(JsonValueKind.Null, denied.GetProperty("responseElements").ValueKind);

        var key = await account.ApiGateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "a key" });
        await account.ApiGateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = key.Id, IncludeValue = true });
        var records = (await DeliveredAsync(account, 4)).Select(sent => sent.Event.GetProperty("detail")).ToList();
        Assert.Equal("a key", records[^2].GetProperty("requestParameters").GetProperty("createApiKeyInput").GetProperty("name").GetString());
        Assert.Equal(key.Id, records[^2].GetProperty("responseElements").GetProperty("id").GetString());
        Assert.Equal((key.Id, true), (records[^1].GetProperty("requestParameters").GetProperty("apiKey").GetString(), records[^1].GetProperty("requestParameters").GetProperty("includeValue").GetBoolean()));
    }

    [Fact]
    public async Task A_trail_needs_a_bucket_that_accepts_its_files()
    {
        await using var aws = EmbeddedAws.Create();
        Assert.Equal("InsufficientS3BucketPolicyException", Assert.Throws<AwsException>(() => aws.CloudTrail.CreateTrail("trail", "trails")).Code);
        aws.S3.CreateBucket("trails");
        Assert.Equal("InsufficientS3BucketPolicyException", Assert.Throws<AwsException>(() => aws.CloudTrail.CreateTrail("trail", "trails")).Code);
        aws.S3.PutBucketPolicy("trails", PolicyFor("arn:aws:cloudtrail:eu-west-1:123456789012:trail/another"));
        Assert.Equal("InsufficientS3BucketPolicyException", Assert.Throws<AwsException>(() => aws.CloudTrail.CreateTrail("trail", "trails")).Code);
        aws.S3.PutBucketPolicy("trails", PolicyFor("arn:aws:cloudtrail:eu-west-1:123456789012:trail/*"));
        for (var number = 1; number <= 5; number++)
        {
            aws.CloudTrail.CreateTrail($"trail{number}", "trails");
        }

        Assert.Equal("TrailAlreadyExistsException", Assert.Throws<AwsException>(() => aws.CloudTrail.CreateTrail("trail1", "trails")).Code);
        Assert.Equal("MaximumNumberOfTrailsExceededException", Assert.Throws<AwsException>(() => aws.CloudTrail.CreateTrail("trail6", "trails")).Code);
        Assert.Equal("InvalidTrailNameException", Assert.Throws<AwsException>(() => aws.CloudTrail.CreateTrail("a trail", "trails")).Code);
        Assert.Equal("TrailNotFoundException", Assert.Throws<AwsException>(() => aws.CloudTrail.StartLogging("trail6")).Code);
    }

    [Theory]
    [InlineData("""{"who":"<caller>","all":<detail>}""", """{"who":"eve","all":{"eventSource":"test.amazonaws.com","eventName":"PutThing","eventType":"AwsApiCall","caller":"eve","count":2}}""")]
    [InlineData("\"<caller> called <count> times\"", "\"eve called 2 times\"")]
    [InlineData("""{"who":<caller>,"count":<count>}""", """{"who":"eve","count":2}""")]
    [InlineData("""{"who":"\"<caller>\""}""", """{"who":"\"eve\""}""")]
    [InlineData("""["<missing>"]""", "[\"\"]")]
    [InlineData("""{"missing":<missing>}""", null)]
    public async Task A_function_gets_what_the_transformer_makes_if_its_policy_permits_the_rule(string template, string? expected)
    {
        await using var aws = EmbeddedAws.Create();
        var got = new List<string>();
        var function = aws.Lambda.Register("watch", invocation =>
        {
            got.Add(Encoding.UTF8.GetString(invocation.Payload.Span));
            return Task.FromResult(default(ReadOnlyMemory<byte>));
        });
        MakeBucket(aws);
        aws.CloudTrail.CreateTrail("trail", "trails");
        aws.CloudTrail.StartLogging("trail");
        var rule = aws.Events.PutRule("rule", """{"source":["aws.test"]}""");
        aws.Events.PutTarget("rule", new EventTarget("target", function, Transformer: new InputTransformer(
            new Dictionary<string, string> { ["detail"] = "$.detail", ["caller"] = "$.detail.caller", ["count"] = "$.detail.count", ["missing"] = "$.detail.nothing.there" }, template)));

        Send(aws);
        await aws.Events.SettledAsync();
        Assert.Equal("NO_PERMISSIONS", Assert.Single(aws.Events.Deliveries).Error);
        aws.Lambda.AddPermission(new() { FunctionName = "watch", StatementId = "other", Action = "lambda:InvokeFunction", Principal = "events.amazonaws.com", SourceArn = rule + "s" });
        Send(aws);
        aws.Lambda.AddPermission(new() { FunctionName = "watch", StatementId = "rule", Action = "lambda:InvokeFunction", Principal = "events.amazonaws.com", SourceArn = rule });
        Send(aws);
        await aws.Events.SettledAsync();

        Assert.Equal(["NO_PERMISSIONS", "NO_PERMISSIONS", expected is null ? "INVALID_JSON" : null], aws.Events.Deliveries.Select(sent => sent.Error));
        Assert.Equal(expected is null ? [] : [Normal(expected)], got.Select(Normal));

        static string Normal(string json) => JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(json));
    }

    [Fact]
    public async Task A_transformer_that_EventBridge_rejects_is_rejected()
    {
        await using var aws = EmbeddedAws.Create();
        var function = aws.Lambda.Register("watch", _ => Task.FromResult(default(ReadOnlyMemory<byte>)));
        aws.Events.PutRule("rule", All);
        foreach (var transformer in new[]
        {
            new InputTransformer(new Dictionary<string, string>(), "\"<unknown>\""),
            new InputTransformer(new Dictionary<string, string> { ["d"] = "$.detail" }, new string('x', 8193)),
            new InputTransformer(new Dictionary<string, string>(), ""),
        })
        {
            Assert.Equal("ValidationException", Assert.Throws<AwsException>(() => aws.Events.PutTarget("rule", new EventTarget("target", function, Transformer: transformer))).Code);
        }
    }

    private static string? Name(EventDelivery sent) => sent.Event.GetProperty("detail").GetProperty("eventName").GetString();

    private static void Send(EmbeddedAws aws) => aws.CloudTrail.Send(JsonSerializer.Deserialize<JsonElement>(
        """{"eventSource":"test.amazonaws.com","eventName":"PutThing","eventType":"AwsApiCall","caller":"eve","count":2}"""));

    private static async Task<LocalAwsAccount> StartAsync()
    {
        var account = await LocalAwsAccount.StartAsync(new EmbeddedAwsOptions { TrailLag = TimeSpan.Zero });
        Notify(account.Aws, All);
        return account;
    }

    private static void Notify(EmbeddedAws aws, string pattern, string state = "ENABLED")
    {
        aws.Events.PutRule("rule", pattern, state);
        aws.Events.PutTarget("rule", new EventTarget("target", Topic));
    }

    private static void MakeBucket(EmbeddedAws aws)
    {
        aws.S3.CreateBucket("trails");
        aws.S3.PutBucketPolicy("trails", PolicyFor("arn:aws:cloudtrail:*:123456789012:trail/*"));
    }

    private static void MakeTrail(LocalAwsAccount account, bool isLogging = true)
    {
        MakeBucket(account.Aws);
        account.Aws.CloudTrail.CreateTrail("management", "trails");
        if (isLogging)
        {
            account.Aws.CloudTrail.StartLogging("management");
        }
    }

    private static string PolicyFor(string trail) => $$"""
        {"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":["s3:GetBucketAcl","s3:PutObject"],
         "Resource":["arn:aws:s3:::trails","arn:aws:s3:::trails/AWSLogs/123456789012/*"],"Condition":{"ArnLike":{"aws:SourceArn":"{{trail}}"} } } }
        """;

    /// <summary>The deliveries, once there are so many.</summary>
    private static async Task<IReadOnlyList<EventDelivery>> DeliveredAsync(LocalAwsAccount account, int count)
    {
        for (var waited = 0; waited < 500 && account.Aws.Events.Deliveries.Count < count; waited++)
        {
            await Task.Delay(10);
        }

        Assert.Equal(count, account.Aws.Events.Deliveries.Count);
        return account.Aws.Events.Deliveries;
    }
}
