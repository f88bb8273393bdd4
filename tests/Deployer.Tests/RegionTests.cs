using System.Collections.Immutable;
using LocalAws;
using LocalAws.ApiGateway;
using Pulumi.Testing;

namespace Deployer.Tests;

/// <summary>A resource is made, changed and deleted in the Region that its inputs name, and a secret gets and loses replicas.</summary>
public sealed class RegionTests
{
    private const string There = "us-east-1";
    private const string Key = "aws:apigateway/apiKey:ApiKey";
    private const string Plan = "aws:apigateway/usagePlan:UsagePlan";
    private const string PlanKey = "aws:apigateway/usagePlanKey:UsagePlanKey";
    private const string Secret = "aws:secretsmanager/secret:Secret";

    [Theory]
    [InlineData(null, "eu-west-1", There)]
    [InlineData("eu-west-1", "eu-west-1", There)]
    [InlineData(There, There, "eu-west-1")]
    public async Task Keys_and_plans_are_in_the_Region_that_they_name(string? named, string region, string other)
    {
        await using var aws = EmbeddedAws.Create();
        var deployment = Deployment(aws);
        await deployment.UpAsync(mocks => AttachedAsync(mocks, named, description: "first"));

        var key = Assert.Single(aws.In(region).ApiGateway.GetApiKeys(new GetApiKeysRequest()).Items);
        var plan = Assert.Single(aws.In(region).ApiGateway.GetUsagePlans(new GetUsagePlansRequest()).Items);
        Assert.Single(aws.In(region).ApiGateway.GetUsagePlanKeys(new GetUsagePlanKeysRequest { UsagePlanId = plan.Id }).Items);
        AssertEmpty(aws, other);

        await deployment.UpAsync(mocks => AttachedAsync(mocks, named, description: "second"));
        await deployment.RefreshAsync();
        Assert.Empty(deployment.Changes);
        Assert.Equal("second", aws.In(region).ApiGateway.GetApiKey(key.Id).Description);

        await deployment.DestroyAsync();
        AssertEmpty(aws, region);
    }

    [Fact]
    public async Task Another_Region_replaces_what_is_in_it()
    {
        await using var aws = EmbeddedAws.Create();
        var deployment = Deployment(aws);
        await deployment.UpAsync(mocks => AttachedAsync(mocks, There, "first"));

        await deployment.UpAsync(mocks => AttachedAsync(mocks, "eu-central-1", "first"));

        AssertEmpty(aws, There);
        Assert.Single(aws.In("eu-central-1").ApiGateway.GetApiKeys(new GetApiKeysRequest()).Items);
        Assert.All(deployment.Changes, change => Assert.Matches("^(replace|create|delete) ", change));
    }

    [Fact]
    public async Task A_resource_that_is_made_in_the_home_Region_only_refuses_another_one()
    {
        await using var aws = EmbeddedAws.Create();

        var refused = await Assert.ThrowsAsync<NotSupportedException>(() => Deployment(aws).UpAsync(mocks => MakeAsync(mocks, Secret, "secret", There, ("name", "orders"))));

        Assert.Contains(There, refused.Message, StringComparison.Ordinal);
        Assert.Empty(aws.SecretsManager.ListSecrets(new()).SecretList);
    }

