using System.Text.RegularExpressions;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace Deployer.Tests;

/// <summary>Two stacks in one account and Region: what the function of one can do to what the other one made, by calls that its role signs.</summary>
[Collection(nameof(DeployerAccount))]
public sealed partial class SideBySideTests
{
    private const string Theirs = "shop/refunds";

    [Fact]
    public async Task The_function_of_one_stack_is_kept_from_what_the_other_made_where_IAM_can()
    {
        await using var account = DeployerAccount.Start();
        var neighbour = await DeployAsync(account, keys: 1);
        Assert.Contains("create aws:iam/rolePolicy:RolePolicy shop-orders-secret", account.Deployment.Changes);

        await AssertReachAsync(account, denied: [.. OnSecret(account), .. OnMintedKey(account), .. OnOthers(account)], reached: Unavoidable(account));

        await AssertRotatesAsync(account, DeployerAccount.SecretName);
        await AssertRotatesAsync(account, Theirs);
        await account.Deployment.DestroyAsync();
        Assert.Empty(account.Minted());
        await AssertRotatesAsync(account, Theirs);
        await neighbour.Deployment.DestroyAsync();
        Assert.Empty(account.Minted(Theirs));
    }

    [Fact]
    public async Task By_tag_it_is_kept_from_all_but_their_minted_keys()
    {
        await using var account = DeployerAccount.Start();
        await DeployAsync(account, keys: Enumerable.Range(1, 100).First(count => DeployedStack.IsByTag(Configuration(account.Plans[0], "api1", DeployerAccount.SecretName, count))));
        Assert.Contains("create aws:iam/rolePolicy:RolePolicy rotation-tagged", account.Deployment.Changes);

        await AssertReachAsync(account, denied: [.. OnSecret(account), .. OnOthers(account)], reached: [.. Unavoidable(account), .. OnMintedKey(account)]);
    }

    /// <summary>Both stacks: each with a key in a usage plan that it makes, and others that share one.</summary>
    private static async Task<DeployedStack> DeployAsync(DeployerAccount account, int keys)
    {
        var neighbour = new DeployedStack(account, "prod", project: "payments");
        await account.UpAsync(Configuration(account.Plans[0], account.MakeApi().ApiId, DeployerAccount.SecretName, keys));
        await neighbour.UpAsync(Configuration(account.Plans[1], account.MakeApi().ApiId, Theirs, keys));
        Assert.NotEqual(account.FunctionRoleArn, neighbour.FunctionRoleArn);
        return neighbour;
    }

    private static object Configuration(string plan, string apiId, string name, int keys) => new
    {
        recoveryWindowDays = 0,
        activationWait = 0, // nobody who waits moves the clock for others
        keys = (object[])
        [
            new { name, usagePlan = new { apiStages = new[] { new { apiId, stage = "prod" } } } },
            .. Enumerable.Range(1, keys - 1).Select(number => new { name = $"{name}{number}", usagePlanIds = new[] { plan } }),
        ],
    };

    private static async Task AssertRotatesAsync(DeployerAccount account, string secretName)
    {
        var before = await account.ReadKeyAsync("AWSCURRENT", secretName);
        await account.RotateAsync(secretName);
        Assert.True(before == await account.ReadKeyAsync("AWSPREVIOUS", secretName), $"{secretName} was not rotated.");
    }

