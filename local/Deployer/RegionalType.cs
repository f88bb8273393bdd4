namespace Deployer;

/// <summary>A resource type whose resources can set their <c>region</c>, as every regional resource can since version 7 of the provider.</summary>
/// <param name="home">The Region of a resource that sets none.</param>
/// <param name="typeIn">Creates the type with the clients of a Region.</param>
internal sealed class RegionalType(string home, Func<string, ResourceType> typeIn) : ResourceType
{
    private readonly ResourceType _homeType = typeIn(home);

    public override string? AutoNamed => _homeType.AutoNamed;

    public override IReadOnlySet<string> Literals => _homeType.Literals;

    // Another Region replaces the resource.
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => new HashSet<string>(_homeType.ReplacedBy(inputs)) { "region" };

    public override async Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        var (id, outputs) = await In(inputs).CreateAsync(inputs);
        outputs["region"] = inputs.Find("region") ?? home;
        return (id, outputs);
    }

    public override Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes) =>
        In(inputs).UpdateAsync(resource, inputs, changes);

    public override Task DeleteAsync(DeployedResource resource) => In(resource.Inputs).DeleteAsync(resource);

    public override Task<bool> ExistsAsync(DeployedResource resource) => In(resource.Inputs).ExistsAsync(resource);

    private ResourceType In(Inputs inputs) => inputs.Find("region") is { } region && region != home ? typeIn(region) : _homeType;
}
