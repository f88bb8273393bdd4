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

    [Theory]
    [InlineData("arn:aws:iam::123456789012:role/caller", "Decrypt", null, null, true)]
    [InlineData("arn:aws:iam::123456789012:role/other", "Decrypt", null, null, false)]
    [InlineData("arn:aws:iam::123456789012:root", "Decrypt", null, null, false)]
    [InlineData("arn:aws:iam::123456789012:role/caller", "GenerateDataKey", null, null, false)]
    [InlineData("arn:aws:iam::123456789012:role/caller", "Decrypt", "SecretARN", null, true)]
    [InlineData("arn:aws:iam::123456789012:role/caller", "Decrypt", "secretarn", null, true)]
    [InlineData("arn:aws:iam::123456789012:role/caller", "Decrypt", "Other", null, false)]
    [InlineData("arn:aws:iam::123456789012:role/caller", "Decrypt", null, "SecretARN", false)]
    [InlineData("arn:aws:iam::123456789012:role/caller", "Decrypt", null, "SecretARN SecretVersionId", true)]
    public async Task A_grant_opens_the_key_to_its_grantee_for_its_operations_and_encryption_context(
        string grantee, string operation, string? subset, string? equal, bool allowed)
    {
        await using var aws = EmbeddedAws.Create();
        var caller = new RoleCaller(aws);
        aws.Iam.CreateRole("other", RoleCaller.TrustsLambda);
        var arn = CreateSecret(aws, "Allow", "\"*\"", kmsKeyId: "0123");
        var version = aws.SecretsManager.DescribeSecret(new() { SecretId = arn }).VersionIdsToStages!.Single().Key;
        var grant = aws.Kms.CreateGrant(new()
        {
            KeyId = "arn:aws:kms:eu-west-1:123456789012:key/0123",
            GranteePrincipal = grantee,
            Operations = [operation],
            Constraints = new() { EncryptionContextSubset = Pairs(subset), EncryptionContextEquals = Pairs(equal) },
        });

        Assert.Equal(allowed, (await caller.CallAsync("GetSecretValue", Get)).IsSuccess);
        Assert.Equal("Access to KMS is not allowed", (await caller.CallAsync("GetSecretValue", $$"""{"SecretId":"{{CreateSecret(aws, "Allow", "\"*\"", kmsKeyId: "9876", name: "others")}}"}""")).Message);
        aws.Kms.RevokeGrant("0123", grant.GrantId);
        Assert.Empty(aws.Kms.ListGrants("0123"));
        Assert.Equal("Access to KMS is not allowed", (await caller.CallAsync("GetSecretValue", Get)).Message);

        Dictionary<string, string>? Pairs(string? keys) => keys?.Split(' ').ToDictionary(key => key, key => key is "SecretVersionId" ? version : arn);
    }

    [Theory]
    [InlineData("arn:aws:iam::123456789012:role/nobody", "Decrypt", "InvalidArnException")]
    [InlineData("caller", "Decrypt", "InvalidArnException")]
    [InlineData("arn:aws:iam::123456789012:root", "Read", "ValidationException")]
    [InlineData("arn:aws:iam::123456789012:root", null, "ValidationException")]
    [InlineData("arn:aws:iam::123456789012:root", "Decrypt", "ValidationException", true)]
    public async Task A_grant_that_is_none_is_refused(string grantee, string? operation, string code, bool twoConstraints = false)
    {
        await using var aws = EmbeddedAws.Create();
        _ = new RoleCaller(aws);
        var pairs = new Dictionary<string, string> { ["SecretARN"] = "arn" };

        var refused = Assert.Throws<AwsException>(() => aws.Kms.CreateGrant(new()
        {
            KeyId = "0123",
            GranteePrincipal = grantee,
            Operations = operation is null ? [] : [operation],
            Constraints = twoConstraints ? new() { EncryptionContextSubset = pairs, EncryptionContextEquals = pairs } : null,
        }));
        Assert.Equal(code, refused.Code);
        Assert.Equal("NotFoundException", Assert.Throws<AwsException>(() => aws.Kms.RevokeGrant("0123", "unknown")).Code);
    }

    [Fact]
    public async Task A_named_grant_that_is_requested_again_is_the_same_grant()
    {
        await using var aws = EmbeddedAws.Create();
        var request = new LocalAws.Kms.CreateGrantRequest { KeyId = "0123", GranteePrincipal = "arn:aws:iam::123456789012:root", Operations = ["Decrypt"], Name = "reader" };

        Assert.Equal(aws.Kms.CreateGrant(request).GrantId, aws.Kms.CreateGrant(request).GrantId);
        Assert.NotEqual(aws.Kms.CreateGrant(request).GrantId, aws.Kms.CreateGrant(request with { Operations = ["Encrypt"] }).GrantId);
        Assert.NotEqual(aws.Kms.CreateGrant(request with { Name = null }).GrantId, aws.Kms.CreateGrant(request with { Name = null }).GrantId);
    }

    [Theory]
    [InlineData("arn:aws:iam::210987654321:role/partner", true, true, true)]
    [InlineData("arn:aws:iam::210987654321:role/partner", true, false, false)]
    [InlineData("arn:aws:iam::210987654321:root", true, true, true)]
    [InlineData("arn:aws:iam::210987654321:root", true, false, false)]
    [InlineData("*", true, false, false)]
    [InlineData("arn:aws:iam::123456789012:root", true, true, false)]
    [InlineData("arn:aws:iam::210987654321:root", false, true, false)]
    public async Task A_role_of_another_account_needs_both_accounts_and_the_secrets_ARN(string principal, bool byArn, bool permittedThere, bool allowed)
    {
        const string Partner = "arn:aws:iam::210987654321:role/partner";
        await using var aws = EmbeddedAws.Create();
        var caller = new RoleCaller(aws, Partner);
        var arn = CreateSecret(aws, "Allow", $$"""{"AWS":"{{principal}}"}""");
        if (permittedThere)
        {
            caller.With(RoleCaller.Allow("*"));
        }

        var answer = await caller.CallAsync("GetSecretValue", byArn ? $$"""{"SecretId":"{{arn}}"}""" : Get);

        Assert.Equal(allowed, answer.IsSuccess);
        Assert.Equal(!allowed, answer.IsDenied);
        Assert.True((await caller.CallAsync("GetRandomPassword", "{}")).IsDenied);
    }

    [Fact]
    public async Task A_policy_and_a_grant_permit_a_later_role_of_the_same_name_nothing()
    {
        await using var aws = EmbeddedAws.Create();
        var principal = """{"AWS":"arn:aws:iam::123456789012:role/caller"}""";
        CreateSecret(aws, "Allow", principal, kmsKeyId: "0123");
        aws.Kms.CreateGrant(new() { KeyId = "0123", GranteePrincipal = "arn:aws:iam::123456789012:role/caller", Operations = ["Decrypt"] });
        Assert.True((await new RoleCaller(aws).CallAsync("GetSecretValue", Get)).IsSuccess);

        aws.Iam.DeleteRole("caller");
        var later = new RoleCaller(aws);

        Assert.True((await later.CallAsync("GetSecretValue", Get)).IsDenied);
        var policy = aws.SecretsManager.GetResourcePolicy(new() { SecretId = "payments" }).ResourcePolicy!;
        Assert.Matches("\"AWS\":\"AROA[A-Z2-7]{17}\"", policy);
        Assert.Matches("^AROA[A-Z2-7]{17}$", Assert.Single(aws.Kms.ListGrants("0123")).GranteePrincipal);
        Assert.Equal("MalformedPolicyDocumentException", Assert.Throws<AwsException>(() => aws.SecretsManager.PutResourcePolicy(new() { SecretId = "payments", ResourcePolicy = policy })).Code);

        aws.SecretsManager.PutResourcePolicy(new() { SecretId = "payments", ResourcePolicy = RoleCaller.Document($$""" "Effect":"Allow","Principal":{{principal}},"Action":"secretsmanager:GetSecretValue","Resource":"*" """) });
        Assert.Equal("Access to KMS is not allowed", (await later.CallAsync("GetSecretValue", Get)).Message);
        aws.Kms.CreateGrant(new() { KeyId = "0123", GranteePrincipal = "arn:aws:iam::123456789012:role/caller", Operations = ["Decrypt"] });
        Assert.True((await later.CallAsync("GetSecretValue", Get)).IsSuccess);
    }

    [Fact]
    public async Task A_role_of_another_account_is_not_the_role_of_that_name_here()
    {
        await using var aws = EmbeddedAws.Create();
        var caller = new RoleCaller(aws).With(RoleCaller.Allow("*"));
        aws.Iam.CreateRole("arn:aws:iam::210987654321:role/caller", RoleCaller.TrustsLambda);
        CreateSecret(aws, "Allow", "\"*\"");

        aws.Iam.DeleteRole("arn:aws:iam::210987654321:role/caller");

        Assert.True((await caller.CallAsync("GetSecretValue", Get)).IsSuccess);
        Assert.Equal("arn:aws:iam::123456789012:role/caller", aws.Iam.GetRole("caller").Arn);
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

    private static string CreateSecret(EmbeddedAws aws, string effect, string principal, string? kmsKeyId = null, string name = "payments")
    {
        foreach (var role in new[] { "caller", "other" }.Where(role => principal.Contains(":role/" + role, StringComparison.Ordinal)))
        {
            aws.Iam.CreateRole(role, RoleCaller.TrustsLambda);
        }

        var secret = aws.SecretsManager.CreateSecret(new() { Name = name, SecretString = "v", ClientRequestToken = Guid.NewGuid().ToString(), KmsKeyId = kmsKeyId });
        aws.SecretsManager.PutResourcePolicy(new()
        {
            SecretId = name,
            ResourcePolicy = RoleCaller.Document($$""" "Effect":"{{effect}}","Principal":{{principal}},"Action":"secretsmanager:GetSecretValue","Resource":"*" """),
        });
        return secret.Arn;
    }
}
