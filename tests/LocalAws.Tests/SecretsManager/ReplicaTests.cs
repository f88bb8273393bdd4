using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using LocalAws.Tests.Iam;

namespace LocalAws.Tests.SecretsManager;

/// <summary>A replica in its own Region.</summary>
public sealed class ReplicaTests
{
    private const string There = "us-east-1";
    private const string ReadOnly = "Operation not permitted on a replica secret. Call must be made in primary secret's region.";
    private const string Policy = """{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"secretsmanager:DeleteSecret","Resource":"*"}}""";
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_replica_appears_after_the_lag_with_the_value_and_the_metadata()
    {
        await using var account = await StartAsync();
        var there = account.SecretsManagerIn(There);
        var primary = await CreateAsync(account, kmsKeyId: "key-of-there");
        await account.SecretsManager.PutResourcePolicyAsync(new PutResourcePolicyRequest { SecretId = "payments", ResourcePolicy = Policy });

        await AssertAws.RefusesAsync(400, "ResourceNotFoundException", text: null, () => DescribeAsync(there));
        account.Clock.Advance(Lag);
        var replica = await DescribeAsync(there);
        var value = await ReadAsync(there);

        Assert.Equal(primary.ARN.Replace("eu-west-1", There, StringComparison.Ordinal), replica.ARN);
        Assert.Equal(("payments", "of the example", "key-of-there", "eu-west-1"), (replica.Name, replica.Description, replica.KmsKeyId, replica.PrimaryRegion));
        Assert.Equal("team=payments", string.Join(',', replica.Tags.Select(tag => $"{tag.Key}={tag.Value}")));
        Assert.Equal(account.Clock.GetUtcNow().UtcDateTime, replica.CreatedDate!.Value.ToUniversalTime());
        Assert.Null(replica.ReplicationStatus);
        Assert.Equal((replica.ARN, "v1", primary.VersionId, "AWSCURRENT"), (value.ARN, value.SecretString, value.VersionId, Assert.Single(value.VersionStages)));
        Assert.Equal(Policy, (await there.GetResourcePolicyAsync(new GetResourcePolicyRequest { SecretId = replica.ARN })).ResourcePolicy);
    }

