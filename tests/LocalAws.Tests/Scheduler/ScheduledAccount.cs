using LocalAws.Scheduler;
using Microsoft.Extensions.Time.Testing;

namespace LocalAws.Tests.Scheduler;

/// <summary>An account with a function, and with a role by which schedules may invoke it.</summary>
internal sealed class ScheduledAccount : IAsyncDisposable
{
    private readonly LocalAwsAccount _account;
    private int _runs;

    private ScheduledAccount(LocalAwsAccount account, int? reservedConcurrency, Func<Task>? run)
    {
        _account = account;
        var function = account.Aws.Lambda.Register(
            "rotate",
            async _ =>
            {
                Interlocked.Increment(ref _runs);
                await (run?.Invoke() ?? Task.CompletedTask);
                return "{}"u8.ToArray();
            },
            new FunctionOptions { ReservedConcurrency = reservedConcurrency });
        Target = new ScheduleTarget { Arn = function, RoleArn = MakeRole("schedules"), Input = """{"action":"check"}""" };
        Allow("lambda:InvokeFunction", "rotate");
    }

    public EmbeddedAws Aws => _account.Aws;

    public FakeTimeProvider Clock => _account.Clock;

    public ScheduleTarget Target { get; }

    /// <summary>How often the function ran.</summary>
    public int Runs => Volatile.Read(ref _runs);

    public int Throttles => Aws.Lambda.ThrottlesOf("rotate");

    public IEnumerable<CallRecord> Invocations => Aws.Calls.Snapshot().Where(record => record.Call.AccessKeyId == "scheduler.amazonaws.com");

    public static async Task<ScheduledAccount> StartAsync(int? reservedConcurrency = null, Func<Task>? run = null) =>
        new(await LocalAwsAccount.StartAsync(inProcess: true), reservedConcurrency, run);

    /// <summary>A schedule of each hour, without a window.</summary>
    public ScheduleRequest Request(string name = "check-orders") =>
        new() { Name = name, ScheduleExpression = "cron(0 * * * ? *)", FlexibleTimeWindow = new("OFF"), Target = Target };

    public ScheduleResponse Create(ScheduleRequest request) => Aws.Scheduler.CreateSchedule(request);

    /// <summary>Makes a role that Scheduler may assume, on this condition. Returns its ARN.</summary>
    public string MakeRole(string name, string? condition = null) => Aws.Iam.CreateRole(
        name,
        $$$"""{"Statement":{"Effect":"Allow","Principal":{"Service":"scheduler.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{{{condition ?? "{}"}}}}}""").Arn;

    /// <summary>Lets the role do this to a function, and nothing else.</summary>
    public void Allow(string action, string function) => Aws.Iam.PutRolePolicy(
        "schedules",
        "invoke",
        $$$"""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"{{{action}}}","Resource":"arn:aws:lambda:{{{Aws.Region}}}:{{{Aws.AccountId}}}:function:{{{function}}}"}}""");

    /// <summary>Moves the clock to a time of the first day, or of a later one.</summary>
    public void AdvanceTo(TimeSpan time) => Clock.Advance(time - TimeSpan.FromHours(12) - (Clock.GetUtcNow() - Clock.Start));

    /// <summary>The invocations by schedules so far, once there are so many and all are over.</summary>
    public async Task<List<CallRecord>> InvocationsAsync(int count)
    {
        await UntilAsync(() => Invocations.Count() >= count);
        var invocations = Invocations.ToList();
        Assert.Equal(count, invocations.Count);
        return invocations;
    }

    /// <summary>Waits until the function has run so often.</summary>
    public async Task RunsAsync(int count)
    {
        await UntilAsync(() => Runs >= count);
        await Task.Delay(50, TestContext.Current.CancellationToken); // its next timer must be set
        Assert.Equal(count, Runs);
    }

    public ValueTask DisposeAsync() => _account.DisposeAsync();

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var waited = 0; waited < 1000 && !condition(); waited++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
