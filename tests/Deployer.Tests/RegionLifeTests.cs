using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.SecretsManager.Model;
using LocalAws;
using LocalAws.ApiGateway;

namespace Deployer.Tests;

/// <summary>A key in two Regions: deployed, rotated, read beside the client; a Region comes, changes and goes.</summary>
[Collection(nameof(DeployerAccount))]
public sealed class RegionLifeTests
{
    private const string There = "us-east-1";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_whole_life_in_two_Regions(bool ownPlan)
    {
        await using var account = DeployerAccount.Start(activationLag: TimeSpan.FromSeconds(30));
        var api = account.MakeApi(There);
        var region = ownPlan
            ? new Dictionary<string, object> { ["region"] = There, ["usagePlan"] = new { apiStages = new[] { new { apiId = api.ApiId, stage = "prod" } } } }
            : new() { ["region"] = There, ["usagePlanIds"] = new[] { MakePlan(account, api.ApiId) } };
        await account.UpAsync(Configuration(account, region));

        Assert.Equal(SecretArn(account).Replace(account.Aws.Region, There, StringComparison.Ordinal), account.Stack.Regions[DeployerAccount.SecretName][There]["secretArn"]);
        Assert.Equal(TemplateThere(account)!.Id, account.Stack.Regions[DeployerAccount.SecretName][There]["apiKeyId"]);
        Assert.False(TemplateThere(account)!.Enabled);
        await AssertOpenAsync(account, api.Url);
        for (var rotation = 0; rotation < 3; rotation++)
        {
            await RotateAsync(account);
            await AssertOpenAsync(account, api.Url);
        }

        await account.UpAsync(Configuration(account, region));
        Assert.Empty(account.Deployment.Changes);
        await account.Deployment.RefreshAsync();
        Assert.Empty(account.Deployment.Changes);

        await account.Deployment.DestroyAsync();
        await AssertNothingIsLeftAsync(account);
        Assert.Equal(HttpStatusCode.Forbidden, await account.CallAsync(api.Url, "not a key"));
    }

    [Fact]
    public async Task A_Region_comes_and_goes()
    {
        await using var account = DeployerAccount.Start();
        var api = account.MakeApi(There);
        var region = new Dictionary<string, object> { ["region"] = There, ["usagePlanIds"] = new[] { MakePlan(account, api.ApiId) } };
        await account.UpAsync(Configuration(account));
        await RotateAsync(account);
        Assert.Empty(account.Stack.Regions);

        // In one deployment: the current and the previous key are there, with their values.
        await account.UpAsync(Configuration(account, region));
        Assert.Equal([There], account.Stack.Regions[DeployerAccount.SecretName].Keys);
        Assert.Contains("update aws:lambda/invocation:Invocation shop-orders-lifecycle", account.Deployment.Changes);
        Assert.DoesNotContain(account.Deployment.Changes, change => change.StartsWith("replace", StringComparison.Ordinal));
        await AssertOpenAsync(account, api.Url);
        Assert.Equal(2, MintedThere(account).Count);
        await RotateAsync(account);
        await AssertOpenAsync(account, api.Url);

        // Again in one: keys, template, plan's keys, replica, permissions.
        await account.UpAsync(Configuration(account));
        Assert.Empty(account.Stack.Regions);
        Assert.Empty(KeysThere(account));
        Assert.DoesNotContain((await account.DescribeAsync()).Tags, tag => tag.Key.Contains(There, StringComparison.Ordinal));
        await AssertNoReplicaAsync(account);
        var role = account.FunctionRoleArn.Split('/')[^1];
        Assert.All(account.Aws.Iam.ListRolePolicies(role), policy => Assert.DoesNotContain(There, account.Aws.Iam.GetRolePolicy(role, policy), StringComparison.Ordinal));
        await account.AssertOpenAsync(account.Apis[0]);
        await RotateAsync(account);
        await account.AssertOpenAsync(account.Apis[0]);

        // And back.
        await account.UpAsync(Configuration(account, region));
        await AssertOpenAsync(account, api.Url);

        await account.Deployment.DestroyAsync();
        await AssertNothingIsLeftAsync(account);
    }

    /// <summary>The permissions there are as new as the Region, and AWS denies their use at first.</summary>
    [Fact]
    public async Task A_Regions_permissions_can_take_effect_late()
    {
        await using var account = DeployerAccount.Start(policyLag: TimeSpan.FromSeconds(20));
        var api = account.MakeApi(There);
        await account.UpAsync(Configuration(account));
        await RotateAsync(account);

        await account.UpAsync(Configuration(account, new() { ["region"] = There, ["usagePlanIds"] = new[] { MakePlan(account, api.ApiId) } }));

        Assert.Contains(account.Printed, text => text.Contains("AccessDenied", StringComparison.Ordinal));
        await AssertOpenAsync(account, api.Url);
    }

