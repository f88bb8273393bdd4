using Amazon.SecretsManager.Model;

namespace Deployer.Tests;

/// <summary>Keys enter and leave a stack that goes on: what the function is allowed changes with them, and each change must be allowed to the end.</summary>
[Collection(nameof(DeployerAccount))]
public sealed class KeysComeAndGoTests
{
    [Fact]
    public async Task A_key_that_leaves_takes_its_minted_keys_along_and_the_others_stay()
    {
        await using var account = DeployerAccount.Start();
        await account.UpAsync(Configuration(account, DeployerAccount.SecretName, "shop/refunds"));
        Assert.Single(account.Minted("shop/refunds"));

        await account.UpAsync(Configuration(account, DeployerAccount.SecretName));

        Assert.Empty(account.Minted("shop/refunds"));
        await RotateAsync(account);
    }

    /// <summary>What the program gives no name is replaced under another one; a secret is deleted before there is one of the other name.</summary>
    [Fact]
    public async Task A_key_is_renamed_to_one_whose_resources_have_the_same_names()
    {
        await using var account = DeployerAccount.Start();
        await account.UpAsync(Configuration(account, "shop/a"));

        await account.UpAsync(Configuration(account, "shop.a"));

        Assert.Empty(account.Minted("shop/a"));
        await account.AssertOpenAsync(account.Apis[0], "shop.a");
        await account.Deployment.DestroyAsync();
        Assert.Empty(account.Deployment.Resources);
    }

    [Fact]
    public async Task A_stack_grows_beyond_what_its_policies_can_name_and_shrinks_again()
    {
        await using var account = DeployerAccount.Start();
        var others = Enumerable.Range(1, 100).Select(count => Others(count)).First(others => DeployedStack.IsByTag(Configuration(account, [DeployerAccount.SecretName, .. others])));
        await account.UpAsync(Configuration(account, DeployerAccount.SecretName));

        await account.UpAsync(Configuration(account, [DeployerAccount.SecretName, .. others[..^1]]));
        Assert.DoesNotContain(account.Deployment.Changes, change => change.EndsWith("rotation-tagged", StringComparison.Ordinal));

        await account.UpAsync(Configuration(account, [DeployerAccount.SecretName, .. others]));
        Assert.Contains("create aws:iam/rolePolicy:RolePolicy rotation-tagged", account.Deployment.Changes);
        Assert.All(others, other => Assert.Single(account.Minted(other)));
        await RotateAsync(account);

        await account.UpAsync(Configuration(account, DeployerAccount.SecretName));
        Assert.Contains("delete aws:iam/rolePolicy:RolePolicy rotation-tagged", account.Deployment.Changes);
        Assert.All(others, other => Assert.Empty(account.Minted(other)));
        await RotateAsync(account);

        await account.Deployment.DestroyAsync();
        Assert.Empty(account.Minted());
    }

    /// <summary>With the commands of docs/runbook.md.</summary>
    [Theory]
    [InlineData(false, "a secret with this name is already scheduled for deletion")]
    [InlineData(true, "already exists")]
    public async Task A_key_comes_back_within_the_recovery_window_of_its_secret(bool restored, string refusal)
    {
        const string Name = "shop/refunds";
        await using var account = DeployerAccount.Start();
        await account.UpAsync(WithWindow(DeployerAccount.SecretName, Name));
        await account.UpAsync(WithWindow(DeployerAccount.SecretName));
        if (restored)
        {
            await account.Secrets.RestoreSecretAsync(new RestoreSecretRequest { SecretId = Name });
        }

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => account.UpAsync(WithWindow(DeployerAccount.SecretName, Name)));
        Assert.Contains(refusal, refused.ToString(), StringComparison.Ordinal);
        await account.Secrets.DeleteSecretAsync(new DeleteSecretRequest { SecretId = Name, ForceDeleteWithoutRecovery = true });
        await account.UpAsync(WithWindow(DeployerAccount.SecretName, Name));

        await account.AssertOpenAsync(account.Apis[0], Name);
        await RotateAsync(account);

        object WithWindow(params string[] names) => new
        {
            recoveryWindowDays = 30,
            keys = names.Select(name => new { name, usagePlanIds = new[] { account.Plans[0] }, schedule = "rate(1 day)" }),
        };
    }

    private static object Configuration(DeployerAccount account, params string[] names) => new
    {
        recoveryWindowDays = 0,
        activationWait = 0, // nobody who waits moves the clock for others
        keys = names.Select(name => new { name, usagePlanIds = new[] { account.Plans[0] }, schedule = "rate(1 day)" }),
    };

    private static async Task RotateAsync(DeployerAccount account)
    {
        var before = await account.ReadKeyAsync("AWSCURRENT");
        await account.PassAsync(days: 1);
        Assert.True(before != await account.ReadKeyAsync("AWSCURRENT"), "the schedule did not rotate");
        await account.AssertOpenAsync(account.Apis[0]);
    }

    private static string[] Others(int count) => [.. Enumerable.Range(1, count).Select(number => $"shop/other{number}")];
}
