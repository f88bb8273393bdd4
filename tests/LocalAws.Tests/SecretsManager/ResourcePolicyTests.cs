using Amazon.SecretsManager.Model;

namespace LocalAws.Tests.SecretsManager;

public sealed class ResourcePolicyTests
{
    private const string AnotherAccount = """{"AWS":"arn:aws:iam::111122223333:root"}""";

    [Fact]
    public async Task A_policy_is_read_back_as_it_was_put_until_it_is_deleted()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var arn = (await account.CreateSecretAsync()).ARN;
        var policy = Policy(AnotherAccount);
        Assert.Null((await GetAsync(account)).ResourcePolicy);

        var put = await PutAsync(account, policy);
        var read = await GetAsync(account);
        var deleted = await account.SecretsManager.DeleteResourcePolicyAsync(new DeleteResourcePolicyRequest { SecretId = "payments" });

        Assert.Equal((arn, "payments"), (put.ARN, put.Name));
        Assert.Equal((arn, "payments", policy), (read.ARN, read.Name, read.ResourcePolicy));
        Assert.Equal((arn, "payments"), (deleted.ARN, deleted.Name));
        Assert.Null((await GetAsync(account)).ResourcePolicy);
    }

    [Theory]
    [InlineData("no policy")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"Version":"2012-10-17","Statement":[]}""")]
    [InlineData("""{"Version":"2019-10-19","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}""")]
    [InlineData("""{"Version":"2012-10-17","Statement":{"Effect":"Permit","Principal":"*","Action":"*","Resource":"*"}}""")]
    [InlineData("""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}""")]
    [InlineData("""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"arn:aws:iam::111122223333:root","Action":"*","Resource":"*"}}""")]
    [InlineData("""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Resource":"*"}}""")]
    [InlineData("""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*"}}""")]
    public async Task A_policy_that_is_none_is_refused(string policy)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();

        await AssertAws.RefusesAsync(
            400, "MalformedPolicyDocumentException", "This resource policy contains a syntax error.", () => PutAsync(account, policy));
        Assert.Null((await GetAsync(account)).ResourcePolicy);
    }

    [Fact]
    public async Task A_policy_has_at_most_20480_characters()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        var policy = Policy(AnotherAccount);

        await PutAsync(account, policy.PadRight(20_480));
        await AssertAws.RefusesAsync(400, "ValidationException", text: null, () => PutAsync(account, policy.PadRight(20_481)));
    }

    [Theory]
    [InlineData("\"*\"", "{}")]
    [InlineData("""{"AWS":"*"}""", "{}")]
    [InlineData("""{"AWS":["arn:aws:iam::111122223333:root","*"]}""", "{}")]
    [InlineData("\"*\"", """{"StringLike":{"aws:PrincipalArn":"*"}}""")]
    [InlineData("\"*\"", """{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}""")]
    [InlineData("\"*\"", """{"StringNotEquals":{"aws:SourceAccount":"111122223333"}}""")]
    [InlineData("\"*\"", """{"StringEqualsIfExists":{"aws:SourceAccount":"111122223333"}}""")]
    [InlineData("\"*\"", """{"StringEquals":{"secretsmanager:VersionStage":"AWSCURRENT"}}""")]
    public async Task A_policy_that_lets_anyone_in_is_refused_only_when_asked(string principal, string condition)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        var policy = Policy(principal, condition);

        await AssertAws.RefusesAsync(400, "PublicPolicyException", text: null, () => PutAsync(account, policy, block: true));
        Assert.Null((await GetAsync(account)).ResourcePolicy);
        await PutAsync(account, policy);
        Assert.Equal(policy, (await GetAsync(account)).ResourcePolicy);
    }

    [Theory]
    [InlineData(AnotherAccount, "{}", "Allow")]
    [InlineData("""{"Service":"lambda.amazonaws.com"}""", "{}", "Allow")]
    [InlineData("\"*\"", "{}", "Deny")]
    [InlineData("\"*\"", """{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}""", "Allow")]
    [InlineData("\"*\"", """{"ArnLike":{"aws:PrincipalArn":["arn:aws:iam::111122223333:role/*"]}}""", "Allow")]
    public async Task A_policy_that_names_who_comes_in_is_not_public(string principal, string condition, string effect)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();

        await PutAsync(account, Policy(principal, condition, effect), block: true);

        Assert.NotNull((await GetAsync(account)).ResourcePolicy);
    }

    [Theory]
    [InlineData("arn:aws:iam::123456789012:role/pipeline", false)]
    [InlineData("arn:aws:iam::111122223333:role/partner", false)]
    [InlineData("pipeline", false)]
    [InlineData("AROAABCDEFGHIJKLMNOPQ", false)]
    [InlineData("arn:aws:iam::111122223333:root", true)]
    [InlineData("111122223333", true)]
    [InlineData("arn:aws:iam::123456789012:user/someone", true)]
    public async Task A_policy_names_no_role_that_does_not_exist(string principal, bool accepted)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        var policy = Policy($$"""{"AWS":["arn:aws:iam::111122223333:root","{{principal}}"]}""");
        if (!accepted)
        {
            await AssertAws.RefusesAsync(
                400, "MalformedPolicyDocumentException", "This resource policy contains an unsupported principal.", () => PutAsync(account, policy, block: true));
            Assert.Null((await GetAsync(account)).ResourcePolicy);
            if (!principal.StartsWith("arn:", StringComparison.Ordinal))
            {
                return;
            }

            account.Aws.Iam.CreateRole(principal, """{"Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}""");
        }

        await PutAsync(account, policy, block: true);
    }

    [Fact]
    public async Task Validation_attaches_nothing_and_says_what_is_wrong()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();

        var narrow = account.Aws.SecretsManager.ValidateResourcePolicy(new() { SecretId = "payments", ResourcePolicy = Policy(AnotherAccount) });
        var open = account.Aws.SecretsManager.ValidateResourcePolicy(new() { SecretId = "payments", ResourcePolicy = Policy("\"*\"") });

        Assert.True(narrow.PolicyValidationPassed);
        Assert.Empty(narrow.ValidationErrors);
        Assert.False(open.PolicyValidationPassed);
        Assert.Single(open.ValidationErrors);
        Assert.Null((await GetAsync(account)).ResourcePolicy);
    }

    [Fact]
    public async Task An_unknown_secret_and_one_marked_for_deletion_take_no_policy()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await AssertAws.RefusesAsync(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.", () => GetAsync(account));
        await account.CreateSecretAsync();
        await account.SecretsManager.DeleteSecretAsync(new DeleteSecretRequest { SecretId = "payments" });

        await AssertAws.RefusesAsync(400, "InvalidRequestException", text: null, () => PutAsync(account, Policy(AnotherAccount)));
    }

    private static string Policy(string principal, string condition = "{}", string effect = "Allow") => $$"""
        {"Version":"2012-10-17","Statement":[
         {"Effect":"{{effect}}","Principal":{{principal}},"Action":"secretsmanager:GetSecretValue","Resource":"*","Condition":{{condition}}}]}
        """;

    private static Task<PutResourcePolicyResponse> PutAsync(LocalAwsAccount account, string policy, bool? block = null) =>
        account.SecretsManager.PutResourcePolicyAsync(
            new PutResourcePolicyRequest { SecretId = "payments", ResourcePolicy = policy, BlockPublicPolicy = block });

    private static Task<GetResourcePolicyResponse> GetAsync(LocalAwsAccount account) =>
        account.SecretsManager.GetResourcePolicyAsync(new GetResourcePolicyRequest { SecretId = "payments" });
}
