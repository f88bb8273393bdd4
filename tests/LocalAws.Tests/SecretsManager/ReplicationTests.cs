using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace LocalAws.Tests.SecretsManager;

public sealed class ReplicationTests
{
    [Fact]
    public async Task A_replica_is_in_progress_and_then_in_sync()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var arn = (await account.CreateSecretAsync()).ARN;

        var added = await ReplicateAsync(account, new ReplicaRegionType { Region = "eu-west-2", KmsKeyId = "key" }, new ReplicaRegionType { Region = "us-east-1" });

        Assert.Equal(arn, added.ARN);
        Assert.Equal([("eu-west-2", "key"), ("us-east-1", "alias/aws/secretsmanager")], added.ReplicationStatus.Select(replica => (replica.Region, replica.KmsKeyId)));
        Assert.All(added.ReplicationStatus, replica => Assert.Equal(StatusType.InProgress, replica.Status));

        account.Clock.Advance(TimeSpan.FromSeconds(1));
        var secret = await DescribeAsync(account);
        Assert.Equal("eu-west-1", secret.PrimaryRegion);
        Assert.All(secret.ReplicationStatus, replica => Assert.Equal(StatusType.InSync, replica.Status));
    }

    [Fact]
    public async Task A_secret_is_made_with_replicas_and_loses_them_one_by_one()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var created = await account.SecretsManager.CreateSecretAsync(new CreateSecretRequest
        {
            Name = "payments",
            SecretString = "v1",
            AddReplicaRegions = [new ReplicaRegionType { Region = "eu-west-2" }, new ReplicaRegionType { Region = "us-east-1" }],
        });
        Assert.Equal(["eu-west-2", "us-east-1"], created.ReplicationStatus.Select(replica => replica.Region));

        var removed = await RemoveAsync(account, "eu-west-2");
        Assert.Equal("us-east-1", Assert.Single(removed.ReplicationStatus).Region);

        await RemoveAsync(account, "us-east-1");
        var secret = await DescribeAsync(account);
        Assert.Null(secret.ReplicationStatus);
        Assert.Null(secret.PrimaryRegion);
    }

    [Fact]
    public async Task A_secret_without_replicas_shows_none()
    {
        await using var account = await LocalAwsAccount.StartAsync();

        Assert.Null((await account.CreateSecretAsync()).ReplicationStatus);
        Assert.Null((await DescribeAsync(account)).ReplicationStatus);
    }

    [Fact]
    public async Task A_replicated_secret_is_not_deleted()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var arn = (await account.CreateSecretAsync()).ARN;
        await ReplicateAsync(account, new ReplicaRegionType { Region = "eu-west-2" }, new ReplicaRegionType { Region = "us-east-1" });
        var text = $"You can't delete secret {arn} that still has replica regions [eu-west-2, us-east-1].";

        await AssertAws.RefusesAsync(400, "InvalidParameterException", text, () =>
            account.SecretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = "payments" }));
        await AssertAws.RefusesAsync(400, "InvalidParameterException", text, () =>
            account.SecretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = "payments", ForceDeleteWithoutRecovery = true }));

        await RemoveAsync(account, "eu-west-2", "us-east-1");
        await account.SecretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = "payments" });
    }

    [Theory]
    [InlineData("eu-west-1", "InvalidParameterException", "Invalid replica region.")]
    [InlineData("Frankfurt", "ValidationException", null)]
    [InlineData("eu-west-2\n", "ValidationException", null)]
    public async Task A_replica_is_in_another_region(string region, string code, string? text)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();

        await AssertAws.RefusesAsync(400, code, text, () => ReplicateAsync(account, new ReplicaRegionType { Region = region }));
    }

    [Fact]
    public async Task A_replica_that_is_not_there_is_not_removed()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        await ReplicateAsync(account, new ReplicaRegionType { Region = "eu-west-2" });

        await AssertAws.RefusesAsync(400, "InvalidParameterException", text: null, () => RemoveAsync(account, "eu-west-2", "us-east-1"));
        Assert.Single((await DescribeAsync(account)).ReplicationStatus);
    }

    private static Task<ReplicateSecretToRegionsResponse> ReplicateAsync(LocalAwsAccount account, params ReplicaRegionType[] regions) =>
        account.SecretsManager.ReplicateSecretToRegionsAsync(
            new ReplicateSecretToRegionsRequest { SecretId = "payments", AddReplicaRegions = [.. regions] });

    private static Task<RemoveRegionsFromReplicationResponse> RemoveAsync(LocalAwsAccount account, params string[] regions) =>
        account.SecretsManager.RemoveRegionsFromReplicationAsync(
            new RemoveRegionsFromReplicationRequest { SecretId = "payments", RemoveReplicaRegions = [.. regions] });

    private static Task<DescribeSecretResponse> DescribeAsync(LocalAwsAccount account) =>
        account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" });
}
