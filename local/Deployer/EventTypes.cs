using LocalAws;
using LocalAws.Events;

namespace Deployer;

/// <summary><c>aws.cloudwatch.EventRule</c></summary>
internal sealed class EventRuleType(EmbeddedAws aws) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("name", "namePrefix", "eventBusName");

    public override string AutoNamed => "name";

    public override Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        var arn = aws.Events.PutRule(inputs.Text("name"), inputs.Find("eventPattern"), inputs.Find("state") ?? "ENABLED");
        return Task.FromResult((inputs.Text("name"), new Dictionary<string, object> { ["arn"] = arn }));
    }

    public override Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes)
    {
        aws.Events.PutRule(inputs.Text("name"), inputs.Find("eventPattern"), inputs.Find("state") ?? "ENABLED");
        return Task.CompletedTask;
    }

    public override Task DeleteAsync(DeployedResource resource)
    {
        aws.Events.DeleteRule(resource.Id);
        return Task.CompletedTask;
    }

    public override Task<bool> ExistsAsync(DeployedResource resource) => Task.FromResult(aws.Events.Rules.Contains(resource.Id));
}

/// <summary><c>aws.cloudwatch.EventTarget</c></summary>
internal sealed class EventTargetType(EmbeddedAws aws) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("rule", "targetId", "eventBusName");

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
        aws.Events.RemoveTarget(resource.Inputs.Text("rule"), resource.Inputs.Text("targetId"));
        return Task.CompletedTask;
    });

    public override Task<bool> ExistsAsync(DeployedResource resource) => Idempotent.ExistsAsync(() => Task.FromResult(
        aws.Events.ListTargets(resource.Inputs.Text("rule")).Any(target => target.Id == resource.Inputs.Text("targetId"))));

    private void Put(Inputs inputs) => aws.Events.PutTarget(inputs.Text("rule"), new EventTarget(
        inputs.Text("targetId"), inputs.Text("arn"), inputs.Find("roleArn"),
        inputs.Nested("inputTransformer") is { } transformer
            ? new InputTransformer(transformer.Map("inputPaths"), transformer.Text("inputTemplate")) : null));
}
