using System.Collections.Immutable;
using LocalAws;

namespace Deployer;

/// <summary>A resource type for a deployer that is a role. Denies calls that the role's policies do not permit.</summary>
internal sealed class PermittedType(string token, ResourceType type, EmbeddedAws aws, string roleArn) : ResourceType
{
    private readonly ProviderActions _actions = new(aws);

    public override string? AutoNamed => type.AutoNamed;

    public override IReadOnlySet<string> Literals => type.Literals;

    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => type.ReplacedBy(inputs);

    public override Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        Check(inputs, ImmutableHashSet<string>.Empty, ProviderActions.Step.Create, ProviderActions.Step.Read);
        return type.CreateAsync(inputs);
    }

    public override Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes)
    {
        Check(inputs, changes, ProviderActions.Step.Update, ProviderActions.Step.Read);
        return type.UpdateAsync(resource, inputs, changes);
    }

    public override Task DeleteAsync(DeployedResource resource)
    {
        Check(resource.Inputs, ImmutableHashSet<string>.Empty, ProviderActions.Step.Delete);
        return type.DeleteAsync(resource);
    }

    public override Task<bool> ExistsAsync(DeployedResource resource)
    {
        Check(resource.Inputs, ImmutableHashSet<string>.Empty, ProviderActions.Step.Read);
        return type.ExistsAsync(resource);
    }

    private void Check(Inputs inputs, IReadOnlySet<string> changes, params ReadOnlySpan<ProviderActions.Step> steps)
    {
        foreach (var step in steps)
        {
            foreach (var needed in _actions.For(token, step, inputs, changes))
            {
                if (!aws.Iam.Allows(roleArn, needed.Action, needed.Resource, needed.Keys))
                {
                    throw new AwsException(
                        403, "AccessDenied", $"{roleArn} is not authorized to perform: {needed.Action} on resource: {needed.Resource}");
                }
            }
        }
    }
}
