using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using LocalAws;

namespace Deployer.Tests;

/// <summary>The policy that docs/deploy.md gives to whoever deploys: it suffices, and nothing in it is too much.</summary>
[Collection(nameof(DeployerAccount))]
public sealed partial class DeployerPolicyTests
{
    private const string There = "us-east-1";
    private const int ManagedPolicyQuota = 6144; // characters without white space: IAM user guide

    [Fact]
    public async Task It_suffices_for_a_whole_life_and_fits_into_a_managed_policy()
    {
        var denial = await DenialAsync(Documented());
        Assert.True(denial is null, denial);
        Assert.InRange(Documented().ToJsonString().Replace("SECRETS", "shop/*", StringComparison.Ordinal).Length, 1, ManagedPolicyQuota);
    }

    [Fact]
    [Trait("Category", "Proof")]
    public async Task Each_action_and_each_resource_of_it_is_needed()
    {
        var parts = (from statement in Documented()["Statement"]!.AsArray().Index()
                     from element in new[] { "Action", "Resource" }
                     from text in Texts(statement.Item![element]!)
                     select (statement.Index, Element: element, Text: text)).ToList();
        Assert.InRange(parts.Count, 70, 150);

        var useless = new List<string>();
        foreach (var (index, element, text) in parts)
        {
            var policy = Documented();
            var statement = policy["Statement"]![index]!;
            // A statement must have both: this allows nothing.
            var left = Texts(statement[element]!).Where(other => other != text).DefaultIfEmpty(element == "Action" ? "none:Nothing" : "arn:aws:none:::nothing");
            statement[element] = new JsonArray([.. left.Select(other => JsonValue.Create(other))]);
            var denial = await DenialAsync(policy);
            if (denial is null || (element == "Action" && !denial.Contains($"not authorized to perform: {text} ", StringComparison.Ordinal)))
            {
                useless.Add($"{(string)statement["Sid"]!} {text}: {denial ?? "nothing was denied"}");
            }
        }

        Assert.Empty(useless);
    }

    [Fact]
    public async Task Each_role_can_be_passed_to_its_service_only()
    {
        await using var account = DeployerAccount.Start();
        var deployer = Deployer(account, Documented());

        Assert.True(Allows("rotation-1234567", "lambda.amazonaws.com"));
        Assert.True(Allows("rotation-schedules-1234567", "scheduler.amazonaws.com"));
        Assert.False(Allows("rotation-1234567", "scheduler.amazonaws.com"));
        Assert.False(Allows("rotation-schedules-1234567", "ec2.amazonaws.com"));

        bool Allows(string role, string service) => account.Aws.Iam.Allows(
            deployer,
            "iam:PassRole",
            $"arn:aws:iam::{account.Aws.AccountId}:role/{role}",
            new Dictionary<string, string> { ["iam:PassedToService"] = service });
    }

    /// <summary>Deploys, changes, reads and destroys as a role with this policy; returns what was denied first.</summary>
    private static async Task<string?> DenialAsync(JsonObject policy)
    {
        await using var account = DeployerAccount.Start();
        var stack = new DeployedStack(account, "test", deployerArn: Deployer(account, policy));
        try
        {
            await stack.UpAsync(First(account));
            await account.Aws.SecretsManager.SettledAsync(); // AWS tests the current key, and refuses changes meanwhile
            await stack.UpAsync(Changed(account));
            await account.Aws.SecretsManager.SettledAsync();
            await stack.Deployment.RefreshAsync();
            Assert.Empty(stack.Deployment.Changes);

            // Only another secret changes a schedule in place.
            await account.Secrets.DeleteSecretAsync(new() { SecretId = DeployerAccount.SecretName, ForceDeleteWithoutRecovery = true });
            await stack.Deployment.RefreshAsync();
            await stack.UpAsync(Changed(account));
            await account.Aws.SecretsManager.SettledAsync();
            await stack.Deployment.DestroyAsync();
            Assert.Empty(stack.Deployment.Resources);
            return null;
        }
        catch (Exception denied) when (denied is Pulumi.RunException or AggregateException or AwsException or AmazonServiceException)
        {
            var text = denied.ToString();
            Assert.True(text.Contains("is not authorized to perform: ", StringComparison.Ordinal), text);
            return text;
        }
    }

