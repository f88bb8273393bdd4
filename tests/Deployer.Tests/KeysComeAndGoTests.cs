using Amazon.APIGateway.Model;

namespace Deployer.Tests;

/// <summary>Keys enter and leave a stack that goes on: what the function is allowed changes with them, and each change must be allowed to the end.</summary>
[Collection(nameof(Account))]
public sealed class KeysComeAndGoTests
{
    // So many share a usage plan that the function's policies cannot name their secrets.
    private const int Many = 12;

    [Fact]
    public async Task A_key_that_leaves_takes_its_minted_keys_along_and_the_others_stay()
    {
        await using var account = Account.Start();
        await account.UpAsync(Configuration(account, Account.SecretName, "shop/refunds"));
        Assert.Single(Minted(account, "shop/refunds"));

        await account.UpAsync(Configuration(account, Account.SecretName));

        Assert.Empty(Minted(account, "shop/refunds"));
        await RotateAsync(account);
    }

    [Fact]
    public async Task A_stack_grows_beyond_what_its_policies_can_name_and_shrinks_again()
    {
        await using var account = Account.Start();
        string[] others = [.. Enumerable.Range(1, Many - 1).Select(number => $"shop/other{number}")];
        await account.UpAsync(Configuration(account, Account.SecretName));

        await account.UpAsync(Configuration(account, [Account.SecretName, .. others]));
        Assert.Contains("create aws:iam/rolePolicy:RolePolicy rotation-tagged", account.Deployment.Changes);
        Assert.All(others, other => Assert.Single(Minted(account, other)));
        await RotateAsync(account);

        await account.UpAsync(Configuration(account, Account.SecretName));
        Assert.Contains("delete aws:iam/rolePolicy:RolePolicy rotation-tagged", account.Deployment.Changes);
        Assert.All(others, other => Assert.Empty(Minted(account, other)));
        await RotateAsync(account);

        await account.Deployment.DestroyAsync();
        Assert.Empty(account.Minted());
    }

    [Fact]
    public async Task A_key_with_an_overlap_is_deployed()
    {
        await using var account = Account.Start();
        await account.UpAsync(new
        {
            recoveryWindowDays = 0,
            keys = new[] { new { name = Account.SecretName, usagePlanIds = new[] { account.Plans[0] }, schedule = "rate(30 days)", overlap = "24h" } },
        });

        Assert.Contains("create aws:cloudwatch/eventTarget:EventTarget shop-orders-overlap", account.Deployment.Changes);
        Assert.Equal("24h", (await account.DescribeAsync()).Tags.Single(tag => tag.Key == "apikey-rotation:overlap").Value);
    }

    private static object Configuration(Account account, params string[] names) => new
    {
        recoveryWindowDays = 0,
        keys = names.Select(name => new { name, usagePlanIds = new[] { account.Plans[0] }, schedule = "rate(1 day)" }),
    };

    private static async Task RotateAsync(Account account)
    {
        var before = await account.ReadKeyAsync("AWSCURRENT");
        await account.PassAsync(days: 1);
        Assert.True(before != await account.ReadKeyAsync("AWSCURRENT"), "the schedule did not rotate");
        await account.AssertOpenAsync(account.Apis[0]);
    }

    private static List<string> Minted(Account account, string name) =>
        [.. account.Aws.ApiGateway.GetApiKeys(new GetApiKeysRequest { NameQuery = name + "/", Limit = 500 }).Items.Select(key => key.Id)];
}