    private static async Task AssertReachAsync(DeployerAccount account, IEnumerable<Attempt> denied, IEnumerable<Attempt> reached)
    {
        foreach (var attempt in denied)
        {
            Assert.True(await RefusalOfAsync(attempt) == "AccessDeniedException", $"Not denied: {attempt.What}.");
        }

        var limits = LimitsPattern().Match(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "security.md"))).Value;
        foreach (var attempt in reached)
        {
            Assert.True(await RefusalOfAsync(attempt) is null, $"Refused, so docs/security.md need not warn of it: {attempt.What}.");
            Assert.True(attempt.Warning is { } warning && limits.Contains(warning, StringComparison.Ordinal), $"docs/security.md does not warn of it: {attempt.What}.");
        }
    }

    private static async Task<string?> RefusalOfAsync(Attempt attempt)
    {
        try
        {
            await attempt.Act();
            return null;
        }
        catch (AmazonServiceException refused)
        {
            return refused.ErrorCode;
        }
    }

    private static IEnumerable<Attempt> OnSecret(DeployerAccount account)
    {
        var secrets = Secrets(account);
        return
        [
            new("read the secret", () => secrets.GetSecretValueAsync(new GetSecretValueRequest { SecretId = Theirs })),
            new("describe the secret", () => secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = Theirs })),
            new("write the secret", () => secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = Theirs, SecretString = "{}" })),
            new("move a label", () => secrets.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest { SecretId = Theirs, VersionStage = "AWSPENDING" })),
            new("rotate the secret", () => secrets.RotateSecretAsync(new RotateSecretRequest { SecretId = Theirs })),
            new("tag the secret", () => secrets.TagResourceAsync(new Amazon.SecretsManager.Model.TagResourceRequest { SecretId = Theirs, Tags = [new() { Key = "apikey-rotation:function", Value = "rotation-lambda-test-rotation" }] })),
            new("delete the secret", () => secrets.DeleteSecretAsync(new DeleteSecretRequest { SecretId = Theirs, RecoveryWindowInDays = 7 })),
        ];
    }

    private static IEnumerable<Attempt> OnMintedKey(DeployerAccount account)
    {
        const string Warning = "minted keys of other stacks";
        var gateway = Gateway(account);
        var minted = account.Minted(Theirs).Single().Id;
        return
        [
            new("disable a minted key", () => gateway.UpdateApiKeyAsync(Disabling(minted)), Warning),
            new("tag a minted key", () => gateway.TagResourceAsync(Tagging(account, minted)), Warning),
            new("delete a minted key", () => gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = minted }), Warning),
        ];
    }

    private static IEnumerable<Attempt> OnOthers(DeployerAccount account)
    {
        var gateway = Gateway(account);
        var (own, minted, template, plan) = (account.Minted().Single().Id, account.Minted(Theirs).Single().Id, TemplateOf(account, Theirs), PlanOf(account, Theirs));
        return
        [
            new("enable the template", () => gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest { ApiKey = template, PatchOperations = [new() { Op = Op.Replace, Path = "/enabled", Value = "true" }] })),
            new("tag the template", () => gateway.TagResourceAsync(Tagging(account, template))),
            new("untag the template", () => gateway.UntagResourceAsync(Untagging(account, template))),
            new("untag a minted key", () => gateway.UntagResourceAsync(Untagging(account, minted))),
            new("delete the template", () => gateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = template })),
            new("put an own key into their usage plan", () => gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = plan, KeyId = own, KeyType = "API_KEY" })),
            new("list the keys of their usage plan", () => gateway.GetUsagePlanKeysAsync(new GetUsagePlanKeysRequest { UsagePlanId = plan })),
            new("take a minted key out of their usage plan", () => gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = plan, KeyId = minted })),
            new("take the template out of their usage plan", () => gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = plan, KeyId = template })),
            new("delete their usage plan", () => gateway.DeleteUsagePlanAsync(new DeleteUsagePlanRequest { UsagePlanId = plan })),
        ];
    }

    /// <summary>What the function needs for its own keys and IAM cannot narrow to them.</summary>
    private static IEnumerable<Attempt> Unavoidable(DeployerAccount account)
    {
        var gateway = Gateway(account);
        var (minted, own) = (account.Minted(Theirs).Single().Id, PlanOf(account, DeployerAccount.SecretName));
        var secretArn = account.Aws.SecretsManager.DescribeSecret(new() { SecretId = Theirs }).Arn;
        return
        [
            new("list the keys with their values", async () => Assert.Contains((await gateway.GetApiKeysAsync(new GetApiKeysRequest { IncludeValues = true, Limit = 500 })).Items, key => key.Id == minted && key.Value.Length > 0), "lists every key of the Region, with values"),
            new("read a minted key", () => gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = minted, IncludeValue = true }), "GET on `/apikeys/*` is not narrowed"),
            new("list the usage plans", () => gateway.GetUsagePlansAsync(new GetUsagePlansRequest()), "on `/usageplans` lists every usage plan"),
            new("put a minted key into an own usage plan", () => gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = own, KeyId = minted, KeyType = "API_KEY" }), "any key into it"),
            new("take it out again", () => gateway.DeleteUsagePlanKeyAsync(new DeleteUsagePlanKeyRequest { UsagePlanId = own, KeyId = minted }), "take any key out"),
            new("mint a key that is tagged as theirs", () => gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "forged", Tags = new() { ["apikey-rotation:minted-for"] = secretArn } }), "tagged as minted for any secret"),
        ];
    }

    private static AmazonAPIGatewayClient Gateway(DeployerAccount account) => account.ApiGateway(account.CredentialsOf(account.FunctionRoleArn));

    private static AmazonSecretsManagerClient Secrets(DeployerAccount account) => account.SecretsManager(account.CredentialsOf(account.FunctionRoleArn));

    private static string TemplateOf(DeployerAccount account, string secretName) =>
        account.Aws.ApiGateway.GetApiKeys(new() { NameQuery = secretName + " (template)" }).Items.Single().Id;

    private static string PlanOf(DeployerAccount account, string secretName) =>
        account.Aws.ApiGateway.GetUsagePlans(new() { KeyId = account.Minted(secretName).Single().Id }).Items.Single().Id;

    private static UpdateApiKeyRequest Disabling(string keyId) => new() { ApiKey = keyId, PatchOperations = [new() { Op = Op.Replace, Path = "/enabled", Value = "false" }] };

    private static Amazon.APIGateway.Model.TagResourceRequest Tagging(DeployerAccount account, string keyId) =>
        new() { ResourceArn = ArnOf(account, keyId), Tags = new() { ["apikey-rotation:template-for"] = DeployerAccount.SecretName } };

    private static Amazon.APIGateway.Model.UntagResourceRequest Untagging(DeployerAccount account, string keyId) =>
        new() { ResourceArn = ArnOf(account, keyId), TagKeys = ["apikey-rotation:minted-for", "apikey-rotation:template-for"] };

    private static string ArnOf(DeployerAccount account, string keyId) => $"arn:aws:apigateway:{account.Aws.Region}::/apikeys/{keyId}";

    [GeneratedRegex("^## What IAM cannot narrow\n.*?(?=^## )", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LimitsPattern();

    private sealed record Attempt(string What, Func<Task> Act, string? Warning = null);
}
