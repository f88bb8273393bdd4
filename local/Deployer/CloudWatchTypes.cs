using LocalAws;

namespace Deployer;

/// <summary><c>aws.cloudwatch.EventRule</c></summary>
internal sealed class EventRuleType(EventsService events) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("name");

    public override string AutoNamed => "name";

    public override Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs) =>
        Task.FromResult((inputs.Text("name"), new Dictionary<string, object> { ["arn"] = events.PutRule(inputs.Text("name"), inputs.Find("scheduleExpression")) }));

    public override Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes)
    {
        events.PutRule(resource.Id, inputs.Find("scheduleExpression"));
        return Task.CompletedTask;
    }

    public override Task DeleteAsync(DeployedResource resource)
    {
        events.DeleteRule(resource.Id);
        return Task.CompletedTask;
    }

    public override Task<bool> ExistsAsync(DeployedResource resource) => Task.FromResult(events.Rules.Contains(resource.Id));
}

/// <summary><c>aws.cloudwatch.LogGroup</c></summary>
internal sealed class LogGroupType(LogsService logs, Func<string, string> arnOf) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("name");

    public override string AutoNamed => "name";

    public override Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        logs.CreateLogGroup(inputs.Text("name"));
        return Task.FromResult((inputs.Text("name"), new Dictionary<string, object> { ["arn"] = arnOf(inputs.Text("name")) }));
    }

    // The embedded AWS has no retention.
    public override Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes) => Task.CompletedTask;

    public override Task DeleteAsync(DeployedResource resource) => Idempotent.DeleteAsync(() =>
    {
        logs.DeleteLogGroup(resource.Id);
        return Task.CompletedTask;
    });

    public override Task<bool> ExistsAsync(DeployedResource resource) => Task.FromResult(logs.LogGroups.Contains(resource.Id));
}

/// <summary><c>aws.cloudwatch.EventTarget</c></summary>
internal sealed class EventTargetType(EventsService events) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("rule", "targetId");

    public override string AutoNamed => "targetId";

    public override Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        Put(inputs);
        return Task.FromResult(($"{inputs.Text("rule")}-{inputs.Text("targetId")}", new Dictionary<string, object>()));
    }

    public override Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes)
    {
        Put(inputs);
        return Task.CompletedTask;
    }

    public override Task DeleteAsync(DeployedResource resource) => Idempotent.DeleteAsync(() =>
    {
        events.RemoveTarget(resource.Inputs.Text("rule"), resource.Inputs.Text("targetId"));
        return Task.CompletedTask;
    });

    // Targets are never removed from a rule by hand here.
    public override Task<bool> ExistsAsync(DeployedResource resource) => Task.FromResult(events.Rules.Contains(resource.Inputs.Text("rule")));

    private void Put(Inputs inputs) => events.PutTarget(inputs.Text("rule"), inputs.Text("targetId"), inputs.Text("arn"), inputs.Find("input"));
}