    [Fact]
    public async Task A_secret_gets_and_loses_replicas_and_is_deleted_after_them()
    {
        await using var aws = EmbeddedAws.Create(new() { ReplicationLag = TimeSpan.Zero });
        var deployment = Deployment(aws);
        await deployment.UpAsync(mocks => SecretAsync(mocks, (There, null)));
        Assert.Equal("us-east-1 alias/aws/secretsmanager InSync", Replicas(aws));

        await deployment.UpAsync(mocks => SecretAsync(mocks, (There, null), ("eu-central-1", "key")));
        Assert.Equal("eu-central-1 key InSync, us-east-1 alias/aws/secretsmanager InSync", Replicas(aws));
        await deployment.UpAsync(mocks => SecretAsync(mocks, (There, "other"), ("eu-central-1", "key")));
        Assert.Equal("eu-central-1 key InSync, us-east-1 other InSync", Replicas(aws));
        Assert.Equal([$"update {Secret} secret"], deployment.Changes);
        Assert.Equal("other", aws.In(There).SecretsManager.DescribeSecret(new() { SecretId = "orders" }).KmsKeyId);

        await deployment.UpAsync(mocks => SecretAsync(mocks, (There, "other")));
        Assert.Empty(aws.In("eu-central-1").SecretsManager.ListSecrets(new()).SecretList);
        await deployment.UpAsync(mocks => SecretAsync(mocks, (There, "other")));
        Assert.Empty(deployment.Changes);

        await deployment.DestroyAsync();
        Assert.Empty(aws.In(There).SecretsManager.ListSecrets(new()).SecretList);
        Assert.Empty(aws.SecretsManager.ListSecrets(new()).SecretList);
    }

    [Fact]
    public async Task A_secret_that_is_deleted_by_hand_has_no_replicas_to_remove()
    {
        await using var aws = EmbeddedAws.Create(new() { ReplicationLag = TimeSpan.Zero });
        var deployment = Deployment(aws);
        await deployment.UpAsync(mocks => SecretAsync(mocks, (There, null)));
        aws.SecretsManager.RemoveRegionsFromReplication(new() { SecretId = "orders", RemoveReplicaRegions = [There] });
        aws.SecretsManager.DeleteSecret(new() { SecretId = "orders", ForceDeleteWithoutRecovery = true });

        await deployment.DestroyAsync();
    }

    private static LocalDeployment Deployment(EmbeddedAws aws) => new(new LocalDeploymentOptions { Aws = aws, RunFunction = _ => throw new NotSupportedException() });

    private static async Task AttachedAsync(IMocks mocks, string? region, string description)
    {
        var key = await MakeAsync(mocks, Key, "key", region, ("name", "orders (template)"), ("description", description), ("enabled", false));
        var plan = await MakeAsync(mocks, Plan, "plan", region, ("name", "orders"));
        await MakeAsync(mocks, PlanKey, "attached", region, ("keyId", key), ("keyType", "API_KEY"), ("usagePlanId", plan));
    }

    private static Task<string> SecretAsync(IMocks mocks, params (string Region, string? Key)[] replicas) => MakeAsync(
        mocks,
        Secret,
        "secret",
        region: null,
        ("name", "orders"),
        ("recoveryWindowInDays", 7),
        ("replicas", replicas.Select(object (replica) => new[] { ("region", replica.Region), ("kmsKeyId", replica.Key) }
            .Where(input => input.Item2 is not null).ToImmutableDictionary(input => input.Item1, object (input) => input.Item2!)).ToImmutableArray()));

    private static async Task<string> MakeAsync(IMocks mocks, string type, string name, string? region, params (string Name, object Value)[] inputs)
    {
        var (id, state) = await mocks.NewResourceAsync(new MockResourceArgs
        {
            Type = type,
            Name = name,
            Inputs = inputs.Concat(region is null ? [] : [("region", region)]).ToImmutableDictionary(input => input.Name, input => input.Value),
        });
        if (type is not Secret)
        {
            Assert.Equal(region ?? "eu-west-1", ((IReadOnlyDictionary<string, object>)state)["region"]);
        }

        return id!;
    }

    private static string Replicas(EmbeddedAws aws) => string.Join(
        ", ",
        aws.SecretsManager.DescribeSecret(new() { SecretId = "orders" }).ReplicationStatus!.Select(replica => $"{replica.Region} {replica.KmsKeyId} {replica.Status}").Order(StringComparer.Ordinal));

    private static void AssertEmpty(EmbeddedAws aws, string region)
    {
        Assert.Empty(aws.In(region).ApiGateway.GetApiKeys(new GetApiKeysRequest()).Items);
        Assert.Empty(aws.In(region).ApiGateway.GetUsagePlans(new GetUsagePlansRequest()).Items);
    }
}
