using Amazon.Runtime;
using LocalAws;

namespace Deployer.Tests;

/// <summary>What the function may do in another Region suffices, and nothing in it is too much.</summary>
[Collection(nameof(DeployerAccount))]
public sealed class RegionPolicyTests
{
    private const string There = "us-east-1";

    // Keys beside the one in two Regions that the function's policies cannot name, with the other Region and without.
    private const int ManyOthers = 12;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Category", "Proof")]
    public async Task Every_statement_action_and_condition_is_needed(bool byTag)
    {
        var parts = await PolicyTests.PartsAsync(account => DeployAsync(account, byTag), IsThere);
        Assert.Equal(["AdoptKey", "CarryQuota", "MintTaggedKeys", "ReadKeysAndPlans", "RetireMintedKeys", "TagKeys", "UsePlan"], parts.Select(part => part.Sid).Distinct().Order(StringComparer.Ordinal));
        Assert.False(await IsMissedAsync(byTag, policy => policy), "A life with all parts misses something.");

        var useless = new List<string>();
        foreach (var part in parts)
        {
            if (!await IsMissedAsync(byTag, policy => IsThere(policy) ? part.RemoveFrom(policy) : policy))
            {
                useless.Add(part.ToString());
            }
        }

        Assert.Empty(useless);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_function_can_do_nothing_there_to_what_is_not_its_own(bool byTag)
    {
        await using var account = DeployerAccount.Start();
        await DeployAsync(account, byTag);

        Assert.Empty((await PolicyTests.ReachedAsync(account, There)).Except(byTag ? PolicyTests.ReachedByTag : []));
    }

    [Fact]
    public async Task Without_a_second_Region_the_function_can_read_nothing_there()
    {
        await using var account = DeployerAccount.Start();
        await account.UpAsync(DeployerAccount.Configuration(account.Plans[0]));
        var gateway = account.ApiGateway(account.CredentialsOf(account.FunctionRoleArn), There);

        var denied = await Assert.ThrowsAnyAsync<AmazonServiceException>(() => gateway.GetApiKeysAsync(new()));
        Assert.Equal("AccessDeniedException", denied.ErrorCode);
    }

    private static bool IsThere(string policy) => policy.Contains("apigateway:us-east-1", StringComparison.Ordinal);

    /// <summary>Whether a life without the part fails, or leaves something reachable that is not the function's own.</summary>
    private static async Task<bool> IsMissedAsync(bool byTag, Func<string, string> tamper)
    {
        await using var account = DeployerAccount.Start(tamper);
        try
        {
            var (plans, adopted) = await DeployAsync(account, byTag);
            if ((await PolicyTests.ReachedAsync(account, There)).Except(byTag ? PolicyTests.ReachedByTag : []).Any())
            {
                return true;
            }

            for (var rotation = 0; rotation < 4; rotation++)
            {
                var before = await account.ReadKeyAsync("AWSCURRENT");
                await account.RotateAsync();
                account.Time.Advance(TimeSpan.FromMinutes(1));
                if (before == await account.ReadKeyAsync("AWSCURRENT") || account.Printed.Any(text => text.Contains(" stays as it is: ", StringComparison.Ordinal)))
                {
                    return true;
                }
            }

            var gateway = account.Aws.In(There).ApiGateway;
            if (gateway.GetApiKey(adopted).Enabled || gateway.GetApiKeys(new() { NameQuery = DeployerAccount.SecretName + "/" }).Items.Count > 3)
            {
                return true;
            }

            await account.UpAsync(Configuration(account, byTag, adopted, plans));
            await account.UpAsync(Configuration(account, byTag, adopted, plans[1]));
            await account.UpAsync(Configuration(account, byTag, adopted));
            await account.Deployment.DestroyAsync();
            return gateway.GetApiKeys(new() { NameQuery = DeployerAccount.SecretName + "/" }).Items.Count > 0;
        }
        catch (Exception failed) when (failed is Pulumi.RunException or AggregateException or LocalAws.FunctionErrorException or AmazonServiceException)
        {
            return true;
        }
    }

    private static async Task<(string[] Plans, string Adopted)> DeployAsync(DeployerAccount account, bool byTag)
    {
        var there = account.Aws.In(There).ApiGateway;
        var plans = Enumerable.Range(0, 2).Select(_ => there.CreateUsagePlan(new()
        {
            Name = "there",
            ApiStages = [new(account.MakeApi(There).ApiId, "prod")],
            Quota = new(1000, 0, "MONTH"),
        }).Id).ToArray();
        const string Value = "ValueThatClientsAlreadyUse0123456789abcd";
        account.AdoptedKeyId = InUse(account.Aws.ApiGateway, Value, [account.Plans[0]]);
        var adopted = InUse(there, Value, plans);
        await account.UpAsync(Configuration(account, byTag, adopted, plans[0]));
        return (plans, adopted);
    }

    private static string InUse(ApiGatewayService gateway, string value, string[] plans)
    {
        var key = gateway.CreateApiKey(new() { Name = "in use", Enabled = true, Value = value });
        foreach (var plan in plans)
        {
            gateway.CreateUsagePlanKey(new() { UsagePlanId = plan, KeyId = key.Id, KeyType = "API_KEY" });
        }

        return key.Id;
    }

    private static object Configuration(DeployerAccount account, bool byTag, string adopted, params string[] plans)
    {
        var configuration = With(byTag ? ManyOthers : 0);
        Assert.Equal(byTag, DeployedStack.IsByTag(configuration));
        return configuration;

        object With(int others) => new
        {
            recoveryWindowDays = 7,
            activationWait = 0, // nobody who waits moves the clock for others
            keys = (object[])
            [
                new
                {
                    name = DeployerAccount.SecretName,
                    usagePlanIds = new[] { account.Plans[0] },
                    adoptedKeyId = account.AdoptedKeyId,
                    quota = "carry",
                    regions = plans is [] ? [] : new object[] { new { region = There, usagePlanIds = plans, adoptedKeyId = adopted } },
                },
                .. Enumerable.Range(1, others).Select(number => new { name = $"other{number}", usagePlanIds = new[] { account.Plans[1] } }),
            ],
        };
    }
}