    [Fact]
    public async Task Another_plan_takes_over_in_the_Region()
    {
        await using var account = DeployerAccount.Start();
        var (first, second) = (account.MakeApi(There), account.MakeApi(There));
        var (planOfFirst, planOfSecond) = (MakePlan(account, first.ApiId), MakePlan(account, second.ApiId));
        await account.UpAsync(Configuration(account, In(planOfFirst)));
        await RotateAsync(account);

        await account.UpAsync(Configuration(account, In(planOfFirst, planOfSecond)));
        await AssertOpenAsync(account, first.Url);
        await AssertOpenAsync(account, second.Url);

        await account.UpAsync(Configuration(account, In(planOfSecond)));
        await AssertOpenAsync(account, second.Url);
        Assert.Equal(HttpStatusCode.Forbidden, await account.CallAsync(first.Url, await account.ReadKeyAsync("AWSCURRENT")));
        Assert.Empty(account.Aws.In(There).ApiGateway.GetUsagePlanKeys(new GetUsagePlanKeysRequest { UsagePlanId = planOfFirst }).Items);
        await RotateAsync(account);
        await AssertOpenAsync(account, second.Url);
        await account.AssertOpenAsync(account.Apis[0]);

        await account.Deployment.DestroyAsync();
        await AssertNothingIsLeftAsync(account);

        static Dictionary<string, object> In(params string[] plans) => new() { ["region"] = There, ["usagePlanIds"] = plans };
    }

    [Fact]
    public async Task One_of_several_other_Regions_goes()
    {
        const string Third = "ap-south-1";
        await using var account = DeployerAccount.Start();
        var apis = new[] { There, Third }.ToDictionary(region => region, account.MakeApi);
        var both = apis.Select(api => new { region = api.Key, usagePlan = new { apiStages = new[] { new { apiId = api.Value.ApiId, stage = "prod" } } } }).ToArray();
        await account.UpAsync(Configuration(account, region: null, ("regions", both)));
        await RotateAsync(account);
        Assert.Equal([Third, There], account.Stack.Regions[DeployerAccount.SecretName].Keys.Order(StringComparer.Ordinal));
        await AssertOpenAsync(account, apis[There].Url);
        await AssertOpenAsync(account, apis[Third].Url);

        await account.UpAsync(Configuration(account, region: null, ("regions", both[..1])));
        Assert.Empty(account.Aws.In(Third).ApiGateway.GetApiKeys(new GetApiKeysRequest()).Items);
        Assert.Empty(account.Aws.In(Third).ApiGateway.GetUsagePlans(new GetUsagePlansRequest()).Items);
        await AssertOpenAsync(account, apis[There].Url);
        await RotateAsync(account);
        await AssertOpenAsync(account, apis[There].Url);

        await account.Deployment.DestroyAsync();
        await AssertNothingIsLeftAsync(account);
        Assert.Empty(account.Aws.In(Third).SecretsManager.ListSecrets(new()).SecretList);
    }

    /// <summary>Its clients have moved, but a rotation is not finished: the function refuses, and nothing but the tag and the replica has gone.</summary>
    [Fact]
    public async Task A_Region_does_not_go_during_a_rotation()
    {
        await using var account = DeployerAccount.Start();
        var api = account.MakeApi(There);
        await account.UpAsync(Configuration(account, new() { ["region"] = There, ["usagePlanIds"] = new[] { MakePlan(account, api.ApiId) } }));
        await RotateAsync(account);
        var pending = Guid.NewGuid().ToString();
        await account.Secrets.PutSecretValueAsync(new()
        {
            SecretId = DeployerAccount.SecretName,
            ClientRequestToken = pending,
            SecretString = JsonSerializer.Serialize(new { apiKey = string.Concat(Enumerable.Repeat("aB3", 14))[..40] }),
            VersionStages = ["AWSPENDING"],
        });

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => account.UpAsync(Configuration(account)));
        Assert.Contains("AWSPENDING", refused.ToString(), StringComparison.Ordinal);
        Assert.NotNull(TemplateThere(account));
        Assert.Equal(HttpStatusCode.OK, await account.CallAsync(api.Url, await account.ReadKeyAsync("AWSCURRENT")));

