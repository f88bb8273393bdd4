using System.Text.Json.Nodes;
using Amazon.APIGateway.Model;
using Amazon.Runtime;
using Amazon.SecretsManager.Model;
using LocalAws;

namespace Deployer.Tests;

/// <summary>The policies that the stack declares, in force: they suffice, and nothing in them is too much.</summary>
[Collection(nameof(DeployerAccount))]
public sealed class PolicyTests
{
    // What a whole life cannot show: each with its reason.
    private static readonly Dictionary<string, string> ShownElsewhere = new()
    {
        ["Log"] = "the function runs in this process and writes no log group; LocalAws.Tests shows it with a process",
        ["Log logs:CreateLogStream"] = "the same",
        ["Log logs:PutLogEvents"] = "the same",
        ["SecretsKey kms:ViaService"] = "KMS itself cannot be called here, only through Secrets Manager",
    };

    // By tag these are allowed: docs/security.md says so.
    internal static readonly string[] ReachedByTag = ["disable another secret's minted key", "delete another secret's minted key", "describe another secret"];

    [Fact]
    [Trait("Category", "Proof")]
    public async Task Every_statement_action_and_condition_is_needed()
    {
        var useless = await UselessAsync(byTag: false, _ => true);

        Assert.Equal(ShownElsewhere.Keys.Order(), useless.Order());
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task Every_statement_action_and_condition_by_tag_is_needed() => Assert.Empty(await UselessAsync(byTag: true, IsByTag));

    [Fact]
    public async Task The_function_can_do_nothing_to_what_is_not_its_own()
    {
        await using var account = DeployerAccount.Start();
        await DeployAsync(account, byTag: false);
        Assert.Empty(await ReachedAsync(account));
    }

    [Fact]
    public async Task The_secrets_policy_keeps_the_pending_value_and_the_rotation_function()
    {
        await using var account = DeployerAccount.Start();
        await DeployAsync(account, byTag: false);
        var pending = Guid.NewGuid().ToString();
        await account.Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = DeployerAccount.SecretName, ClientRequestToken = pending, SecretString = "{}", VersionStages = ["AWSPENDING"] });

