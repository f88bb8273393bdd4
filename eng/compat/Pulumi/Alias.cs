namespace Pulumi;

/// <summary>A name, type or parent that a resource had before. What is not set is the resource's own.</summary>
public sealed class Alias
{
    public Input<string>? Name { get; set; }

    public Resource? Parent { get; set; }

    public bool NoParent { get; set; }

    /// <summary>Waits for what an engine is told.</summary>
    /// <exception cref="ArgumentException">There are two parents.</exception>
    internal static async Task ResolveAsync(Alias alias)
    {
        if (alias.Parent is not null && alias.NoParent)
        {
            throw new ArgumentException("Only specify one of 'Parent', 'ParentUrn' or 'NoParent' in an Alias", nameof(alias));
        }

        await alias.Name.ToOutput().Data;
        await (alias.Parent?.Urn.Data ?? Task.FromResult(OutputData<string>.Known("")));
    }
}
