using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace Deployer.Tests;

/// <summary>The readers of a key, as roles that have no other permission.</summary>
[Collection(nameof(DeployerAccount))]
public sealed class ReaderTests
{
    private const string Other = "shop/refunds";
    private const string Elsewhere = "arn:aws:iam::210987654321:role/partner";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reader_reads_the_labels_AWSCURRENT_and_AWSPREVIOUS_and_nothing_else(bool withKmsKey)
    {
        await using var account = DeployerAccount.Start();
        var reader = account.MakeRole("pipeline");
        await account.UpAsync(Configuration(account, withKmsKey, reader));
        await account.RotateAsync();
        var (current, pending) = (await CurrentAsync(account), await OpenRotationAsync(account));
        using var asReader = account.SecretsManager(account.CredentialsOf(reader));
        using var asStranger = account.SecretsManager(account.CredentialsOf(account.MakeRole("stranger")));

        Assert.True(await account.ReadKeyAsync("AWSCURRENT") == KeyIn(await asReader.GetSecretValueAsync(Request())), "a read without a label is not AWSCURRENT");
        foreach (var label in new[] { "AWSCURRENT", "AWSPREVIOUS" })
        {
            Assert.True(await account.ReadKeyAsync(label) == KeyIn(await asReader.GetSecretValueAsync(Request(label))), $"another key is read than that of {label}");
            await AssertDeniedAsync(() => asStranger.GetSecretValueAsync(Request(label)));
        }

        await AssertDeniedAsync(() => asReader.GetSecretValueAsync(Request("AWSPENDING")));
        await AssertDeniedAsync(() => asReader.GetSecretValueAsync(Request(versionId: pending)));
        await AssertDeniedAsync(() => asReader.GetSecretValueAsync(Request("AWSCURRENT", versionId: current)));
        await AssertDeniedAsync(() => asReader.GetSecretValueAsync(new GetSecretValueRequest { SecretId = Other }));
        await AssertDeniedAsync(() => asReader.DescribeSecretAsync(new DescribeSecretRequest { SecretId = DeployerAccount.SecretName }));
        await AssertDeniedAsync(() => asReader.PutSecretValueAsync(new PutSecretValueRequest { SecretId = DeployerAccount.SecretName, SecretString = "{}" }));
    }

    [Fact]
    public async Task The_secrets_policy_with_readers_locks_nobody_out()
    {
        await using var account = DeployerAccount.Start();
        await account.UpAsync(Configuration(account, withKmsKey: true, account.MakeRole("pipeline")));
        var everything = account.MakeRole("administrator");
        account.Aws.Iam.PutRolePolicy("administrator", "everything", """{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}""");
        using var administrator = account.SecretsManager(account.CredentialsOf(everything));

        await account.RotateAsync(); // with the function's own role
        await account.AssertOpenAsync(account.Apis[0]);
        Assert.NotNull(KeyIn(await administrator.GetSecretValueAsync(Request(versionId: await CurrentAsync(account)))));
        var policy = await administrator.GetResourcePolicyAsync(new GetResourcePolicyRequest { SecretId = DeployerAccount.SecretName });
        await administrator.PutResourcePolicyAsync(new PutResourcePolicyRequest { SecretId = DeployerAccount.SecretName, ResourcePolicy = policy.ResourcePolicy, BlockPublicPolicy = true });
        await administrator.DeleteResourcePolicyAsync(new DeleteResourcePolicyRequest { SecretId = DeployerAccount.SecretName });
    }

    [Theory]
    [InlineData("Null", null)]
    [InlineData("StringEqualsIfExists", "CANARY")]
    public async Task Each_condition_of_the_readers_statement_is_needed(string condition, string? label)
    {
        await using var account = DeployerAccount.Start();
        var reader = account.MakeRole("pipeline");
        await account.UpAsync(Configuration(account, withKmsKey: false, reader));
        await account.RotateAsync();
        var pending = await OpenRotationAsync(account, labels: ["AWSPENDING", "CANARY"]);
        using var asReader = account.SecretsManager(account.CredentialsOf(reader));
        var request = label is null ? Request(versionId: pending) : Request(label);
        await AssertDeniedAsync(() => asReader.GetSecretValueAsync(request));

        var policy = JsonNode.Parse((await account.Secrets.GetResourcePolicyAsync(new GetResourcePolicyRequest { SecretId = DeployerAccount.SecretName })).ResourcePolicy)!;
        var statement = policy["Statement"]!.AsArray().Single(statement => (string?)statement!["Sid"] == "ReadKey")!;
        Assert.True(statement["Condition"]!.AsObject().Remove(condition));
        await account.Secrets.PutResourcePolicyAsync(new PutResourcePolicyRequest { SecretId = DeployerAccount.SecretName, ResourcePolicy = policy.ToJsonString() });

        await asReader.GetSecretValueAsync(request);
    }