        await account.Secrets.UpdateSecretVersionStageAsync(new() { SecretId = DeployerAccount.SecretName, VersionStage = "AWSPENDING", RemoveFromVersionId = pending });
        await account.UpAsync(Configuration(account));
        Assert.Empty(KeysThere(account));
        await account.AssertOpenAsync(account.Apis[0]);
    }

    /// <summary>docs/runbook.md, "A Region is lost": the stack goes on without it, and removes it when it is back.</summary>
    [Fact]
    public async Task A_stack_outlives_a_lost_Region()
    {
        await using var account = DeployerAccount.Start();
        var api = account.MakeApi(There);
        var region = new Dictionary<string, object> { ["region"] = There, ["usagePlanIds"] = new[] { MakePlan(account, api.ApiId) } };
        await account.UpAsync(Configuration(account, region));
        await RotateAsync(account);
        account.Aws.In(There).Outage = Fault.ConnectionReset();

        await account.UpAsync(Configuration(account, region, ("schedule", "rate(2 days)")));
        Assert.Equal("rate(2 days)", (await account.DescribeAsync()).RotationRules.ScheduleExpression);
        await account.Secrets.UntagResourceAsync(new() { SecretId = DeployerAccount.SecretName, TagKeys = [$"apikey-rotation:template:{There}"] });
        await RotateAsync(account);
        await account.UpAsync(Configuration(account, region, ("schedule", "rate(3 days)")));
        Assert.DoesNotContain((await account.DescribeAsync()).Tags, tag => tag.Key.Contains(There, StringComparison.Ordinal));

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => account.UpAsync(Configuration(account, region: null, ("schedule", "rate(3 days)"))));
        Assert.Contains($"in Region {There}", refused.ToString(), StringComparison.Ordinal);
        await account.AssertOpenAsync(account.Apis[0]);
        await RotateAsync(account);
        await account.AssertOpenAsync(account.Apis[0]);

        account.Aws.In(There).Outage = null;
        await account.UpAsync(Configuration(account, region: null, ("schedule", "rate(3 days)")));
        Assert.Empty(KeysThere(account));
        await account.AssertOpenAsync(account.Apis[0]);
        await account.Deployment.DestroyAsync();
        await AssertNothingIsLeftAsync(account);
    }

    [Fact]
    public async Task Keys_in_use_are_adopted_in_both_Regions()
    {
        await using var account = DeployerAccount.Start();
        var api = account.MakeApi(There);
        var plan = MakePlan(account, api.ApiId);
        var value = "ValueThatClientsAlreadyUse0123456789abcd";
        var (home, there) = (Adopted(account.Aws.ApiGateway, account.Plans[0]), Adopted(account.Aws.In(There).ApiGateway, plan));
        await account.UpAsync(Configuration(account, new() { ["region"] = There, ["usagePlanIds"] = new[] { plan }, ["adoptedKeyId"] = there }, ("adoptedKeyId", home)));

        Assert.True(value == await account.ReadKeyAsync("AWSCURRENT"));
        await RotateAsync(account);
        await AssertOpenAsync(account, api.Url);
        Assert.Equal(HttpStatusCode.OK, await account.CallAsync(api.Url, value));
        await RotateAsync(account);
        await AssertOpenAsync(account, api.Url);
        Assert.False(account.Aws.ApiGateway.GetApiKey(home).Enabled);
        Assert.False(account.Aws.In(There).ApiGateway.GetApiKey(there).Enabled);

        string Adopted(ApiGatewayService gateway, string planId)
        {
            var key = gateway.CreateApiKey(new() { Name = "in use", Value = value, Enabled = true });
            gateway.CreateUsagePlanKey(new() { UsagePlanId = planId, KeyId = key.Id, KeyType = "API_KEY" });
            return key.Id;
        }
    }

    /// <summary>A reader reads the replica as it reads the secret, and nobody an untested value there.</summary>
    [Fact]
    public async Task A_reader_reads_the_replica()
    {
        await using var account = DeployerAccount.Start();
        var api = account.MakeApi(There);
        var reader = account.MakeRole("pipeline");
        await account.UpAsync(Configuration(
            account, new() { ["region"] = There, ["usagePlanIds"] = new[] { MakePlan(account, api.ApiId) } }, ("readers", new[] { reader })));
        var replica = account.SecretsManager(account.CredentialsOf(reader), There);

        await replica.GetSecretValueAsync(new GetSecretValueRequest { SecretId = DeployerAccount.SecretName });
        await account.Secrets.PutSecretValueAsync(new() { SecretId = DeployerAccount.SecretName, ClientRequestToken = Guid.NewGuid().ToString(), SecretString = "{}", VersionStages = ["AWSPENDING"] });
        account.Time.Advance(TimeSpan.FromMinutes(1));
        account.Aws.Iam.PutRolePolicy("pipeline", "everything", """{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}""");
        var denied = await Assert.ThrowsAnyAsync<AmazonServiceException>(
            () => replica.GetSecretValueAsync(new GetSecretValueRequest { SecretId = DeployerAccount.SecretName, VersionStage = "AWSPENDING" }));
        Assert.Equal(("AccessDeniedException", true), (denied.ErrorCode, denied.Message.Contains("explicit deny", StringComparison.Ordinal)));
    }

    private static object Configuration(DeployerAccount account, Dictionary<string, object>? region = null, params (string Field, object Value)[] fields)
    {
        var key = new Dictionary<string, object>
        {
            ["name"] = DeployerAccount.SecretName,
            ["description"] = "Orders",
            ["usagePlanIds"] = new[] { account.Plans[0] },
            ["schedule"] = "rate(1 day)",
        };
        if (region is not null)
        {
            key["regions"] = new[] { region };
        }

        foreach (var (field, value) in fields)
        {
            key[field] = value;
        }

        return new { recoveryWindowDays = 7, keys = new[] { key } };
    }

    private static string MakePlan(DeployerAccount account, string apiId) =>
        account.Aws.In(There).ApiGateway.CreateUsagePlan(new() { Name = "there", ApiStages = [new(apiId, "prod")], Quota = new(1_000_000, 0, "MONTH") }).Id;

    private static string SecretArn(DeployerAccount account) => account.Stack.Keys[DeployerAccount.SecretName]["secretArn"];

    private static IReadOnlyList<ApiKey> KeysThere(DeployerAccount account) => account.Aws.In(There).ApiGateway.GetApiKeys(new GetApiKeysRequest { Limit = 500 }).Items;

    private static ApiKey? TemplateThere(DeployerAccount account) => KeysThere(account).SingleOrDefault(key => key.Name == DeployerAccount.SecretName + " (template)");

    private static List<ApiKey> MintedThere(DeployerAccount account) =>
        [.. KeysThere(account).Where(key => key.Name!.StartsWith(DeployerAccount.SecretName + "/", StringComparison.Ordinal))];

    private static async Task RotateAsync(DeployerAccount account)
    {
        var before = await account.ReadKeyAsync("AWSCURRENT");
        await account.RotateAsync();
        Assert.True(before == await account.ReadKeyAsync("AWSPREVIOUS"), "it was not rotated");
        account.Time.Advance(TimeSpan.FromMinutes(1)); // the replica follows
    }

    /// <summary>Clients in both Regions: one reads the secret, the other the replica.</summary>
    private static async Task AssertOpenAsync(DeployerAccount account, Uri api)
    {
        account.Time.Advance(TimeSpan.FromMinutes(1));
        await account.AssertOpenAsync(account.Apis[0]);
        var replica = account.SecretsManager(new BasicAWSCredentials(DeployerAccount.Owner, account.Aws.SecretAccessKey), There);
        foreach (var label in new[] { "AWSCURRENT", "AWSPREVIOUS" })
        {
            if (await account.ReadKeyAsync(label) is not { } key)
            {
                continue;
            }

            var document = (await replica.GetSecretValueAsync(new() { SecretId = DeployerAccount.SecretName, VersionStage = label })).SecretString;
            Assert.True(JsonDocument.Parse(document).RootElement.GetProperty("apiKey").GetString() == key, $"The replica has another {label}.");
            Assert.True(await account.CallAsync(api, key) == HttpStatusCode.OK, $"The key of {label} is refused in {There}.");
        }
    }

    private static async Task AssertNoReplicaAsync(DeployerAccount account)
    {
        account.Time.Advance(TimeSpan.FromMinutes(5)); // AWS deletes a replica after the call that removes it
        Assert.Empty(account.Aws.In(There).SecretsManager.ListSecrets(new()).SecretList);
        Assert.Empty((await account.DescribeAsync()).ReplicationStatus ?? []);
    }

    private static async Task AssertNothingIsLeftAsync(DeployerAccount account)
    {
        Assert.Empty(account.Deployment.Resources);
        Assert.Empty(KeysThere(account));
        Assert.Empty(account.Aws.ApiGateway.GetApiKeys(new GetApiKeysRequest { Limit = 500 }).Items);
        Assert.DoesNotContain(account.Aws.In(There).ApiGateway.GetUsagePlans(new GetUsagePlansRequest()).Items, plan => plan.Name != "there");
        account.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Empty(account.Aws.In(There).SecretsManager.ListSecrets(new()).SecretList);
        Assert.NotNull((await account.DescribeAsync()).DeletedDate);
    }
}
