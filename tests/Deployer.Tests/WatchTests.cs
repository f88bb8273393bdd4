using System.Text.Json;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager.Model;

namespace Deployer.Tests;

/// <summary>The watch: the stack's rules and the function's action, on CloudTrail's records of others' calls.</summary>
[Collection(nameof(DeployerAccount))]
public sealed class WatchTests
{
    private const string SecretsManager = "secretsmanager.amazonaws.com";
    private const string ApiGateway = "apigateway.amazonaws.com";
    private const string Own = "123456789012";
    private const string Partner = "210987654321";

    /// <summary>A value that a record contains. API Gateway may leave it in.</summary>
    private const string Value = "valueInTheRecordOfACall12345";

    private static readonly TimeSpan Lag = TimeSpan.FromMinutes(20);

    private static readonly Dictionary<string, object> Callers = new()
    {
        ["role"] = Session("stranger"),
        ["role of a path"] = Session("team/stranger"),
        ["user"] = new { type = "IAMUser", principalId = "AIDA", arn = $"arn:aws:iam::{Own}:user/eve", accountId = Own, userName = "eve" },
        ["root"] = new { type = "Root", principalId = Own, arn = $"arn:aws:iam::{Own}:root", accountId = Own },
        ["federated user"] = new
        {
            type = "FederatedUser",
            arn = $"arn:aws:sts::{Own}:federated-user/eve",
            accountId = Own,
            sessionContext = new { sessionIssuer = new { type = "IAMUser", arn = $"arn:aws:iam::{Own}:user/eve", userName = "eve" } },
        },
        ["service"] = new { type = "AWSService", invokedBy = "backup.amazonaws.com" },
        ["role through a service"] = new
        {
            type = "AssumedRole",
            invokedBy = "cloudformation.amazonaws.com",
            arn = $"arn:aws:sts::{Own}:assumed-role/stranger/session",
            accountId = Own,
            sessionContext = new { sessionIssuer = new { type = "Role", arn = $"arn:aws:iam::{Own}:role/stranger" } },
        },
        ["other account"] = new { type = "AWSAccount", principalId = "AROA:eve", accountId = "999999999999" },
        ["identity center"] = new { type = "IdentityCenterUser", accountId = Own, onBehalfOf = new { userId = "u-1" }, credentialId = "c-1" },
        ["nobody"] = new { type = "Unknown" },
    };

    private static readonly Dictionary<string, object> Expected = new()
    {
        ["operator"] = Session("on-call"),
        ["deployer's role"] = Session("pipelines/deploy"),
        ["deployer"] = new { type = "IAMUser", arn = $"arn:aws:iam::{Own}:user/deployer", accountId = Own },
        ["deploying account"] = Session("anyone", "333333333333"),
        ["Secrets Manager"] = new { type = "AWSService", invokedBy = SecretsManager },
    };

