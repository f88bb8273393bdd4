using LocalAws;
using LocalAws.Kms;

namespace Deployer;

/// <summary><c>aws.kms.Grant</c></summary>
internal sealed class GrantType(EmbeddedAws aws) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names(
        "constraints", "grantCreationTokens", "granteePrincipal", "keyId", "name", "operations", "retireOnDelete", "retiringPrincipal");

    public override string AutoNamed => "name";

    public override async Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        var grant = await Propagation.RetryAsync(aws.TimeProvider, () => Task.FromResult(aws.Kms.CreateGrant(Request(inputs))), refused =>
            refused is AwsException { Code: "InvalidArnException" });
        return ($"{inputs.Text("keyId")}:{grant.GrantId}", new() { ["grantId"] = grant.GrantId });
    }

    public override Task DeleteAsync(DeployedResource resource) => Idempotent.DeleteAsync(() =>
    {
        aws.Kms.RevokeGrant(resource.Inputs.Text("keyId"), GrantIdOf(resource));
        return Task.CompletedTask;
    });

    public override Task<bool> ExistsAsync(DeployedResource resource) =>
        Task.FromResult(aws.Kms.ListGrants(resource.Inputs.Text("keyId")).Any(grant => grant.GrantId == GrantIdOf(resource)));

    private static string GrantIdOf(DeployedResource resource) => resource.Id[(resource.Id.LastIndexOf(':') + 1)..];

    private static CreateGrantRequest Request(Inputs inputs)
    {
        var constraints = inputs.List("constraints").SingleOrDefault();
        return new CreateGrantRequest
        {
            KeyId = inputs.Text("keyId"),
            GranteePrincipal = inputs.Text("granteePrincipal"),
            Name = inputs.Text("name"),
            Operations = inputs.Texts("operations"),
            Constraints = constraints is null ? null : new GrantConstraints
            {
                EncryptionContextSubset = Pairs("encryptionContextSubset"),
                EncryptionContextEquals = Pairs("encryptionContextEquals"),
            },
        };

        Dictionary<string, string>? Pairs(string name) => constraints.Map(name) is { Count: > 0 } pairs ? pairs : null;
    }
}