    [Fact]
    public async Task A_readers_grant_decrypts_no_other_secret_of_the_KMS_key()
    {
        await using var account = DeployerAccount.Start();
        var reader = account.MakeRole("pipeline");
        await account.UpAsync(Configuration(account, withKmsKey: true, reader));
        account.Aws.Iam.PutRolePolicy("pipeline", "read", """{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}}""");
        using var asReader = account.SecretsManager(account.CredentialsOf(reader));

        await asReader.GetSecretValueAsync(Request());
        var refused = await Assert.ThrowsAnyAsync<AmazonSecretsManagerException>(() => asReader.GetSecretValueAsync(new GetSecretValueRequest { SecretId = Other }));
        Assert.Equal("Access to KMS is not allowed", refused.Message);
    }

    [Fact]
    public async Task A_reader_in_another_account_needs_there_each_statement_that_the_stack_outputs()
    {
        await using var account = DeployerAccount.Start();
        account.Aws.Iam.CreateRole(Elsewhere, """{"Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}""");
        await account.UpAsync(Configuration(account, withKmsKey: true, Elsewhere));
        var outputs = account.Stack.Keys[DeployerAccount.SecretName];
        Assert.DoesNotContain("readerPolicy", account.Stack.Keys[Other].Keys);
        var credentials = account.Aws.Iam.AssumeRole(Elsewhere, "test");
        using var partner = account.SecretsManager(new SessionAWSCredentials(credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken));
        var byArn = new GetSecretValueRequest { SecretId = outputs["secretArn"] };

        await AssertDeniedAsync(() => partner.GetSecretValueAsync(byArn));
        foreach (var sid in new[] { "ReadKey", "DecryptKey" })
        {
            var part = JsonNode.Parse(outputs["readerPolicy"])!;
            part["Statement"]!.AsArray().RemoveAll(statement => (string?)statement!["Sid"] == sid);
            account.Aws.Iam.PutRolePolicy(Elsewhere, "read", part.ToJsonString());
            await AssertDeniedAsync(() => partner.GetSecretValueAsync(byArn));
        }

        account.Aws.Iam.PutRolePolicy(Elsewhere, "read", outputs["readerPolicy"]);
        Assert.True(await account.ReadKeyAsync("AWSCURRENT") == KeyIn(await partner.GetSecretValueAsync(byArn)));
        await AssertDeniedAsync(() => partner.GetSecretValueAsync(Request())); // a name is one of the reader's own account
        await AssertDeniedAsync(() => partner.GetSecretValueAsync(new GetSecretValueRequest { SecretId = account.Stack.Keys[Other]["secretArn"] }));

        // Without this account's permission, the other account's policies permit nothing.
        await account.UpAsync(Configuration(account, withKmsKey: true));
        await AssertDeniedAsync(() => partner.GetSecretValueAsync(byArn));
    }

    [Fact]
    public async Task Who_is_no_longer_a_reader_keeps_no_permission_and_no_grant()
    {
        await using var account = DeployerAccount.Start();
        var (reader, another) = (account.MakeRole("pipeline"), account.MakeRole("another"));
        await account.UpAsync(Configuration(account, withKmsKey: true, reader, another));
        Assert.Equal([another, reader], account.Aws.Kms.ListGrants(KmsKey(account)).Select(grant => grant.GranteePrincipal).Order(StringComparer.Ordinal));
        using var asReader = account.SecretsManager(account.CredentialsOf(reader));
        await asReader.GetSecretValueAsync(Request());

        await account.UpAsync(Configuration(account, withKmsKey: true, another));
        Assert.Equal(2, account.Deployment.Changes.Count); // the policy is updated and the grant deleted
        await AssertDeniedAsync(() => asReader.GetSecretValueAsync(Request()));
        Assert.Equal(another, Assert.Single(account.Aws.Kms.ListGrants(KmsKey(account))).GranteePrincipal);

        await account.UpAsync(Configuration(account, withKmsKey: true, another));
        await account.Deployment.RefreshAsync();
        Assert.Empty(account.Deployment.Changes);
        await account.Deployment.DestroyAsync();
        Assert.Empty(account.Aws.Kms.ListGrants(KmsKey(account)));
    }

