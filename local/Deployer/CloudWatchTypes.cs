using LocalAws;

namespace Deployer;

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
