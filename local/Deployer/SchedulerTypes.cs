using LocalAws;
using LocalAws.Scheduler;

namespace Deployer;

/// <summary><c>aws.scheduler.Schedule</c></summary>
internal sealed class ScheduleType(EmbeddedAws aws) : ResourceType
{
    // The provider retries this error of a new role for two minutes.
    private const string RoleNotAssumed = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.";

    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("name", "groupName");

    public override string AutoNamed => "name";

    public override async Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        var response = await RetryAsync(() => aws.Scheduler.CreateSchedule(Request(inputs) with { ClientToken = Guid.NewGuid().ToString() }));
        return ($"default/{inputs.Text("name")}", new Dictionary<string, object> { ["arn"] = response.ScheduleArn, ["groupName"] = "default" });
    }

    public override Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes) =>
        RetryAsync(() => aws.Scheduler.UpdateSchedule(Request(inputs)));

    public override Task DeleteAsync(DeployedResource resource) => Idempotent.DeleteAsync(() =>
    {
        aws.Scheduler.DeleteSchedule(resource.Inputs.Text("name"));
        return Task.CompletedTask;
    });

    public override Task<bool> ExistsAsync(DeployedResource resource) =>
        Idempotent.ExistsAsync(() => Task.FromResult(aws.Scheduler.GetSchedule(resource.Inputs.Text("name")) is not null));

    private static ScheduleRequest Request(Inputs inputs)
    {
        var (window, target) = (inputs.Nested("flexibleTimeWindow")!, inputs.Nested("target")!);
        return new ScheduleRequest
        {
            Name = inputs.Text("name"),
            GroupName = inputs.Find("groupName"),
            Description = inputs.Find("description"),
            ScheduleExpression = inputs.Text("scheduleExpression"),
            ScheduleExpressionTimezone = inputs.Find("scheduleExpressionTimezone") ?? "UTC",
            State = inputs.Find("state") ?? "ENABLED",
            FlexibleTimeWindow = new FlexibleTimeWindow(window.Text("mode"), window.Number("maximumWindowInMinutes")),
            Target = new ScheduleTarget
            {
                Arn = target.Text("arn"),
                RoleArn = target.Text("roleArn"),
                Input = target.Find("input"),
                RetryPolicy = target.Nested("retryPolicy") is { } retries
                    ? new RetryPolicy(retries.Number("maximumEventAgeInSeconds") ?? 86_400, retries.Number("maximumRetryAttempts") ?? 185)
                    : null,
            },
        };
    }

    private Task<ScheduleResponse> RetryAsync(Func<ScheduleResponse> call) => Propagation.RetryAsync(
        aws.TimeProvider, () => Task.FromResult(call()), refused => refused is AwsException { Message: RoleNotAssumed });
}
