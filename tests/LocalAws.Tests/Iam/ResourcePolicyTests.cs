namespace LocalAws.Tests.Iam;

/// <summary>What the policies of secrets and functions do to a role's calls.</summary>
public sealed class ResourcePolicyTests
{
    private const string Get = """{"SecretId":"payments"}""";
    private const string Invoke = "/2015-03-31/functions/f/invocations";

    [Theory]
    [InlineData("Allow", """{"AWS":"arn:aws:iam::123456789012:role/caller"}""", true)]
    [InlineData("Allow", "\"*\"", true)]
    [InlineData("Allow", """{"AWS":"arn:aws:iam::123456789012:role/other"}""", false)]
    [InlineData("Allow", """{"AWS":"arn:aws:iam::123456789012:root"}""", false)]
    [InlineData("Deny", "\"*\"", false)]
    public async Task A_secrets_policy_lets_a_role_in_that_has_none(string effect, string principal, bool allowed)
    {
        await using var aws = EmbeddedAws.Create();
        CreateSecret(aws, effect, principal);

        Assert.Equal(allowed, (await new RoleCaller(aws).CallAsync("GetSecretValue", Get)).IsSuccess);
    }

    [Theory]
    [InlineData("\"*\"")]
    [InlineData("""{"AWS":"arn:aws:iam::123456789012:root"}""")]
    [InlineData("""{"AWS":"arn:aws:iam::123456789012:role/caller"}""")]
    public async Task A_secrets_policy_denies_whatever_the_roles_own_allows(string principal)
    {
        await using var aws = EmbeddedAws.Create();
        var arn = CreateSecret(aws, "Deny", principal);
        var caller = new RoleCaller(aws).With(RoleCaller.Allow("*"));

        Assert.Equal(
            new Answer(
                400,
                "AccessDeniedException",
                $"User: arn:aws:sts::123456789012:assumed-role/caller/session is not authorized to perform: secretsmanager:GetSecretValue on resource: {arn} with an explicit deny in a resource-based policy"),
            await caller.CallAsync("GetSecretValue", Get));
        Assert.True((await caller.CallAsync("DescribeSecret", Get)).IsSuccess);
        aws.SecretsManager.DeleteResourcePolicy(new() { SecretId = "payments" });
        Assert.True((await caller.CallAsync("GetSecretValue", Get)).IsSuccess);
    }

    [Fact]
    public async Task A_roles_denial_wins_over_the_secrets_policy()
    {
        await using var aws = EmbeddedAws.Create();
        CreateSecret(aws, "Allow", "\"*\"");
        var caller = new RoleCaller(aws).With(RoleCaller.Document(""" "Effect":"Deny","Action":"secretsmanager:*","Resource":"*" """));

        Assert.EndsWith("with an explicit deny in an identity-based policy", (await caller.CallAsync("GetSecretValue", Get)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secrets_policy_does_not_open_its_key()
    {
        await using var aws = EmbeddedAws.Create();
        CreateSecret(aws, "Allow", "\"*\"", kmsKeyId: "alias/mine");
        var caller = new RoleCaller(aws);

        Assert.Equal("Access to KMS is not allowed", (await caller.CallAsync("GetSecretValue", Get)).Message);
        caller.With(RoleCaller.Allow("kms:Decrypt"));
        Assert.True((await caller.CallAsync("GetSecretValue", Get)).IsSuccess);
    }

    [Fact]
    public async Task A_role_is_not_asked_for_AWSs_own_key()
    {
        await using var aws = EmbeddedAws.Create();
        CreateSecret(aws, "Allow", "\"*\"", kmsKeyId: "alias/aws/secretsmanager");

        Assert.True((await new RoleCaller(aws).CallAsync("GetSecretValue", Get)).IsSuccess);
    }

    [Theory]
    [InlineData("arn:aws:iam::123456789012:role/caller", "lambda:InvokeFunction", true)]
    [InlineData("*", "lambda:InvokeFunction", true)]
    [InlineData("arn:aws:iam::123456789012:role/other", "lambda:InvokeFunction", false)]
    [InlineData("arn:aws:iam::123456789012:role/caller", "lambda:GetFunction", false)]
    [InlineData("secretsmanager.amazonaws.com", "lambda:InvokeFunction", false)]
    public async Task A_functions_policy_lets_a_role_invoke_it(string principal, string action, bool allowed)
    {
        await using var aws = EmbeddedAws.Create();
        aws.Lambda.Register("f", invocation => Task.FromResult(invocation.Payload));
        aws.Lambda.AddPermission(new() { FunctionName = "f", StatementId = "s", Action = action, Principal = principal });

        Assert.Equal(allowed, (await new RoleCaller(aws).CallAsync("lambda", "POST", Invoke, "{}")).IsSuccess);
    }

    [Fact]
    public async Task The_source_ARN_of_a_functions_policy_is_not_in_what_Secrets_Manager_or_a_role_asks()
    {
        await using var aws = EmbeddedAws.Create();
        aws.Lambda.Register("f", invocation => Task.FromResult(invocation.Payload));
        aws.Lambda.AddPermission(new() { FunctionName = "f", StatementId = "s", Action = "lambda:*", Principal = "*", SourceArn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:*" });

        Assert.True((await new RoleCaller(aws).CallAsync("lambda", "POST", Invoke, "{}")).IsDenied);
        Assert.False(aws.Lambda.Admits("f", "secretsmanager.amazonaws.com"));
    }

    [Fact]
    public async Task The_administrator_is_held_back_by_no_policy()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        CreateSecret(account.Aws, "Deny", "\"*\"");

        Assert.Equal("v", (await account.SecretsManager.GetSecretValueAsync(new Amazon.SecretsManager.Model.GetSecretValueRequest { SecretId = "payments" })).SecretString);
    }

    private static string CreateSecret(EmbeddedAws aws, string effect, string principal, string? kmsKeyId = null)
    {
        var secret = aws.SecretsManager.CreateSecret(new() { Name = "payments", SecretString = "v", ClientRequestToken = Guid.NewGuid().ToString(), KmsKeyId = kmsKeyId });
        aws.SecretsManager.PutResourcePolicy(new()
        {
            SecretId = "payments",
            ResourcePolicy = RoleCaller.Document($$""" "Effect":"{{effect}}","Principal":{{principal}},"Action":"secretsmanager:GetSecretValue","Resource":"*" """),
        });
        return secret.Arn;
    }
}