    [Fact]
    public async Task A_replica_follows_every_change_after_the_lag()
    {
        await using var account = await StartAsync();
        var there = account.SecretsManagerIn(There);
        var first = (await CreateAsync(account)).VersionId;
        account.Clock.Advance(Lag);

        var second = (await account.SecretsManager.PutSecretValueAsync(new PutSecretValueRequest { SecretId = "payments", SecretString = "v2" })).VersionId;
        await FollowsAsync("v2", async () => (await ReadAsync(there)).SecretString);
        Assert.Equal(["AWSPREVIOUS"], (await there.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "payments", VersionId = first })).VersionStages);

        await account.SecretsManager.UpdateSecretVersionStageAsync(
            new UpdateSecretVersionStageRequest { SecretId = "payments", VersionStage = "AWSCURRENT", RemoveFromVersionId = second, MoveToVersionId = first });
        await FollowsAsync("v1", async () => (await ReadAsync(there)).SecretString);
        await account.SecretsManager.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest { SecretId = "payments", VersionStage = "mine", MoveToVersionId = second });
        await FollowsAsync("v2", async () => (await ReadAsync(there, "mine")).SecretString);
        await account.SecretsManager.UpdateSecretAsync(new UpdateSecretRequest { SecretId = "payments", Description = "another" });
        await FollowsAsync("another", async () => (await DescribeAsync(there)).Description);
        await account.SecretsManager.TagResourceAsync(new TagResourceRequest { SecretId = "payments", Tags = [new Tag { Key = "a", Value = "b" }] });
        await FollowsAsync("a team", async () => string.Join(' ', (await DescribeAsync(there)).Tags.Select(tag => tag.Key).Order()));
        await account.SecretsManager.UntagResourceAsync(new UntagResourceRequest { SecretId = "payments", TagKeys = ["team"] });
        await FollowsAsync("a", async () => string.Join(' ', (await DescribeAsync(there)).Tags.Select(tag => tag.Key)));
        await account.SecretsManager.PutResourcePolicyAsync(new PutResourcePolicyRequest { SecretId = "payments", ResourcePolicy = Policy });
        await FollowsAsync(Policy, async () => (await there.GetResourcePolicyAsync(new GetResourcePolicyRequest { SecretId = "payments" })).ResourcePolicy);

        async Task FollowsAsync(string expected, Func<Task<string>> read)
        {
            account.Clock.Advance(Lag - TimeSpan.FromTicks(1));
            try
            {
                Assert.NotEqual(expected, await read());
            }
            catch (ResourceNotFoundException)
            {
                // A label that the replica does not have yet.
            }

            account.Clock.Advance(TimeSpan.FromTicks(1));
            Assert.Equal(expected, await read());
        }
    }

    [Fact]
    public async Task A_rotation_of_the_primary_reaches_the_replica()
    {
        await using var account = await StartAsync();
        var there = account.SecretsManagerIn(There);
        var function = account.Aws.Lambda.Register("rotate", invocation =>
        {
            var step = System.Text.Json.JsonDocument.Parse(invocation.Payload).RootElement;
            var (id, token) = (step.GetProperty("SecretId").GetString()!, step.GetProperty("ClientRequestToken").GetString()!);
            switch (step.GetProperty("Step").GetString())
            {
                case "createSecret":
                    account.Aws.SecretsManager.PutSecretValue(new() { SecretId = id, ClientRequestToken = token, SecretString = "rotated", VersionStages = ["AWSPENDING"] });
                    break;
                case "finishSecret":
                    var current = account.Aws.SecretsManager.GetSecretValue(new() { SecretId = id }).VersionId;
                    account.Aws.SecretsManager.UpdateSecretVersionStage(new() { SecretId = id, VersionStage = "AWSCURRENT", RemoveFromVersionId = current, MoveToVersionId = token });
                    break;
            }

            return Task.FromResult(ReadOnlyMemory<byte>.Empty);
        });
        account.AdmitSecretsManager("rotate");
        await CreateAsync(account);
        account.Clock.Advance(Lag);

        var rotated = (await account.SecretsManager.RotateSecretAsync(new RotateSecretRequest { SecretId = "payments", RotationLambdaARN = function })).VersionId;
        await account.Aws.SecretsManager.SettledAsync();
        Assert.Equal("v1", (await ReadAsync(there)).SecretString);
        account.Clock.Advance(Lag);

        Assert.Equal("rotated", (await ReadAsync(there)).SecretString);
        var replica = await DescribeAsync(there);
        Assert.Equal("AWSCURRENT", Assert.Single(replica.VersionIdsToStages[rotated]));
        Assert.Null(replica.RotationEnabled);
        Assert.Equal(2, replica.VersionIdsToStages.Count);
    }

    [Fact]
    public async Task An_open_rotation_shows_in_the_replica_and_a_test_leaves_no_trace()
    {
        await using var account = await StartAsync();
        var there = account.SecretsManagerIn(There);
        var function = account.Aws.Lambda.Register("rotate", _ => throw new InvalidOperationException());
        account.AdmitSecretsManager("rotate");
        await CreateAsync(account);

        await account.SecretsManager.RotateSecretAsync(new RotateSecretRequest { SecretId = "payments", RotationLambdaARN = function, RotateImmediately = false });
        await account.Aws.SecretsManager.SettledAsync();
        account.Clock.Advance(Lag);
        Assert.Single((await DescribeAsync(there)).VersionIdsToStages);

        var pending = (await account.SecretsManager.RotateSecretAsync(new RotateSecretRequest { SecretId = "payments" })).VersionId;
        await account.Aws.SecretsManager.SettledAsync();
        account.Clock.Advance(Lag);
        Assert.Equal(["AWSPENDING"], (await DescribeAsync(there)).VersionIdsToStages[pending]);
        await AssertAws.RefusesAsync(400, "ResourceNotFoundException", text: null, () => ReadAsync(there, "AWSPENDING"));
    }

    [Theory]
    [InlineData("PutSecretValue", ""","SecretString":"v2","ClientRequestToken":"11111111-1111-1111-1111-111111111111" """)]
    [InlineData("UpdateSecret", ""","Description":"d" """)]
    [InlineData("UpdateSecret", ""","KmsKeyId":"k" """)]
    [InlineData("UpdateSecretVersionStage", ""","VersionStage":"mine","MoveToVersionId":"11111111-1111-1111-1111-111111111111" """)]
    [InlineData("TagResource", ""","Tags":[{"Key":"a"}]""")]
    [InlineData("UntagResource", ""","TagKeys":["a"]""")]
    [InlineData("PutResourcePolicy", ""","ResourcePolicy":"{\"Statement\":{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}}" """)]
    [InlineData("DeleteResourcePolicy", "")]
    [InlineData("RotateSecret", ""","ClientRequestToken":"11111111-1111-1111-1111-111111111111","RotationLambdaARN":"arn:aws:lambda:us-east-1:123456789012:function:f" """)]
    [InlineData("CancelRotateSecret", "")]
    [InlineData("DeleteSecret", "")]
    [InlineData("DeleteSecret", ""","ForceDeleteWithoutRecovery":true""")]
    [InlineData("RestoreSecret", "")]
    [InlineData("ReplicateSecretToRegions", ""","AddReplicaRegions":[{"Region":"eu-west-2"}]""")]
    [InlineData("RemoveRegionsFromReplication", ""","RemoveReplicaRegions":["us-east-1"]""")]
    public async Task A_replica_refuses_changes(string operation, string rest)
    {
        await using var account = await StartAsync();
        await CreateAsync(account);
        account.Clock.Advance(Lag);
        var before = await DescribeAsync(account.SecretsManagerIn(There));

        var caller = new RoleCaller(account.Aws) { Region = There }.With(RoleCaller.Allow("*"));
        var answer = await caller.CallAsync(operation, $$"""{"SecretId":"payments"{{rest}}}""");

        Assert.Equal((400, "InvalidParameterException", ReadOnly), (answer.Status, answer.Code, answer.Message));
        var after = await DescribeAsync(account.SecretsManagerIn(There));
        Assert.Equal((before.LastChangedDate, before.Description, before.DeletedDate), (after.LastChangedDate, after.Description, after.DeletedDate));
    }

    [Fact]
    public async Task Lists_show_a_replica_with_its_primary_Region()
    {
        await using var account = await StartAsync();
        var there = account.SecretsManagerIn(There);
        await CreateAsync(account);
        await there.CreateSecretAsync(new CreateSecretRequest { Name = "of-there" });
        account.Clock.Advance(Lag);

        var listed = (await there.ListSecretsAsync(new ListSecretsRequest { SortBy = SortByType.Name })).SecretList;
        Assert.Equal(["of-there ", "payments eu-west-1"], listed.Select(secret => $"{secret.Name} {secret.PrimaryRegion}"));
        Assert.Equal("payments", Assert.Single((await there.ListSecretsAsync(Filtered("eu-west-1"))).SecretList).Name);
        Assert.Empty((await there.ListSecretsAsync(Filtered(There))).SecretList);
        Assert.Equal("v1", Assert.Single(account.Aws.In(There).SecretsManager.BatchGetSecretValue(new() { SecretIdList = ["payments"] }).SecretValues).SecretString);
        Assert.Single((await there.ListSecretVersionIdsAsync(new ListSecretVersionIdsRequest { SecretId = "payments" })).Versions);

        static ListSecretsRequest Filtered(string region) => new() { Filters = [new Filter { Key = FilterNameStringType.PrimaryRegion, Values = [region] }] };
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_status_shows_whether_the_replica_is_behind(bool staysInSync)
    {
        await using var account = await StartAsync(new UnknownBehaviours { ReplicaStaysInSync = staysInSync });
        var there = account.SecretsManagerIn(There);
        var created = await CreateAsync(account);
        Assert.Equal((StatusType.InProgress, (string?)null), Status(Assert.Single(created.ReplicationStatus)));
        account.Clock.Advance(Lag);
        Assert.Equal((StatusType.InSync, "Replication succeeded"), Status(await StatusAsync(account)));
        Assert.Null((await StatusAsync(account)).LastAccessedDate);

        await account.SecretsManager.PutSecretValueAsync(new PutSecretValueRequest { SecretId = "payments", SecretString = "v2" });
        Assert.Equal(staysInSync ? StatusType.InSync : StatusType.InProgress, (await StatusAsync(account)).Status);
        account.Clock.Advance(Lag);
        await ReadAsync(there);
        var status = await StatusAsync(account);
        Assert.Equal((StatusType.InSync, account.Clock.GetUtcNow().UtcDateTime.Date), (status.Status, status.LastAccessedDate!.Value.ToUniversalTime()));
        Assert.Null((await DescribeAsync(account.SecretsManager)).LastAccessedDate);

        static (StatusType, string?) Status(ReplicationStatusType status) => (status.Status, status.StatusMessage);
    }

    [Fact]
    public async Task Replication_stops_and_goes_on_and_has_a_lag_of_its_own_in_each_Region()
    {
        await using var account = await StartAsync();
        var (there, near) = (account.SecretsManagerIn(There), account.SecretsManagerIn("eu-west-2"));
        await CreateAsync(account);
        await account.SecretsManager.ReplicateSecretToRegionsAsync(new ReplicateSecretToRegionsRequest { SecretId = "payments", AddReplicaRegions = [new() { Region = "eu-west-2" }] });
        account.Aws.In("eu-west-2").SecretsManager.ReplicationLag = TimeSpan.FromSeconds(1);
        account.Clock.Advance(Lag);

        account.Aws.In(There).SecretsManager.ReplicationStopped = true;
        await account.SecretsManager.PutSecretValueAsync(new PutSecretValueRequest { SecretId = "payments", SecretString = "v2" });
        account.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(("v1", "v2"), ((await ReadAsync(there)).SecretString, (await ReadAsync(near)).SecretString));
        account.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal("v1", (await ReadAsync(there)).SecretString);
        Assert.Equal("InProgress InSync", string.Join(' ', (await DescribeAsync(account.SecretsManager)).ReplicationStatus.Select(status => status.Status)));

        account.Aws.In(There).SecretsManager.ReplicationStopped = false;
        Assert.Equal("v2", (await ReadAsync(there)).SecretString);
    }

    [Fact]
    public async Task A_secret_of_that_name_fails_the_replication_until_it_is_overwritten()
    {
        await using var account = await StartAsync();
        var there = account.SecretsManagerIn(There);
        await there.CreateSecretAsync(new CreateSecretRequest { Name = "payments", SecretString = "of there" });
        Assert.Equal(StatusType.InProgress, Assert.Single((await CreateAsync(account)).ReplicationStatus).Status);

        account.Clock.Advance(Lag);
        var failed = await StatusAsync(account);
        Assert.Equal((StatusType.Failed, "Replication failed: Secret name payments already exists in region us-east-1."), (failed.Status, failed.StatusMessage));
        await account.SecretsManager.PutSecretValueAsync(new PutSecretValueRequest { SecretId = "payments", SecretString = "v2" });
        account.Clock.Advance(Lag);
        Assert.Equal("of there", (await ReadAsync(there)).SecretString);
        Assert.Equal(StatusType.Failed, (await StatusAsync(account)).Status);

        await account.SecretsManager.ReplicateSecretToRegionsAsync(
            new ReplicateSecretToRegionsRequest { SecretId = "payments", AddReplicaRegions = [new() { Region = There }], ForceOverwriteReplicaSecret = true });
        account.Clock.Advance(Lag);
        Assert.Equal("v2", (await ReadAsync(there)).SecretString);
        Assert.Equal(StatusType.InSync, (await StatusAsync(account)).Status);
        Assert.Single((await there.ListSecretsAsync(new ListSecretsRequest())).SecretList);
    }

    [Fact]
    public async Task A_promoted_replica_is_a_secret_of_its_own()
    {
        await using var account = await StartAsync();
        var there = account.SecretsManagerIn(There);
        var arn = (await CreateAsync(account)).ARN.Replace("eu-west-1", There, StringComparison.Ordinal);
        account.Clock.Advance(Lag);
        await account.SecretsManager.PutSecretValueAsync(new PutSecretValueRequest { SecretId = "payments", SecretString = "v2" });

        // A client of the primary's Region finds the primary, which is no replica.
        await AssertAws.RefusesAsync(400, "InvalidRequestException", text: null, () => PromoteAsync(account.SecretsManager));
        account.Aws.In("eu-west-1").Outage = Fault.ConnectionReset();
        Assert.Equal(arn, (await PromoteAsync(there)).ARN);
        account.Aws.In("eu-west-1").Outage = null;

        account.Clock.Advance(Lag);
        Assert.Equal("v1", (await ReadAsync(there)).SecretString);
        await there.PutSecretValueAsync(new PutSecretValueRequest { SecretId = "payments", SecretString = "v3" });
        Assert.Equal("v3", (await ReadAsync(there)).SecretString);
        Assert.Null((await DescribeAsync(there)).PrimaryRegion);
        Assert.Null((await DescribeAsync(account.SecretsManager)).ReplicationStatus);
        Assert.Equal("v2", (await ReadAsync(account.SecretsManager)).SecretString);
        await AssertAws.RefusesAsync(400, "InvalidRequestException", text: null, () => PromoteAsync(there));
    }

    [Fact]
    public async Task A_replica_that_is_removed_goes_after_the_lag()
    {
        await using var account = await StartAsync();
        var there = account.SecretsManagerIn(There);
        await CreateAsync(account);
        account.Clock.Advance(Lag);

        await RemoveAsync(account);
        await account.SecretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = "payments", RecoveryWindowInDays = 7 });
        Assert.Equal("v1", (await ReadAsync(there)).SecretString);
        account.Clock.Advance(Lag);

        await AssertAws.RefusesAsync(400, "ResourceNotFoundException", text: null, () => DescribeAsync(there));
    }

    [Fact]
    public async Task A_primary_that_is_deleted_at_once_strands_the_replica_that_is_being_removed()
    {
        await using var account = await StartAsync();
        var there = account.SecretsManagerIn(There);
        await CreateAsync(account);
        account.Clock.Advance(Lag);

        await RemoveAsync(account);
        await account.SecretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = "payments", ForceDeleteWithoutRecovery = true });
        account.Clock.Advance(TimeSpan.FromDays(1));
        await AssertAws.RefusesAsync(400, "InvalidParameterException", ReadOnly, () => there.DeleteSecretAsync(new DeleteSecretRequest { SecretId = "payments" }));

        // It blocks the name, whatever the next primary wants.
        await CreateAsync(account, overwrites: true);
        account.Clock.Advance(Lag);
        var failed = await StatusAsync(account);
        Assert.Equal((StatusType.Failed, "Replication failed: Secret name payments is currently replicated to us-east-1 with a different arn."), (failed.Status, failed.StatusMessage));

        await PromoteAsync(there);
        await there.DeleteSecretAsync(new DeleteSecretRequest { SecretId = "payments", ForceDeleteWithoutRecovery = true });
        await account.SecretsManager.ReplicateSecretToRegionsAsync(new ReplicateSecretToRegionsRequest { SecretId = "payments", AddReplicaRegions = [new() { Region = There }] });
        account.Clock.Advance(Lag);
        Assert.Equal(StatusType.InSync, (await StatusAsync(account)).Status);
    }

    [Fact]
    public async Task A_replica_that_is_removed_and_added_again_is_there_again()
    {
        await using var account = await StartAsync();
        var there = account.SecretsManagerIn(There);
        await CreateAsync(account);
        account.Clock.Advance(Lag);

        await RemoveAsync(account);
        await account.SecretsManager.ReplicateSecretToRegionsAsync(
            new ReplicateSecretToRegionsRequest { SecretId = "payments", AddReplicaRegions = [new() { Region = There, KmsKeyId = "another" }] });
        account.Clock.Advance(Lag);

        Assert.Equal(("v1", "another"), ((await ReadAsync(there)).SecretString, (await DescribeAsync(there)).KmsKeyId));
        Assert.Equal(StatusType.InSync, (await StatusAsync(account)).Status);
    }

    [Fact]
    public async Task A_replica_is_in_a_Region_of_AWS()
    {
        await using var account = await StartAsync();
        await account.CreateSecretAsync();

        await AssertAws.RefusesAsync(400, "InvalidParameterException", "Invalid replica region.", () => account.SecretsManager.ReplicateSecretToRegionsAsync(
            new ReplicateSecretToRegionsRequest { SecretId = "payments", AddReplicaRegions = [new() { Region = "us-nowhere-1" }] }));
    }

    [Fact]
    public async Task Policies_see_a_replica_by_its_own_ARN_and_key()
    {
        await using var account = await StartAsync();
        var primary = (await CreateAsync(account, kmsKeyId: "key-of-there")).ARN;
        account.Clock.Advance(Lag);
        var arn = primary.Replace("eu-west-1", There, StringComparison.Ordinal);
        const string Key = "arn:aws:kms:us-east-1:123456789012:key/key-of-there";
        var caller = new RoleCaller(account.Aws) { Region = There };

        Assert.Equal((false, false, false, true), (await ReadsAsync(primary, Key), await ReadsAsync(arn, null), await ReadsAsync(arn, Key.Replace(There, "eu-west-1", StringComparison.Ordinal)), await ReadsAsync(arn, Key)));
        caller.With(RoleCaller.Allow("*", condition: """{"StringEquals":{"secretsmanager:ResourceTag/team":"payments"}}"""));
        Assert.True((await caller.CallAsync("DescribeSecret", """{"SecretId":"payments"}""")).IsSuccess);

        async Task<bool> ReadsAsync(string resource, string? key)
        {
            var decrypts = key is null ? "" : $$""" ,{"Effect":"Allow","Action":"kms:Decrypt","Resource":"{{key}}"} """;
            caller.With($$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"{{resource}}"}{{decrypts}}]}""");
            return (await caller.CallAsync("GetSecretValue", """{"SecretId":"payments"}""")).IsSuccess;
        }
    }

    [Theory]
    [InlineData("*", true)]
    [InlineData("arn:aws:secretsmanager:eu-west-1:123456789012:secret:payments-*", false)]
    public async Task The_resource_policy_of_the_primary_applies_to_the_replica_if_its_resource_does(string resource, bool applies)
    {
        await using var account = await StartAsync();
        var caller = new RoleCaller(account.Aws).With(RoleCaller.Allow("none:None"));
        await CreateAsync(account);
        await account.SecretsManager.PutResourcePolicyAsync(new PutResourcePolicyRequest
        {
            SecretId = "payments",
            ResourcePolicy = $$"""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/caller"},"Action":"secretsmanager:GetSecretValue","Resource":"{{resource}}"} }""",
        });
        account.Clock.Advance(Lag);

        Assert.True((await caller.CallAsync("GetSecretValue", """{"SecretId":"payments"}""")).IsSuccess);
        caller.Region = There;
        Assert.Equal(applies, (await caller.CallAsync("GetSecretValue", """{"SecretId":"payments"}""")).IsSuccess);
    }

    /// <summary>Each look at the clock is a second later, so that for one of the lags the change is due in the middle of the stale read.</summary>
    [Fact]
    public async Task A_change_that_arrives_during_a_stale_read_is_not_lost()
    {
        for (var lag = 1; lag <= 40; lag++)
        {
            var clock = new SteppingClock();
            await using var aws = EmbeddedAws.Create(new() { StaleReads = true, TimeProvider = clock, ReplicationLag = TimeSpan.FromSeconds(lag) });
            var caller = new RoleCaller(aws) { Region = There }.With(RoleCaller.Allow("*"));
            Assert.True((await caller.CallAsync("CreateSecret", """{"Name":"of-there"}""")).IsSuccess);
            aws.SecretsManager.CreateSecret(new() { Name = "payments", AddReplicaRegions = [new(There)] });

            aws.Faults = _ => Fault.StaleRead();
            Assert.Equal("ResourceNotFoundException", (await caller.CallAsync("DescribeSecret", """{"SecretId":"of-there"}""")).Code);
            clock.Now += TimeSpan.FromMinutes(1);

            Assert.Equal(2, aws.In(There).SecretsManager.ListSecrets(new()).SecretList.Count);
        }
    }

    private static Task<LocalAwsAccount> StartAsync(UnknownBehaviours? unknowns = null) =>
        LocalAwsAccount.StartAsync(new EmbeddedAwsOptions { ReplicationLag = Lag, RotationAttempts = 1, Unknowns = unknowns ?? new() });

    private static Task<CreateSecretResponse> CreateAsync(LocalAwsAccount account, string? kmsKeyId = null, bool overwrites = false) => account.SecretsManager.CreateSecretAsync(new CreateSecretRequest
    {
        Name = "payments",
        SecretString = "v1",
        Description = "of the example",
        Tags = [new Tag { Key = "team", Value = "payments" }],
        AddReplicaRegions = [new ReplicaRegionType { Region = There, KmsKeyId = kmsKeyId }],
        ForceOverwriteReplicaSecret = overwrites,
    });

    private static Task<DescribeSecretResponse> DescribeAsync(IAmazonSecretsManager client) => client.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "payments" });

    private static Task<GetSecretValueResponse> ReadAsync(IAmazonSecretsManager client, string? label = null) =>
        client.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "payments", VersionStage = label });

    private static Task<StopReplicationToReplicaResponse> PromoteAsync(IAmazonSecretsManager client) =>
        client.StopReplicationToReplicaAsync(new StopReplicationToReplicaRequest { SecretId = "payments" });

    private static Task<RemoveRegionsFromReplicationResponse> RemoveAsync(LocalAwsAccount account) =>
        account.SecretsManager.RemoveRegionsFromReplicationAsync(new RemoveRegionsFromReplicationRequest { SecretId = "payments", RemoveReplicaRegions = [There] });

    private static async Task<ReplicationStatusType> StatusAsync(LocalAwsAccount account) => Assert.Single((await DescribeAsync(account.SecretsManager)).ReplicationStatus);

    private sealed class SteppingClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2025, 1, 1, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now += TimeSpan.FromSeconds(1);
    }
}
