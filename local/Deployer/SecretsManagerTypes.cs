using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace Deployer;

/// <summary><c>aws.secretsmanager.Secret</c></summary>
internal sealed class SecretType(IAmazonSecretsManager client) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("name");

    public override string AutoNamed => "name";

    public override async Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        var secret = await client.CreateSecretAsync(new CreateSecretRequest
        {
            Name = inputs.Text("name"),
            Description = inputs.Find("description"),
            KmsKeyId = inputs.Find("kmsKeyId"),
            Tags = [.. inputs.Map("tags").Select(tag => new Tag { Key = tag.Key, Value = tag.Value })],
            AddReplicaRegions = ReplicasOf(inputs) is { Count: > 0 } replicas ? RegionsOf(replicas) : null,
            ForceOverwriteReplicaSecret = inputs.Flag("forceOverwriteReplicaSecret") ?? false,
        });
        return (secret.ARN, new() { ["arn"] = secret.ARN });
    }

    public override async Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes)
    {
        if (changes.Contains("replicas"))
        {
            await RemoveReplicasAsync(resource.Id, ReplicasOf(resource.Inputs).Except(ReplicasOf(inputs)));
            var added = ReplicasOf(inputs).Except(ReplicasOf(resource.Inputs)).ToList();
            if (added.Count > 0)
            {
                await client.ReplicateSecretToRegionsAsync(new ReplicateSecretToRegionsRequest
                {
                    SecretId = resource.Id,
                    AddReplicaRegions = RegionsOf(added),
                    ForceOverwriteReplicaSecret = inputs.Flag("forceOverwriteReplicaSecret") ?? false,
                });
            }
        }

        if (changes.Contains("description") || changes.Contains("kmsKeyId"))
        {
            await client.UpdateSecretAsync(
                new UpdateSecretRequest { SecretId = resource.Id, Description = inputs.Find("description"), KmsKeyId = inputs.Find("kmsKeyId") });
        }

        if (changes.Contains("tags"))
        {
            var gone = resource.Inputs.Map("tags").Keys.Except(inputs.Map("tags").Keys).ToList();
            if (gone.Count > 0)
            {
                await client.UntagResourceAsync(new UntagResourceRequest { SecretId = resource.Id, TagKeys = gone });
            }

            await client.TagResourceAsync(new TagResourceRequest
            {
                SecretId = resource.Id,
                Tags = [.. inputs.Map("tags")
                .Select(tag => new Tag { Key = tag.Key, Value = tag.Value })]
            });
        }
    }

    public override async Task DeleteAsync(DeployedResource resource)
    {
        // The provider does not wait until the replicas are gone.
        await RemoveReplicasAsync(resource.Id, ReplicasOf(resource.Inputs));
        await Idempotent.DeleteAsync(() => client.DeleteSecretAsync(resource.Inputs.Number("recoveryWindowInDays") switch
        {
            0 => new DeleteSecretRequest { SecretId = resource.Id, ForceDeleteWithoutRecovery = true },
            var days => new DeleteSecretRequest { SecretId = resource.Id, RecoveryWindowInDays = days ?? 30 },
        }));
    }

    public override Task<bool> ExistsAsync(DeployedResource resource) => ExistsAsync(client, resource.Id);

    private static List<(string Region, string? KmsKeyId)> ReplicasOf(Inputs inputs) =>
        [.. inputs.List("replicas").Select(replica => (replica.Text("region"), replica.Find("kmsKeyId")))];

    private static List<ReplicaRegionType> RegionsOf(IEnumerable<(string Region, string? KmsKeyId)> replicas) =>
        [.. replicas.Select(replica => new ReplicaRegionType { Region = replica.Region, KmsKeyId = replica.KmsKeyId })];

    private async Task RemoveReplicasAsync(string secretArn, IEnumerable<(string Region, string? KmsKeyId)> replicas)
    {
        List<string> regions = [.. replicas.Select(replica => replica.Region)];
        if (regions.Count > 0)
        {
            await Idempotent.DeleteAsync(() => client.RemoveRegionsFromReplicationAsync(
                new RemoveRegionsFromReplicationRequest { SecretId = secretArn, RemoveReplicaRegions = regions }));
        }
    }

    /// <summary>Returns whether the secret exists. For the provider, a deleted secret does not exist even if it can still be restored.</summary>
    public static Task<bool> ExistsAsync(IAmazonSecretsManager client, string secretArn) =>
        Idempotent.ExistsAsync(
            async () => (await client.DescribeSecretAsync(new DescribeSecretRequest { SecretId = secretArn })).DeletedDate is null);
}

/// <summary><c>aws.secretsmanager.SecretPolicy</c></summary>
internal sealed class SecretPolicyType(IAmazonSecretsManager client, TimeProvider time) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("secretArn");

    public override async Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        await PutAsync(inputs);
        return (inputs.Text("secretArn"), []);
    }

    public override Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes) => PutAsync(inputs);

    public override Task DeleteAsync(DeployedResource resource) =>
        Idempotent.DeleteAsync(() => client.DeleteResourcePolicyAsync(new DeleteResourcePolicyRequest { SecretId = resource.Id }));

    public override Task<bool> ExistsAsync(DeployedResource resource) => SecretType.ExistsAsync(client, resource.Id);

    private Task<PutResourcePolicyResponse> PutAsync(Inputs inputs) => Propagation.RetryAsync(
        time,
        () => client.PutResourcePolicyAsync(new PutResourcePolicyRequest
        {
            SecretId = inputs.Text("secretArn"),
            ResourcePolicy = inputs.Text("policy"),
            BlockPublicPolicy = inputs.Flag("blockPublicPolicy"),
        }),
        refused => refused is MalformedPolicyDocumentException
            && refused.Message.Contains("This resource policy contains an unsupported principal", StringComparison.Ordinal));
}

/// <summary><c>aws.secretsmanager.SecretRotation</c></summary>
internal sealed class SecretRotationType(IAmazonSecretsManager client) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("secretId");

    public override async Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        await RotateAsync(inputs);
        return (inputs.Text("secretId"), new() { ["rotationEnabled"] = true });
    }

    public override Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes) => RotateAsync(inputs);

    // For a secret that no longer exists this fails until a refresh, as with the provider.
    public override Task DeleteAsync(DeployedResource resource) =>
        client.CancelRotateSecretAsync(new CancelRotateSecretRequest { SecretId = resource.Id });

    public override Task<bool> ExistsAsync(DeployedResource resource) => SecretType.ExistsAsync(client, resource.Id);

    private Task<RotateSecretResponse> RotateAsync(Inputs inputs)
    {
        var rules = inputs.Nested("rotationRules");
        return client.RotateSecretAsync(new RotateSecretRequest
        {
            SecretId = inputs.Text("secretId"),
            RotationLambdaARN = inputs.Text("rotationLambdaArn"),
            RotateImmediately = inputs.Flag("rotateImmediately") ?? true,
            RotationRules = rules is null ? null : new RotationRulesType
            {
                AutomaticallyAfterDays = rules.Number("automaticallyAfterDays"),
                ScheduleExpression = rules.Find("scheduleExpression"),
                Duration = rules.Find("duration"),
            },
        });
    }
}