        // The account's own administrator is no role here, and what a policy denies is evaluated for roles.
        var role = account.Aws.Iam.CreateRole("everything", """{"Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}""");
        account.Aws.Iam.PutRolePolicy("everything", "everything", """{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}""");
        var everything = account.SecretsManager(account.CredentialsOf(role.Arn));
        await everything.GetSecretValueAsync(new GetSecretValueRequest { SecretId = DeployerAccount.SecretName });
        await AssertDeniedAsync(() => everything.GetSecretValueAsync(new GetSecretValueRequest { SecretId = DeployerAccount.SecretName, VersionStage = "AWSPENDING" }));
        await AssertDeniedAsync(() => everything.RotateSecretAsync(new RotateSecretRequest { SecretId = DeployerAccount.SecretName, RotationLambdaARN = $"arn:aws:lambda:{account.Aws.Region}:{account.Aws.AccountId}:function:other" }));
    }

    [Theory]
    [InlineData("secretsmanager.amazonaws.com")]
    [InlineData("scheduler.amazonaws.com")]
    public async Task Each_service_that_may_call_the_function_needs_its_permission(string service)
    {
        await using var account = DeployerAccount.Start();
        await account.UpAsync(OverlapTests.Configuration(account, "24h"));
        var first = await account.ReadKeyAsync("AWSCURRENT");
        await account.RotateAsync();
        Assert.True(first == await account.ReadKeyAsync("AWSPREVIOUS"));
        Assert.Null(await account.PassToScheduleAsync(OverlapTests.Schedule, TimeSpan.FromHours(1.5)));

        if (service == "scheduler.amazonaws.com")
        {
            var schedule = account.Aws.Scheduler.GetSchedule(account.Aws.Scheduler.Schedules.Single(name => name.StartsWith(OverlapTests.Schedule, StringComparison.Ordinal)));
            var role = schedule.Target.RoleArn.Split('/')[^1];
            account.Aws.Iam.DeleteRolePolicy(role, Assert.Single(account.Aws.Iam.ListRolePolicies(role)));

            Assert.Equal("AccessDeniedException", await account.PassToScheduleAsync(OverlapTests.Schedule, TimeSpan.FromDays(2)));
            await account.AssertOpenAsync(account.Apis[0]); // the overlap is over, and nothing has ended it
        }
        else
        {
            var statement = JsonNode.Parse(account.Aws.Lambda.GetPolicy(account.Stack.FunctionName).Policy)!["Statement"]!.AsArray().Single()!;
            Assert.Equal(service, statement["Principal"]!["Service"]!.GetValue<string>());
            account.Aws.Lambda.RemovePermission(account.Stack.FunctionName, statement["Sid"]!.GetValue<string>());

            await AssertDeniedAsync(() => account.RotateAsync());
        }
    }

    /// <summary>The parts of the policies that a life does not need.</summary>
    private static async Task<List<string>> UselessAsync(bool byTag, Predicate<string> ofPolicy)
    {
        var parts = await PartsAsync(byTag, ofPolicy);
        Assert.NotEmpty(parts);
        Assert.False(await IsMissedAsync(byTag, policy => policy), "A life with all parts misses something.");
        var useless = new List<string>();
        foreach (var part in parts)
        {
            if (!await IsMissedAsync(byTag, policy => ofPolicy(policy) ? part.RemoveFrom(policy) : policy))
            {
                useless.Add(part.ToString());
            }
        }

        return useless;
    }

    private static bool IsByTag(string policy) => policy.Contains("aws:ResourceTag/apikey-rotation:function", StringComparison.Ordinal);

    private static Task<List<Part>> PartsAsync(bool byTag, Predicate<string> ofPolicy) => PartsAsync(account => DeployAsync(account, byTag), ofPolicy);

    internal static async Task<List<Part>> PartsAsync(Func<DeployerAccount, Task> deployAsync, Predicate<string> ofPolicy)
    {
        var policies = new List<JsonObject>();
        await using var account = DeployerAccount.Start(policy =>
        {
            if (ofPolicy(policy))
            {
                policies.Add(JsonNode.Parse(policy)!.AsObject());
            }

            return policy;
        });
        await deployAsync(account);
        var statements = policies.SelectMany(policy => policy["Statement"]!.AsArray()).DistinctBy(statement => (string)statement!["Sid"]!).ToList();
        return
        [
            .. from statement in statements select new Part((string)statement["Sid"]!, null),
            .. from statement in statements from action in Texts(statement["Action"]!) select new Part((string)statement["Sid"]!, action),
            .. from statement in statements
               from test in statement["Condition"]?.AsObject() ?? []
               from key in test.Value!.AsObject()
               select new Part((string)statement["Sid"]!, key.Key),
        ];
    }

    /// <summary>Whether a life without the part fails, or leaves something reachable that is not the function's own.</summary>
    private static async Task<bool> IsMissedAsync(bool byTag, Func<string, string> tamper)
    {
        await using var account = DeployerAccount.Start(tamper);
        try
        {
            await DeployAsync(account, byTag);
            await StartAsync(account);
            if ((await ReachedAsync(account)).Except(byTag ? ReachedByTag : []).Any())
            {
                return true;
            }

            for (var day = 0; day < 4; day++)
            {
                var before = await account.ReadKeyAsync("AWSCURRENT");
                await account.PassAsync(days: 1);
                if (before == await account.ReadKeyAsync("AWSCURRENT") || account.Aws.SecretsManager.Rotations[^1].Outcome != RotationOutcome.Succeeded || (day == 2 && await IsAdoptedEnabledAsync(account)))
                {
                    return true;
                }
            }

            // A check that runs while the clock moves on by a day is too late; that is another error.
            if (account.InvocationsBy("rotation-check-shop-orders").Exists(check => check.ErrorCode is "AccessDeniedException"))
            {
                return true;
            }

            if (byTag)
            {
                await account.RotateAsync("other1");
            }

            if (account.Printed.Any(text => text.Contains(" stays as it is: ", StringComparison.Ordinal)))
            {
                return true; // a quota was not carried, which fails nothing
            }

            await account.UpAsync(Configuration(account, byTag, apiId: null, account.Plans[0], account.Plans[1]));
            await account.UpAsync(Configuration(account, byTag, apiId: null, account.Plans[1]));
            await MakeSecretAnewAsync(account, byTag);
            await account.Deployment.DestroyAsync();
            return account.Minted().Count > 0;
        }
        catch (Exception failed) when (failed is Pulumi.RunException or AggregateException or LocalAws.FunctionErrorException or AmazonServiceException)
        {
            return true;
        }
    }

    private static async Task MakeSecretAnewAsync(DeployerAccount account, bool byTag)
    {
        await account.Secrets.DeleteSecretAsync(new DeleteSecretRequest { SecretId = DeployerAccount.SecretName, ForceDeleteWithoutRecovery = true });
        await account.Deployment.RefreshAsync();
        account.AdoptedKeyId = null; // it is disabled by now
        await account.UpAsync(Configuration(account, byTag, apiId: null, account.Plans[1]));
    }

    // What the function calls while a process of it starts; here it runs in this one.
    private static async Task StartAsync(DeployerAccount account)
    {
        var credentials = account.CredentialsOf(account.FunctionRoleArn);
        await account.ApiGateway(credentials).GetApiKeysAsync(new GetApiKeysRequest { Limit = 1 });
        await account.SecretsManager(credentials).GetRandomPasswordAsync(new GetRandomPasswordRequest());
    }

    private static async Task DeployAsync(DeployerAccount account, bool byTag)
    {
        var inUse = account.Aws.ApiGateway.CreateApiKey(new() { Name = "in use", Enabled = true });
        foreach (var plan in account.Plans)
        {
            account.Aws.ApiGateway.CreateUsagePlanKey(new() { UsagePlanId = plan, KeyId = inUse.Id });
        }

        account.AdoptedKeyId = inUse.Id;
        await account.UpAsync(Configuration(account, byTag, account.MakeApi().ApiId, account.Plans[0]));
    }

    /// <summary>A key that adopts one; by tag, also more than can be named, of which the first is in a usage plan that the stack makes as long as there is an API for it.</summary>
    private static object Configuration(DeployerAccount account, bool byTag, string? apiId, params string[] plans)
    {
        return !byTag ? With(0) : Enumerable.Range(1, 100).Select(With).First(DeployedStack.IsByTag);

        object With(int others) => new
        {
            recoveryWindowDays = 0,
            activationWait = 0, // nobody who waits moves the clock for others
            kmsKeyArn = $"arn:aws:kms:{account.Aws.Region}:{account.Aws.AccountId}:key/11111111-2222-3333-4444-555555555555",
            keys = (object[])
            [
                new { name = DeployerAccount.SecretName, usagePlanIds = plans, schedule = "rate(1 day)", adoptedKeyId = account.AdoptedKeyId, quota = "carry" },
                .. Enumerable.Range(1, others).Select(number => (object)(number == 1 && apiId is not null
                    ? new { name = $"other{number}", quota = "carry", usagePlan = new { apiStages = new[] { new { apiId, stage = "prod" } }, quota = new { limit = 1000, period = "MONTH" } } }
                    : new { name = $"other{number}", usagePlanIds = new[] { account.Plans[1] } })),
            ],
        };
    }

    private static async Task<bool> IsAdoptedEnabledAsync(DeployerAccount account) =>
        (await account.Gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = account.AdoptedKeyId })).Enabled == true;

    /// <summary>What the function's role can do to things that are not the stack's.</summary>
    internal static async Task<List<string>> ReachedAsync(DeployerAccount account, string? region = null)
    {
        var service = account.Aws.In(region ?? account.Aws.Region).ApiGateway;
        var templateId = service.GetApiKeys(new() { Limit = 500 }).Items.Single(key => key.Name == DeployerAccount.SecretName + " (template)").Id;
        var foreignKey = service.CreateApiKey(new() { Name = "somebody's", Enabled = true }).Id;
        var foreignMinted = service.CreateApiKey(new()
        {
            Name = "other/" + Guid.NewGuid(),
            Enabled = true,
            Tags = new Dictionary<string, string> { ["apikey-rotation:minted-for"] = $"arn:aws:secretsmanager:{account.Aws.Region}:{account.Aws.AccountId}:secret:other-AbCdEf" },
        }).Id;
        var foreignSecret = account.Aws.SecretsManager.CreateSecret(new() { Name = "other" + Guid.NewGuid().ToString("N"), SecretString = "{}", ClientRequestToken = Guid.NewGuid().ToString() });
        var othersSecret = account.Aws.SecretsManager.CreateSecret(new()
        {
            Name = "others" + Guid.NewGuid().ToString("N"),
            SecretString = "{}",
            ClientRequestToken = Guid.NewGuid().ToString(),
            Tags = [new LocalAws.SecretsManager.Tag("apikey-rotation:function", "others")],
        });
        var foreignPlan = service.CreateUsagePlan(new() { Name = "somebody's" }).Id;
        var credentials = account.CredentialsOf(account.FunctionRoleArn);
        var gateway = account.ApiGateway(credentials, region);
        var secrets = account.SecretsManager(credentials);
        var disable = new List<PatchOperation> { new() { Op = "replace", Path = "/enabled", Value = "false" } };
        var attempts = new Dictionary<string, Func<Task>>
        {
            ["mint an untagged key"] = () => gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "untagged" }),
            ["disable somebody's key"] = () => gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest { ApiKey = foreignKey, PatchOperations = disable }),
            ["delete somebody's key"] = () => gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = foreignKey }),
            ["disable another secret's minted key"] = () => gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest { ApiKey = foreignMinted, PatchOperations = disable }),
            ["delete another secret's minted key"] = () => gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = foreignMinted }),
            ["delete the template"] = () => gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = templateId }),
            ["put a key into somebody's plan"] = () => gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = foreignPlan, KeyId = foreignKey, KeyType = "API_KEY" }),
            ["set a key's usage in somebody's plan"] = () => gateway.UpdateUsageAsync(new UpdateUsageRequest { UsagePlanId = foreignPlan, KeyId = foreignKey, PatchOperations = [] }),
            ["describe another function's secret"] = () => secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = othersSecret.Arn }),
            ["read another secret"] = () => secrets.GetSecretValueAsync(new GetSecretValueRequest { SecretId = foreignSecret.Arn }),
            ["describe another secret"] = () => secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = foreignSecret.Arn }),
            ["write another secret"] = () => secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = foreignSecret.Arn, SecretString = "{}" }),
            ["delete its own secret"] = () => secrets.DeleteSecretAsync(new DeleteSecretRequest { SecretId = DeployerAccount.SecretName, RecoveryWindowInDays = 7 }),
        };
        var reached = new List<string>();
        foreach (var (what, attempt) in attempts)
        {
            try
            {
                await attempt();
                reached.Add(what);
            }
            catch (AmazonServiceException refused) when (refused.ErrorCode == "AccessDeniedException")
            {
                // As it should be.
            }
        }

        return reached;
    }

    private static async Task AssertDeniedAsync(Func<Task> act) =>
        Assert.Equal("AccessDeniedException", (await Assert.ThrowsAnyAsync<AmazonServiceException>(act)).ErrorCode);

    private static IEnumerable<string> Texts(JsonNode node) => node is JsonArray list ? list.Select(item => (string)item!) : [(string)node!];

    /// <summary>A statement, or an action or a condition of one.</summary>
    internal sealed record Part(string Sid, string? Element)
    {
        public override string ToString() => Element is null ? Sid : $"{Sid} {Element}";

        public string RemoveFrom(string policy)
        {
            var document = JsonNode.Parse(policy)!.AsObject();
            var statements = document["Statement"]!.AsArray();
            foreach (var statement in statements.Where(statement => (string)statement![nameof(Sid)]! == Sid).ToList())
            {
                var actions = Texts(statement!["Action"]!).ToList();
                if (Element is null || actions.SequenceEqual([Element]))
                {
                    statements.Remove(statement);
                }
                else if (actions.Remove(Element))
                {
                    statement["Action"] = new JsonArray([.. actions.Select(action => JsonValue.Create(action))]);
                }
                else
                {
                    foreach (var test in statement["Condition"]!.AsObject().ToList())
                    {
                        test.Value!.AsObject().Remove(Element);
                    }
                }
            }

            // A policy must have a statement: this one allows nothing.
            if (statements.Count == 0)
            {
                statements.Add(new JsonObject { ["Effect"] = "Deny", ["Action"] = "none:Nothing", ["Resource"] = "*" });
            }

            return document.ToJsonString();
        }
    }
}
