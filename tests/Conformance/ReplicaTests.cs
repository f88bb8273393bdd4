using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace Conformance;

/// <summary>Secrets with a replica in a second Region.</summary>
public sealed class ReplicaTests
{
    private const string ReadOnly = "Operation not permitted on a replica secret. Call must be made in primary secret's region.";
    private const string Policy = """{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"secretsmanager:PutResourcePolicy","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/never":"so"}}}]}""";

    [Fact, Shows("replica-1", "replica-2", "replica-3", "replica-5", "replica-6")]
    public async Task A_replica_has_the_value_and_the_metadata_of_its_primary()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var (primary, arn) = await account.CreateReplicatedAsync();
        var status = await account.ReplicatedAsync(primary);
        Assert.Equal((StatusType.InSync, "Replication succeeded", "alias/aws/secretsmanager", account.ReplicaRegion), (status.Status, status.StatusMessage, status.KmsKeyId, status.Region));

        var version = await account.PutAsync(primary, "v2");
        await account.SecretsManager.TagResourceAsync(new TagResourceRequest { SecretId = primary, Tags = [new Tag { Key = "c", Value = "d" }] });
        await account.SecretsManager.PutResourcePolicyAsync(new PutResourcePolicyRequest { SecretId = primary, ResourcePolicy = Policy });
        await account.ReplicatedAsync(primary);
        await account.UntilAsync(async () => (await ReadAsync(account, arn)).VersionId == version
            && (await DescribeAsync(account, arn)).Tags.Count == 2
            && (await account.There.GetResourcePolicyAsync(new GetResourcePolicyRequest { SecretId = arn })).ResourcePolicy is not null);

        var replica = await DescribeAsync(account, arn);
        Assert.Equal((arn, "d", primary.Split(':')[3]), (replica.ARN, replica.Description, replica.PrimaryRegion));
        Assert.Equal("a=b c=d", string.Join(' ', replica.Tags.Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal)));
        Assert.Equal("v2", (await ReadAsync(account, arn)).SecretString);
    }

    [Fact, Shows("version-33", "replica-4")]
    public async Task A_replica_refuses_changes()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var (primary, arn) = await account.CreateReplicatedAsync();
        await account.ReplicatedAsync(primary);

        await RefusesAsync(() => account.There.PutSecretValueAsync(new PutSecretValueRequest { SecretId = arn, SecretString = "v2" }));
        await RefusesAsync(() => account.There.TagResourceAsync(new TagResourceRequest { SecretId = arn, Tags = [new Tag { Key = "c" }] }));
        await RefusesAsync(() => account.There.PutResourcePolicyAsync(new PutResourcePolicyRequest { SecretId = arn, ResourcePolicy = Policy }));
        await RefusesAsync(() => account.There.DeleteSecretAsync(new DeleteSecretRequest { SecretId = arn }));

        static Task RefusesAsync(Func<Task> call) => AssertAws.RefusesAsync(400, "InvalidParameterException", ReadOnly, call);
    }

    [Fact, Shows("replica-8", "replica-9")]
    public async Task A_secret_of_that_name_stays_until_it_is_overwritten()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var name = ConformanceAccount.NewName();
        var other = (await account.There.CreateSecretAsync(new CreateSecretRequest { Name = name, SecretString = "of there" })).ARN;
        account.DeleteThere(other);
        var (primary, arn) = await account.CreateReplicatedAsync(name);

        var failed = await account.ReplicatedAsync(primary);
        Assert.Equal((StatusType.Failed, $"Replication failed: Secret name {name} already exists in region {account.ReplicaRegion}."), (failed.Status, failed.StatusMessage));
        Assert.Equal("of there", (await ReadAsync(account, other)).SecretString);

        await account.SecretsManager.ReplicateSecretToRegionsAsync(new ReplicateSecretToRegionsRequest
        {
            SecretId = primary,
            AddReplicaRegions = [new ReplicaRegionType { Region = account.ReplicaRegion }],
            ForceOverwriteReplicaSecret = true,
        });
        Assert.Equal(StatusType.InSync, (await account.ReplicatedAsync(primary)).Status);
        Assert.Equal("v1", (await ReadAsync(account, arn)).SecretString);
    }

    [Fact, Shows("replica-10")]
    public async Task A_secret_with_replicas_is_not_deleted()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var (primary, _) = await account.CreateReplicatedAsync();

        await AssertAws.RefusesAsync(
            400,
            "InvalidParameterException",
            $"You can't delete secret {primary} that still has replica regions [{account.ReplicaRegion}].",
            () => account.SecretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = primary }));
        await account.ReplicatedAsync(primary);
    }

    [Fact, Shows("replica-11")]
    public async Task A_promoted_replica_no_longer_follows()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var (primary, arn) = await account.CreateReplicatedAsync();
        await account.ReplicatedAsync(primary);

        Assert.Equal(arn, (await account.There.StopReplicationToReplicaAsync(new StopReplicationToReplicaRequest { SecretId = arn })).ARN);
        account.DeleteThere(arn);
        await account.UntilAsync(async () => (await account.DescribeAsync(primary)).ReplicationStatus is not { Count: > 0 });
        await account.PutAsync(primary, "v2");
        await account.There.PutSecretValueAsync(new PutSecretValueRequest { SecretId = arn, SecretString = "v3" });

        Assert.Equal("v3", (await ReadAsync(account, arn)).SecretString);
        Assert.Equal("v2", await account.ReadAsync(primary));
    }

    [Fact, Shows("replica-12")]
    public async Task A_removed_replica_is_deleted_later()
    {
        await using var account = await ConformanceAccount.StartAsync();
        var (primary, arn) = await account.CreateReplicatedAsync();
        await account.ReplicatedAsync(primary);

        var removed = await account.SecretsManager.RemoveRegionsFromReplicationAsync(
            new RemoveRegionsFromReplicationRequest { SecretId = primary, RemoveReplicaRegions = [account.ReplicaRegion] });
        Assert.Empty(removed.ReplicationStatus ?? []);
        if (account.Endpoint.IsEmbedded)
        {
            Assert.Equal("v1", (await ReadAsync(account, arn)).SecretString);
            account.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        await account.UntilAsync(async () =>
        {
            try
            {
                await DescribeAsync(account, arn);
                return false;
            }
            catch (ResourceNotFoundException)
            {
                return true;
            }
        });
    }

    private static Task<DescribeSecretResponse> DescribeAsync(ConformanceAccount account, string arn) => account.There.DescribeSecretAsync(new DescribeSecretRequest { SecretId = arn });

    private static Task<GetSecretValueResponse> ReadAsync(ConformanceAccount account, string arn) => account.There.GetSecretValueAsync(new GetSecretValueRequest { SecretId = arn });
}