    [Fact]
    public async Task A_call_of_anyone_else_is_counted_and_logged_with_who_from_where_and_what()
    {
        await using var account = await WatchedAsync();
        foreach (var (kind, caller) in Callers)
        {
            var seen = await SeeAsync(account, Record(caller, SecretsManager, "GetSecretValue", new { secretId = DeployerAccount.SecretName }, isRead: true));
            Assert.True(seen.Outcome == "other", $"{kind}: {seen}");
            Assert.Contains("GetSecretValue on shop/orders, from 203.0.113.9 with aws-cli/2 on_a_line: succeeded", seen.Log, StringComparison.Ordinal);
            Assert.Contains(SecretArn(account), seen.Log, StringComparison.Ordinal);
        }

        Assert.Contains($"arn:aws:sts::{Own}:assumed-role/stranger/session called", (await SeeAsync(account, Read(Callers["role"]))).Log, StringComparison.Ordinal);
        Assert.Contains("AROA:eve of account 999999999999 called", (await SeeAsync(account, Read(Callers["other account"]))).Log, StringComparison.Ordinal);
        Assert.Contains("backup.amazonaws.com called", (await SeeAsync(account, Read(Callers["service"]))).Log, StringComparison.Ordinal);
        Assert.Contains(": AccessDenied", (await SeeAsync(account, Read(Callers["user"], error: "AccessDenied"))).Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Operators_deployers_and_Secrets_Manager_are_expected_and_cost_no_call()
    {
        await using var account = await WatchedAsync();
        foreach (var (kind, caller) in Expected)
        {
            account.Aws.Calls.Clear();
            foreach (var record in new[] { Read(caller), Record(caller, ApiGateway, "DeleteApiKey", new { apiKey = account.Minted()[0].Id }) })
            {
                var seen = await SeeAsync(account, record);
                Assert.True(seen.Outcome == "expected", $"{kind}: {seen}");
            }

            Assert.DoesNotContain(account.Aws.Calls.Snapshot(), record => record.Call.Service != "lambda");
        }

        // The function's own role never gets that far.
        var own = Session(account.FunctionRoleArn.Split('/')[^1]);
        Assert.Equal("not delivered", (await SeeAsync(account, Read(own))).Outcome);
        Assert.Equal("not delivered", (await SeeAsync(account, Record(own, ApiGateway, "DeleteApiKey", new { apiKey = "x" }))).Outcome);
        // What Secrets Manager does in a rotation is no call.
        Assert.Equal("not delivered", (await SeeAsync(account, Record(Callers["service"], SecretsManager, "RotationStarted", null, type: "AwsServiceEvent"))).Outcome);
    }

    [Fact]
    public async Task A_reader_may_read_its_secret_and_nothing_else()
    {
        await using var account = await WatchedAsync();
        var elsewhere = new { type = "AWSAccount", principalId = "AROA:partner", accountId = Partner };
        foreach (var reader in new[] { Session("pipeline"), elsewhere })
        {
            Assert.Equal("no key", (await SeeAsync(account, Read(reader))).Outcome);
            Assert.Equal("other", (await SeeAsync(account, Read(reader, "shop/refunds"))).Outcome);
            Assert.Equal("other", (await SeeAsync(account, Record(reader, SecretsManager, "PutSecretValue", new { secretId = DeployerAccount.SecretName }))).Outcome);
            Assert.Equal("other", (await SeeAsync(account, Record(reader, ApiGateway, "GetApiKey", new { apiKey = account.Minted()[0].Id, includeValue = true }, isRead: true))).Outcome);
        }

        // Only the account is known of a caller elsewhere: one that AWS has refused is not the reader.
        Assert.Equal("other", (await SeeAsync(account, Read(elsewhere, error: "AccessDenied"))).Outcome);
        Assert.Equal("no key", (await SeeAsync(account, Read(Session("pipeline"), error: "AccessDenied"))).Outcome);
    }

    [Fact]
    public async Task A_secret_is_found_by_its_name_its_ARN_and_its_ARN_without_the_end()
    {
        await using var account = await WatchedAsync();
        var arn = SecretArn(account);
        foreach (var (secretId, outcome) in new[]
        {
            (DeployerAccount.SecretName, "other"), (arn, "other"), (arn[..^7], "other"),
            (DeployerAccount.SecretName[..^1], "no key"), (DeployerAccount.SecretName + "/more", "no key"), (arn[..^1] + "!", "no key"), (arn[..^8], "no key"),
            (arn.Replace(Own, Partner, StringComparison.Ordinal), "no key"), (arn.Replace("eu-west-1", "us-east-1", StringComparison.Ordinal), "no key"),
        })
        {
            var seen = await SeeAsync(account, Read(Callers["role"], secretId));
            Assert.True(seen.Outcome == outcome, $"{secretId}: {seen}");
        }
    }

    [Fact]
    public async Task Each_operation_is_resolved_or_counted_as_not_resolved()
    {
        await using var account = await WatchedAsync();
        await account.RotateAsync();
        var (minted, template) = (account.Minted()[0].Id, account.Aws.ApiGateway.GetApiKeys(new() { NameQuery = "shop/orders (template)" }).Items[0].Id);
        var foreign = account.Aws.ApiGateway.CreateApiKey(new() { Name = "another team's" }).Id;
        var forged = account.Aws.ApiGateway.CreateApiKey(new() { Name = $"shop/orders/{Guid.NewGuid()}" }).Id;
        string Arn(string path) => $"arn:aws:apigateway:eu-west-1::{path}";
        (string Source, string Name, object? Request, object? Response, bool IsRead, string Outcome)[] calls =
        [
            .. new[] { "PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage", "DeleteSecret", "RestoreSecret", "RotateSecret", "CancelRotateSecret", "TagResource",
                "UntagResource", "PutResourcePolicy", "DeleteResourcePolicy", "ReplicateSecretToRegions", "RemoveRegionsFromReplication", "StopReplicationToReplica" }
                .Select(name => (SecretsManager, name, (object?)new { secretId = "shop/orders", name = (string?)null }, (object?)null, false, "other")),
            (SecretsManager, "CreateSecret", new { name = "shop/orders" }, null, false, "other"),
            (SecretsManager, "CreateSecret", new { name = "shop/others" }, null, false, "no key"),
            (SecretsManager, "PutSecretValue", null, null, false, "unresolved"),
            (ApiGateway, "GetApiKey", new { apiKey = minted, includeValue = true }, null, true, "other"),
            (ApiGateway, "GetApiKey", new { apiKey = minted }, null, true, "no key"),
            (ApiGateway, "GetApiKey", new { apiKey = minted, includeValue = false }, null, true, "no key"),
            (ApiGateway, "GetApiKey", new { apiKey = template, includeValue = true }, null, true, "other"),
            (ApiGateway, "GetApiKey", new { apiKey = foreign, includeValue = "true" }, null, true, "no key"),
            (ApiGateway, "GetApiKey", new { apiKey = "gone123456", includeValue = true }, null, true, "unresolved"),
            (ApiGateway, "GetApiKey", new { includeValue = true }, null, true, "unresolved"),
            (ApiGateway, "GetApiKeys", new { includeValues = true, limit = 500 }, null, true, "other"),
            (ApiGateway, "GetApiKeys", new { limit = 500 }, null, true, "no key"),
            (ApiGateway, "GetUsagePlanKeys", new { usagePlanId = account.Plans[0] }, null, true, "other"),
            (ApiGateway, "GetUsagePlanKey", new { usagePlanId = account.Plans[0], keyId = minted }, null, true, "other"),
            (ApiGateway, "CreateApiKey", new { createApiKeyInput = new { name = "x", value = Value } }, new { id = forged, value = Value }, false, "other"),
            (ApiGateway, "CreateApiKey", new { createApiKeyInput = new { name = "x", value = Value } }, new { id = foreign, value = Value }, false, "no key"),
            (ApiGateway, "ImportApiKeys", new { format = "csv", body = Value }, new { ids = new[] { foreign } }, false, "other"),
            (ApiGateway, "UpdateApiKey", new { apiKey = minted, patchOperations = new[] { new { op = "replace", path = "/enabled", value = "false" } } }, null, false, "other"),
            (ApiGateway, "UpdateApiKey", new { apiKey = forged }, null, false, "other"),
            (ApiGateway, "DeleteApiKey", new { apiKey = "gone123456" }, null, false, "unresolved"),
            (ApiGateway, "CreateUsagePlanKey", new { usagePlanId = account.Plans[0], createUsagePlanKeyInput = new { keyId = minted, keyType = "API_KEY" } }, new { id = minted, value = Value }, false, "other"),
            (ApiGateway, "CreateUsagePlanKey", new { usagePlanId = account.Plans[0], createUsagePlanKeyInput = new { keyId = foreign } }, null, false, "no key"),
            (ApiGateway, "DeleteUsagePlanKey", new { usagePlanId = account.Plans[0], keyId = template }, null, false, "other"),
            (ApiGateway, "UpdateUsage", new { usagePlanId = account.Plans[0], keyId = minted }, null, false, "other"),
            (ApiGateway, "TagResource", new { resourceArn = Arn("/apikeys/" + minted), tags = new { a = "b" } }, null, false, "other"),
            (ApiGateway, "UntagResource", new { resourceArn = Arn("/apikeys/" + template) }, null, false, "other"),
            (ApiGateway, "TagResource", new { resourceArn = Arn("/restapis/abc") }, null, false, "no key"),
            (ApiGateway, "CreateDeployment", new { restApiId = "abc" }, null, false, "no key"),
            // A read that returns no value, and one that Secrets Manager records once more for each secret.
            (SecretsManager, "DescribeSecret", new { secretId = "shop/orders" }, null, true, "not delivered"),
            (SecretsManager, "BatchGetSecretValue", new { secretIdList = new[] { "shop/orders" } }, null, true, "not delivered"),
            (ApiGateway, "GetUsagePlans", new { keyId = minted }, null, true, "not delivered"),
        ];

        foreach (var (source, name, request, response, isRead, outcome) in calls)
        {
            var seen = await SeeAsync(account, Record(Callers["role"], source, name, request, response, isRead));
            Assert.True(seen.Outcome == outcome, $"{name} {JsonSerializer.Serialize(request)}: {seen}");
        }

        Assert.DoesNotContain(account.Printed, line => line.Contains(Value, StringComparison.Ordinal));
        // A bulk read is about each key of the stack.
        var bulk = await SeeAsync(account, Record(Callers["role"], ApiGateway, "GetApiKeys", new { includeValues = true }, isRead: true));
        Assert.Contains("shop/orders", bulk.Log, StringComparison.Ordinal);
        Assert.Contains("shop/refunds", bulk.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_over_the_wire_arrive_late_and_only_with_a_trail_and_reads_only_by_the_rule_with_their_state()
    {
        await using var account = DeployerAccount.Start(trailLag: Lag);
        var reader = account.MakeRole("pipeline");
        await account.UpAsync(Configuration(account, reader));
        using var stranger = account.SecretsManager(account.CredentialsOf(MakeAdministrator(account)));
        await stranger.GetSecretValueAsync(new GetSecretValueRequest { SecretId = DeployerAccount.SecretName });
        await PassAsync(account);
        Assert.Empty(account.Aws.Events.Deliveries); // no trail

        MakeTrail(account);
        await account.RotateAsync();
        await PassAsync(account);
        // Not the function's own calls, but its administrator's.
        Assert.Equal([1], Counted(account));
        Assert.Single(account.Printed, line => line.Contains($"arn:aws:iam::{Own}:user/administrator called RotateSecret on {DeployerAccount.SecretName}", StringComparison.Ordinal));
        await stranger.GetSecretValueAsync(new GetSecretValueRequest { SecretId = DeployerAccount.SecretName });
        using var keys = account.ApiGateway(account.CredentialsOf("administrator"));
        await keys.GetApiKeysAsync(new GetApiKeysRequest { IncludeValues = true });
        await keys.UpdateApiKeyAsync(new UpdateApiKeyRequest { ApiKey = account.Minted()[0].Id, PatchOperations = [new() { Op = "replace", Path = "/description", Value = "mine" }] });
        await keys.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = account.Minted()[0].Id });
        using var asReader = account.SecretsManager(account.CredentialsOf(reader));
        await asReader.GetSecretValueAsync(new GetSecretValueRequest { SecretId = DeployerAccount.SecretName });
        Assert.Single(Counted(account)); // not yet
        await PassAsync(account);

        Assert.Equal([1, 1, 1, 1], Counted(account));
        account.Aws.CloudTrail.StopLogging("management");
        await stranger.GetSecretValueAsync(new GetSecretValueRequest { SecretId = DeployerAccount.SecretName });
        await PassAsync(account);
        Assert.Equal(4, Counted(account).Count);
    }

    [Fact]
    public async Task Check_finds_a_watch_without_a_trail_and_the_days_check_with_one_proves_it()
    {
        await using var account = DeployerAccount.Start(trailLag: Lag);
        await account.UpAsync(Configuration(account));
        Assert.Empty(await FindingsAsync(account)); // nothing can be known on the first day
        account.Time.Advance(TimeSpan.FromDays(4));
        await account.IdleAsync();
        Assert.Contains("No event of CloudTrail has reached the watch since", Assert.Single(await FindingsAsync(account)), StringComparison.Ordinal);

        MakeTrail(account);
        await CheckAsync(account);
        await PassAsync(account);
        Assert.Empty(await FindingsAsync(account));
        Assert.Empty(Counted(account));
        // A mark on the key, which the next rotation's key does not get.
        Assert.Contains("apikey-rotation:watched", account.Aws.ApiGateway.GetApiKey(account.Minted()[0].Id).Tags!.Keys);
        await account.RotateAsync();
        Assert.DoesNotContain("apikey-rotation:watched", account.Aws.ApiGateway.GetApiKey(account.Minted()[0].Id).Tags!.Keys);

        account.Aws.CloudTrail.StopLogging("management");
        account.Time.Advance(TimeSpan.FromDays(4));
        await account.IdleAsync();
        Assert.Contains("No event of CloudTrail has reached the watch since", Assert.Single(await FindingsAsync(account)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_trail_the_stack_makes_one_with_a_bucket_and_destroys_both()
    {
        await using var account = DeployerAccount.Start(trailLag: Lag);
        object Configuration(bool trail) => new
        {
            recoveryWindowDays = 0,
            watch = true,
            trail,
            keys = new[] { new { name = DeployerAccount.SecretName, usagePlanIds = account.Plans.Take(1) } },
        };
        await account.UpAsync(Configuration(trail: true));
        await account.Aws.SecretsManager.SettledAsync();
        Assert.Equal(["rotation-lambda-test-rotation"], account.Aws.CloudTrail.Trails);
        Assert.Equal("other", (await SeeAsync(account, Read(Callers["role"]))).Outcome);
        var bucket = Assert.Single(account.Aws.S3.Buckets);
        Assert.NotEqual(0, account.Aws.S3.CountObjects(bucket));
        await account.UpAsync(Configuration(trail: true));
        Assert.Empty(account.Deployment.Changes);
        await account.Deployment.RefreshAsync();
        Assert.Empty(account.Deployment.Changes);

        await account.UpAsync(Configuration(trail: false));
        Assert.Empty(account.Aws.CloudTrail.Trails);
        Assert.Empty(account.Aws.S3.Buckets);
        await account.UpAsync(Configuration(trail: true));
        await account.Aws.SecretsManager.SettledAsync();
        await account.Deployment.DestroyAsync();
        Assert.Empty(account.Aws.CloudTrail.Trails);
        Assert.Empty(account.Aws.S3.Buckets);
        Assert.Empty(account.Aws.Events.Rules);
    }

    private static object Session(string role, string account = Own) => new
    {
        type = "AssumedRole",
        principalId = "AROA:session",
        arn = $"arn:aws:sts::{account}:assumed-role/{role.Split('/')[^1]}/session",
        accountId = account,
        sessionContext = new { sessionIssuer = new { type = "Role", arn = $"arn:aws:iam::{account}:role/{role}", userName = role.Split('/')[^1] } },
    };

    private static JsonElement Read(object caller, string secretId = DeployerAccount.SecretName, string? error = null) =>
        Record(caller, SecretsManager, "GetSecretValue", new { secretId, versionStage = "AWSCURRENT" }, isRead: true, error: error);

    private static JsonElement Record(
        object caller, string source, string name, object? request, object? response = null, bool isRead = false, string? error = null, string type = "AwsApiCall") =>
        JsonSerializer.SerializeToElement(new
        {
            eventVersion = "1.11",
            userIdentity = caller,
            eventTime = "2026-03-01T12:00:00Z",
            eventSource = source,
            eventName = name,
            awsRegion = "eu-west-1",
            sourceIPAddress = "203.0.113.9",
            userAgent = "aws-cli/2\non_a_line",
            requestParameters = request,
            responseElements = response,
            errorCode = error,
            readOnly = isRead,
            eventType = type,
            managementEvent = true,
            recipientAccountId = Own,
        });

    private static async Task<DeployerAccount> WatchedAsync()
    {
        var account = DeployerAccount.Start(trailLag: Lag);
        await account.UpAsync(Configuration(account, account.MakeRole("pipeline"), account.Aws.Iam.CreateRole($"arn:aws:iam::{Partner}:role/partner", """{"Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}""").Arn));
        await account.Aws.SecretsManager.SettledAsync();
        MakeTrail(account);
        return account;
    }

    private static object Configuration(DeployerAccount account, params string[] readers) => new
    {
        recoveryWindowDays = 0,
        watch = true,
        kmsKeyArn = $"arn:aws:kms:{account.Aws.Region}:{Own}:key/11111111-2222-3333-4444-555555555555",
        operators = new[] { $"arn:aws:iam::{Own}:role/on-call" },
        deployers = new[] { $"arn:aws:iam::{Own}:role/pipelines/deploy", $"arn:aws:iam::{Own}:user/deployer", "arn:aws:iam::333333333333:root" },
        keys = new object[]
        {
            new { name = DeployerAccount.SecretName, usagePlanIds = account.Plans.Take(1), readers },
            new { name = "shop/refunds", usagePlanIds = account.Plans.Take(1) },
        },
    };

    private static void MakeTrail(DeployerAccount account)
    {
        account.Aws.S3.CreateBucket("trail-bucket");
        account.Aws.S3.PutBucketPolicy("trail-bucket", """
            {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:*", "Resource": ["arn:aws:s3:::trail-bucket", "arn:aws:s3:::trail-bucket/*"]}}
            """);
        account.Aws.CloudTrail.CreateTrail("management", "trail-bucket");
        account.Aws.CloudTrail.StartLogging("management");
    }

    private static string MakeAdministrator(DeployerAccount account)
    {
        var role = account.MakeRole("administrator");
        account.Aws.Iam.PutRolePolicy("administrator", "everything", """{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}""");
        return role;
    }

    private static string SecretArn(DeployerAccount account) => account.Stack.Keys[DeployerAccount.SecretName]["secretArn"];

    private static async Task PassAsync(DeployerAccount account)
    {
        account.Time.Advance(Lag);
        for (var quiet = 0; quiet < 3; quiet++)
        {
            await Task.Delay(20);
            await account.Aws.Events.SettledAsync();
        }
    }

    private static List<double> Counted(DeployerAccount account) =>
        [.. account.Metrics.Where(line => line.TryGetProperty("CallsByOthers", out _)).Select(line => line.GetProperty("CallsByOthers").GetDouble())];

    /// <summary>Sends a record and returns what became of it.</summary>
    private static async Task<(string Outcome, string Log)> SeeAsync(DeployerAccount account, JsonElement record)
    {
        var (delivered, metrics, printed) = (account.Aws.Events.Deliveries.Count, account.Metrics.Count, account.Printed.Count);
        account.Aws.CloudTrail.Send(record);
        await account.Aws.Events.SettledAsync();
        var deliveries = account.Aws.Events.Deliveries.Skip(delivered).ToList();
        Assert.All(deliveries, delivery => Assert.Null(delivery.Error));
        if (deliveries.Count == 0)
        {
            return ("not delivered", "");
        }

        Assert.Single(deliveries); // no record matches both rules
        var log = string.Join('\n', account.Printed.Skip(printed));
        return (account.Metrics.Skip(metrics).ToList() switch
        {
            [] when log.Contains("The caller is expected", StringComparison.Ordinal) => "expected",
            [] => log.Contains("concerns no key", StringComparison.Ordinal) ? "no key" : "neither counted nor dropped: " + log,
            [var line] when (Number(line, "CallsByOthers"), Number(line, "UnresolvedCalls")) is (1, 0) => "other",
            [var line] when (Number(line, "CallsByOthers"), Number(line, "UnresolvedCalls")) is (0, 1) => "unresolved",
            var lines => string.Join('\n', lines),
        }, log);

        static double Number(JsonElement line, string metric)
        {
            Assert.Equal("rotation-lambda-test-rotation", line.GetProperty("FunctionName").GetString());
            return line.GetProperty(metric).GetDouble();
        }
    }

    private static async Task<JsonElement> CheckAsync(DeployerAccount account) => JsonSerializer.Deserialize<JsonElement>((await account.Aws.Lambda.InvokeAsync(
        account.Stack.FunctionName, JsonSerializer.SerializeToUtf8Bytes(new { action = "check", secretId = SecretArn(account) }))).Span);

    private static async Task<List<string>> FindingsAsync(DeployerAccount account) =>
        [.. (await CheckAsync(account)).GetProperty("Findings").EnumerateArray().Select(finding => finding.GetProperty("Problem").GetString()!)];
}
