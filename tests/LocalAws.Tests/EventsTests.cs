namespace LocalAws.Tests;

/// <summary>EventBridge's rules invoke functions.</summary>
public sealed class EventsTests
{
    private const string Rule = "rotation-check-orders";

    [Theory]
    [InlineData(false, null, true)]
    [InlineData(false, "123456789012", false)]
    [InlineData(true, null, true)]
    [InlineData(true, "123456789012", true)]
    [InlineData(true, "210987654321", false)]
    public async Task A_permission_with_SourceAccount_admits_a_rule_only_where_rules_name_their_account(bool named, string? sourceAccount, bool invoked)
    {
        await using var account = await Account.StartAsync(new() { Unknowns = new() { RulesNameTheirAccount = named } }, inProcess: true);
        Schedule(account, "rate(1 day)", sourceAccount);

        account.Clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal(invoked ? null : "AccessDeniedException", (await InvocationsAsync(account, 1))[0].ErrorCode);
    }

    [Fact]
    public async Task A_permission_with_the_ARN_of_other_rules_does_not_admit_a_rule()
    {
        await using var account = await Account.StartAsync(inProcess: true);
        Schedule(account, "rate(1 day)", sourceAccount: null, rules: "others-*");

        account.Clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal("AccessDeniedException", (await InvocationsAsync(account, 1))[0].ErrorCode);
    }

    private static void Schedule(Account account, string expression, string? sourceAccount = null, string rules = "rotation-*")
    {
        var function = account.Aws.Lambda.Register("rotate", _ => Task.FromResult<ReadOnlyMemory<byte>>("{}"u8.ToArray()));
        account.Aws.Lambda.AddPermission(new()
        {
            FunctionName = "rotate",
            StatementId = "schedules",
            Action = "lambda:InvokeFunction",
            Principal = "events.amazonaws.com",
            SourceAccount = sourceAccount,
            SourceArn = $"arn:aws:events:{account.Aws.Region}:{account.Aws.AccountId}:rule/{rules}",
        });
        account.Aws.Events.PutRule(Rule, expression);
        account.Aws.Events.PutTarget(Rule, "function", function, """{"action":"check"}""");
    }

    /// <summary>The invocations by rules so far, once there are so many and all are over.</summary>
    private static async Task<List<CallRecord>> InvocationsAsync(Account account, int count)
    {
        var invocations = new List<CallRecord>();
        for (var waited = 0; waited < 1000 && invocations.Count < count; waited++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
            invocations = [.. account.Aws.Calls.Snapshot().Where(record => record.Call.AccessKeyId == "events.amazonaws.com")];
        }

        Assert.Equal(count, invocations.Count);
        return invocations;
    }
}
