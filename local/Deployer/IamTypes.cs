using LocalAws;

namespace Deployer;

/// <summary><c>aws.iam.Role</c></summary>
internal sealed class RoleType(IamService iam) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("name", "path");

    public override string AutoNamed => "name";

    public override Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        var role = iam.CreateRole(inputs.Text("name"), inputs.Text("assumeRolePolicy"));
        return Task.FromResult((inputs.Text("name"), new Dictionary<string, object> { ["arn"] = role.Arn }));
    }

    public override Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes)
    {
        if (changes.Except(["assumeRolePolicy"]).Any())
        {
            return base.UpdateAsync(resource, inputs, changes);
        }

        iam.UpdateAssumeRolePolicy(resource.Id, inputs.Text("assumeRolePolicy"));
        return Task.CompletedTask;
    }

    public override Task DeleteAsync(DeployedResource resource) => Idempotent.DeleteAsync(() =>
    {
        iam.DeleteRole(resource.Id);
        return Task.CompletedTask;
    });

    public override Task<bool> ExistsAsync(DeployedResource resource) =>
        Idempotent.ExistsAsync(() => Task.FromResult(iam.GetRole(resource.Id) is not null));
}

/// <summary><c>aws.iam.RolePolicy</c></summary>
internal sealed class RolePolicyType(IamService iam) : ResourceType
{
    // A program can request this with ReplaceOnChanges, which mocks do not receive: the old policy then stays until the end of the deployment.
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("name", "role", "policy");

    public override string AutoNamed => "name";

    public override Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        iam.PutRolePolicy(inputs.Text("role"), inputs.Text("name"), inputs.Text("policy"));
        return Task.FromResult(($"{inputs.Text("role")}:{inputs.Text("name")}", new Dictionary<string, object>()));
    }

    public override Task DeleteAsync(DeployedResource resource) => Idempotent.DeleteAsync(() =>
    {
        iam.DeleteRolePolicy(resource.Inputs.Text("role"), resource.Inputs.Text("name"));
        return Task.CompletedTask;
    });

    public override Task<bool> ExistsAsync(DeployedResource resource) =>
        Idempotent.ExistsAsync(() => Task.FromResult(iam.GetRolePolicy(resource.Inputs.Text("role"), resource.Inputs.Text("name")) is not null));
}

/// <summary><c>aws.iam.OpenIdConnectProvider</c></summary>
internal sealed class OpenIdConnectProviderType(IamService iam) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("url");

    public override Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        var provider = iam.CreateOpenIdConnectProvider(inputs.Text("url"), inputs.Texts("clientIdLists"));
        return Task.FromResult((provider.Arn, new Dictionary<string, object> { ["arn"] = provider.Arn }));
    }

    public override Task DeleteAsync(DeployedResource resource)
    {
        iam.DeleteOpenIdConnectProvider(resource.Inputs.Text("url"));
        return Task.CompletedTask;
    }

    public override Task<bool> ExistsAsync(DeployedResource resource) =>
        Task.FromResult(iam.FindOpenIdConnectProvider(resource.Inputs.Text("url")) is not null);
}
