using System.Collections.Concurrent;
using Pulumi;
using Pulumi.Utilities;

namespace Deployer;

/// <summary>The resources of a run as the program declared them, with their parents and aliases, which mocks do not receive.</summary>
internal sealed class ObservedResources
{
    private readonly ConcurrentDictionary<Resource, string> _qualifiedTypes = new();
    private readonly ConcurrentDictionary<(string Type, string Name), ResourceTransformationArgs> _resources = new();

    /// <exception cref="NotSupportedException">Two resources have the same type and name, and mocks do not say which of them one is.</exception>
    public void Add(ResourceTransformationArgs resource)
    {
        var (type, name) = (resource.Resource.GetResourceType(), resource.Resource.GetResourceName());
        _qualifiedTypes[resource.Resource] = Qualified(type, resource.Options.Parent);
        if (!_resources.TryAdd((type, name), resource))
        {
            throw new NotSupportedException($"Two resources of type {type} are named {name}. They cannot be told apart here.");
        }
    }

    /// <summary>
    /// Returns the URN of a resource, without the stack and the project, and those that its aliases name. Null if the resource was not observed.
    /// </summary>
    public async Task<(string Urn, IReadOnlyList<string> Former)?> FindAsync(string type, string name)
    {
        if (!_resources.TryGetValue((type, name), out var resource))
        {
            return null;
        }

        List<string> former = [];
        foreach (var input in resource.Options.Aliases)
        {
            var alias = await OutputUtilities.GetValueAsync(input.ToOutput());
            var formerName = alias.Name is null ? name : await OutputUtilities.GetValueAsync(alias.Name.ToOutput());
            former.Add($"{Qualified(type, alias.NoParent ? null : alias.Parent ?? resource.Options.Parent)}::{formerName}");
        }

        return ($"{_qualifiedTypes[resource.Resource]}::{name}", former);
    }

    // The stack is not part of its children's URNs.
    private string Qualified(string type, Resource? parent) => parent is null or Stack ? type : $"{_qualifiedTypes[parent]}${type}";
}