    /// <summary>Everything that can be made.</summary>
    private static object First(DeployerAccount account) => new
    {
        alarmEmail = "on-call@example.com",
        rotationEvents = true,
        watch = true,
        trail = true,
        recoveryWindowDays = 7,
        activationWait = 0,
        kmsKeyArn = KmsKey(account),
        subnetIds = new[] { "subnet-0a" },
        securityGroupIds = new[] { "sg-0a" },
        reservedConcurrency = 5,
        operators = new[] { account.MakeRole("on-call") },
        keys = new object[]
        {
            new
            {
                name = "shop/orders",
                description = "Orders",
                tags = new { team = "shop" },
                usagePlanIds = new[] { account.Plans[0] },
                overlap = "24h",
                readers = new[] { account.MakeRole("pipeline") },
                rotationTargets = new[] { new { arn = $"arn:aws:codebuild:{account.Aws.Region}:{account.Aws.AccountId}:project/restart", roleArn = account.MakeRole("targets") } },
            },
            new { name = "shop/refunds", usagePlan = new { apiStages = new[] { new { apiId = account.MakeApi().ApiId, stage = "prod" } } } },
            InTwoRegions(account, tags: new { team = "shop" }),
        },
    };

    private static object InTwoRegions(DeployerAccount account, object? tags) => new
    {
        name = "shop/there",
        usagePlanIds = new[] { account.Plans[0] },
        tags,
        regions = new[] { new { region = There, usagePlan = new { apiStages = new[] { new { apiId = ApiThere(account), stage = "prod" } } } } },
    };

    private static string ApiThere(DeployerAccount account) =>
        account.Aws.In(There).ApiGateway.GetRestApis(new()).Items is [var api, ..] ? api.Id : account.MakeApi(There).ApiId;

    /// <summary>As much of it as can be changed, and the rest gone.</summary>
    private static object Changed(DeployerAccount account) => new
    {
        recoveryWindowDays = 7,
        activationWait = 0,
        kmsKeyArn = KmsKey(account),
        architecture = "x86_64",
        memorySize = 1024,
        logRetentionDays = 30,
        keys = new object[]
        {
            new { name = "shop/orders", description = "All orders", usagePlanIds = account.Plans, schedule = 10 },
            InTwoRegions(account, tags: null),
        },
    };

    private static string KmsKey(DeployerAccount account) =>
        $"arn:aws:kms:{account.Aws.Region}:{account.Aws.AccountId}:key/11111111-2222-3333-4444-555555555555";

    /// <summary>The ARN of a role with this policy, as an administrator makes it.</summary>
    private static string Deployer(DeployerAccount account, JsonObject policy)
    {
        var role = account.MakeRole("deployer");
        account.Aws.Iam.PutRolePolicy("deployer", "stack", policy.ToJsonString()
            .Replace("REGION", account.Aws.Region, StringComparison.Ordinal)
            .Replace("OTHER", There, StringComparison.Ordinal)
            .Replace("ACCOUNT", account.Aws.AccountId, StringComparison.Ordinal)
            .Replace("SECRETS", "shop/*", StringComparison.Ordinal)
            .Replace("TARGETS_ROLE", "targets", StringComparison.Ordinal)
            .Replace("KMS_KEY", KmsKey(account).Split('/')[1], StringComparison.Ordinal));
        return role;
    }

    private static JsonObject Documented()
    {
        var guide = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "deploy.md"));
        return JsonNode.Parse(PolicyPattern().Match(guide).Groups["policy"].Value)!.AsObject();
    }

    private static IEnumerable<string> Texts(JsonNode node) => node is JsonArray list ? list.Select(item => (string)item!) : [(string)node!];

    [GeneratedRegex(@"```json\n(?<policy>\{\n  ""Version"".*?)```", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex PolicyPattern();
}
