using System.Net;
using System.Text.Json;

namespace Deployer.Tests;

/// <summary>A key with an overlap: its previous key is disabled by the rule that the stack declares, not by the next rotation.</summary>
[Collection(nameof(DeployerAccount))]
public sealed class OverlapTests
{
    public const string Rule = "rotation-overlap-shop-orders";

    [Fact]
    public async Task The_schedule_disables_the_previous_key_when_its_overlap_is_over()
    {
        await using var account = DeployerAccount.Start();
        await account.UpAsync(Configuration(account, "24h"));
        var first = await account.ReadKeyAsync("AWSCURRENT");
        await account.RotateAsync();

        foreach (var hours in new[] { 1, 22 })
        {
            Assert.Null(await account.PassToRuleAsync(Rule, TimeSpan.FromHours(hours)));
            await account.AssertOpenAsync(account.Apis[0]);
        }

        Assert.Null(await account.PassToRuleAsync(Rule, TimeSpan.FromHours(2)));
        await AssertOnlyCurrentIsOpenAsync(account);
        Assert.True(first == await account.ReadKeyAsync("AWSPREVIOUS"), "the labels stay where they are");
    }

    [Fact]
    public async Task Without_any_overlap_the_previous_key_is_disabled_at_once_and_after_a_rollback_by_the_schedule()
    {
        await using var account = DeployerAccount.Start();
        await account.UpAsync(Configuration(account, "0"));
        var first = await account.ReadKeyAsync("AWSCURRENT");
        await account.RotateAsync();
        await AssertOnlyCurrentIsOpenAsync(account);

        await account.Aws.Lambda.InvokeAsync(account.Stack.FunctionName, JsonSerializer.SerializeToUtf8Bytes(new { action = "rollback", secretId = DeployerAccount.SecretName }));
        Assert.True(first == await account.ReadKeyAsync("AWSCURRENT"));
        await account.AssertOpenAsync(account.Apis[0]);

        Assert.Null(await account.PassToRuleAsync(Rule, TimeSpan.FromHours(1)));
        await AssertOnlyCurrentIsOpenAsync(account);
    }

    [Fact]
    public async Task An_overlap_comes_to_a_key_that_had_none_and_goes_again()
    {
        await using var account = DeployerAccount.Start();
        await account.UpAsync(Configuration(account, overlap: null));
        Assert.DoesNotContain(account.Aws.Events.Rules, rule => rule.StartsWith(Rule, StringComparison.Ordinal));

        await account.UpAsync(Configuration(account, "7d"));
        Assert.Contains(account.Aws.Events.Rules, rule => rule.StartsWith(Rule, StringComparison.Ordinal));
        Assert.Equal("7d", (await account.DescribeAsync()).Tags.Single(tag => tag.Key == "apikey-rotation:overlap").Value);

        await account.UpAsync(Configuration(account, overlap: null));
        Assert.DoesNotContain(account.Aws.Events.Rules, rule => rule.StartsWith(Rule, StringComparison.Ordinal));
        Assert.DoesNotContain((await account.DescribeAsync()).Tags, tag => tag.Key == "apikey-rotation:overlap");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_rules_of_the_stack_invoke_the_function_whether_or_not_they_name_their_account(bool named)
    {
        await using var account = DeployerAccount.Start(unknowns: new() { RulesNameTheirAccount = named });
        await account.UpAsync(Configuration(account, "24h"));

        Assert.Null(await account.PassToRuleAsync(Rule, TimeSpan.FromHours(1)));
        Assert.Null(await account.PassToRuleAsync("rotation-check-shop-orders", TimeSpan.FromDays(1)));
    }

    /// <summary>One key with this overlap, rotated by hand.</summary>
    internal static object Configuration(DeployerAccount account, string? overlap) => new
    {
        recoveryWindowDays = 0,
        activationWait = 0, // nobody who waits moves the clock for others
        keys = new[] { new { name = DeployerAccount.SecretName, usagePlanIds = new[] { account.Plans[0] }, schedule = "rate(30 days)", overlap } },
    };

    private static async Task AssertOnlyCurrentIsOpenAsync(DeployerAccount account)
    {
        Assert.Equal(HttpStatusCode.OK, await account.CallAsync(account.Apis[0], await account.ReadKeyAsync("AWSCURRENT")));
        Assert.Equal(HttpStatusCode.Forbidden, await account.CallAsync(account.Apis[0], await account.ReadKeyAsync("AWSPREVIOUS")));
    }
}