    [Fact]
    public async Task A_reader_that_was_deleted_and_created_again_reads_after_it_was_removed_and_added_again()
    {
        await using var account = DeployerAccount.Start();
        var reader = account.MakeRole("pipeline");
        await account.UpAsync(Configuration(account, withKmsKey: true, reader));
        account.Aws.Iam.DeleteRole("pipeline");
        account.MakeRole("pipeline");
        using var asReader = account.SecretsManager(account.CredentialsOf(reader));

        await account.UpAsync(Configuration(account, withKmsKey: true, reader));
        Assert.Empty(account.Deployment.Changes);
        await AssertDeniedAsync(() => asReader.GetSecretValueAsync(Request()));

        await account.UpAsync(Configuration(account, withKmsKey: true));
        await account.UpAsync(Configuration(account, withKmsKey: true, reader));
        Assert.NotNull(KeyIn(await asReader.GetSecretValueAsync(Request())));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reader_that_does_not_exist_stops_the_deployment_and_a_later_one_continues(bool withKmsKey)
    {
        await using var account = DeployerAccount.Start();
        var reader = $"arn:aws:iam::{account.Aws.AccountId}:role/pipeline";

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => account.UpAsync(Configuration(account, withKmsKey, reader)));
        Assert.Matches("This resource policy contains an unsupported principal|The grantee principal .* does not exist", refused.ToString());

        account.MakeRole("pipeline");
        await account.UpAsync(Configuration(account, withKmsKey, reader));
        using var asReader = account.SecretsManager(account.CredentialsOf(reader));
        Assert.NotNull(KeyIn(await asReader.GetSecretValueAsync(Request())));
    }

    private static object Configuration(DeployerAccount account, bool withKmsKey, params string[] readers) => new
    {
        recoveryWindowDays = 0,
        kmsKeyArn = withKmsKey ? KmsKey(account) : "",
        keys = new object[]
        {
            new { name = DeployerAccount.SecretName, usagePlanIds = account.Plans.Take(1), readers },
            new { name = Other, usagePlanIds = account.Plans.Take(1) },
        },
    };

    private static string KmsKey(DeployerAccount account) => $"arn:aws:kms:{account.Aws.Region}:{account.Aws.AccountId}:key/11111111-2222-3333-4444-555555555555";

    private static GetSecretValueRequest Request(string? label = null, string? versionId = null) =>
        new() { SecretId = DeployerAccount.SecretName, VersionStage = label, VersionId = versionId };

    /// <summary>A version as createSecret leaves it: stored, and not tested yet.</summary>
    private static async Task<string> OpenRotationAsync(DeployerAccount account, params List<string> labels)
    {
        var token = Guid.NewGuid().ToString();
        await account.Secrets.PutSecretValueAsync(new PutSecretValueRequest
        {
            SecretId = DeployerAccount.SecretName,
            ClientRequestToken = token,
            SecretString = "{}",
            VersionStages = labels.Count > 0 ? labels : ["AWSPENDING"],
        });
        return token;
    }

    private static async Task<string> CurrentAsync(DeployerAccount account) =>
        (await account.DescribeAsync()).VersionIdsToStages.Single(version => version.Value.Contains("AWSCURRENT")).Key;

    private static string? KeyIn(GetSecretValueResponse secret) => (string?)JsonNode.Parse(secret.SecretString)!["apiKey"];

    private static async Task AssertDeniedAsync(Func<Task> act) =>
        Assert.Equal("AccessDeniedException", (await Assert.ThrowsAnyAsync<AmazonServiceException>(act)).ErrorCode);
}
