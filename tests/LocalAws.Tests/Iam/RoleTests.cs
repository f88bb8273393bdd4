using Microsoft.Extensions.Time.Testing;

namespace LocalAws.Tests.Iam;

public sealed class RoleTests
{
    private const string Describe = """{"SecretId":"payments"}""";
    private const string Session = "arn:aws:sts::123456789012:assumed-role/caller/session";

    [Fact]
    public void A_role_and_its_policies_are_made_read_and_deleted()
    {
        using var aws = new Scope();
        var role = aws.Iam.CreateRole("rotation", RoleCaller.TrustsLambda);
        aws.Iam.PutRolePolicy("rotation", "b", RoleCaller.Allow("kms:*"));
        aws.Iam.PutRolePolicy("rotation", "a", RoleCaller.Allow("logs:*"));

        Assert.Equal(new Role("rotation", "arn:aws:iam::123456789012:role/rotation", RoleCaller.TrustsLambda), role);
        Assert.Equal(role, aws.Iam.GetRole("rotation"));
        Assert.Equal(["a", "b"], aws.Iam.ListRolePolicies("rotation"));
        Assert.Equal(RoleCaller.Allow("kms:*"), aws.Iam.GetRolePolicy("rotation", "b"));

        Refuses(409, "EntityAlreadyExists", "Role with name rotation already exists.", () => aws.Iam.CreateRole("rotation", RoleCaller.TrustsLambda));
        Refuses(409, "DeleteConflict", "Cannot delete entity, must delete policies first.", () => aws.Iam.DeleteRole("rotation"));
        aws.Iam.DeleteRolePolicy("rotation", "a");
        aws.Iam.DeleteRolePolicy("rotation", "b");
        Refuses(404, "NoSuchEntity", "The role policy with name b cannot be found.", () => aws.Iam.DeleteRolePolicy("rotation", "b"));
        Refuses(404, "NoSuchEntity", "The role policy with name b cannot be found.", () => aws.Iam.GetRolePolicy("rotation", "b"));
        aws.Iam.DeleteRole("rotation");
        Refuses(404, "NoSuchEntity", "The role with name rotation cannot be found.", () => aws.Iam.GetRole("rotation"));
        Refuses(404, "NoSuchEntity", "The role with name rotation cannot be found.", () => aws.Iam.AssumeRole("rotation", "s"));
    }

    [Fact]
    public void A_roles_policies_have_at_most_10240_characters_together_but_for_white_space()
    {
        using var aws = new Scope();
        aws.Iam.CreateRole("rotation", RoleCaller.TrustsLambda);
        aws.Iam.PutRolePolicy("rotation", "half", OfLength(5_120));
        aws.Iam.PutRolePolicy("rotation", "other", OfLength(5_120).PadRight(20_000));

        Refuses(
            409,
            "LimitExceeded",
            "Maximum policy size of 10240 bytes exceeded for role rotation",
            () => aws.Iam.PutRolePolicy("rotation", "other", OfLength(5_121)));
        Assert.Equal(20_000, aws.Iam.GetRolePolicy("rotation", "other").Length);

        static string OfLength(int length) => RoleCaller.Allow("s3:" + new string('x', length - RoleCaller.Allow("s3:").Count(character => !char.IsWhiteSpace(character))));
    }

    [Theory]
    [InlineData("no policy")]
    [InlineData("[]")]
    [InlineData("""{"Version":"2012-10-17"}""")]
    [InlineData("""{"Version":"2012-10-17","Statement":[]}""")]
    [InlineData("""{"Version":"2013-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}""")]
    [InlineData("""{"Statement":{"Effect":"allow","Action":"*","Resource":"*"}}""")]
    [InlineData("""{"Statement":{"Effect":"Allow","Resource":"*"}}""")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}}""")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"*"}}""")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":[],"Resource":"*"}}""")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":{},"Resource":"*"}}""")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"GetSecretValue","Resource":"*"}}""")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"*","Resource":"payments"}}""")]
    [InlineData("""{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}""")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEqual":{"a":"b"}}}}""")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NullIfExists":{"a":"true"}}}}""")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForSomeValues:StringEquals":{"a":"b"}}}}""")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"a:b":"c"}}}""")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${aws:username}"}}""")]
    public void A_malformed_policy_is_refused_and_changes_nothing(string document)
    {
        using var aws = new Scope();
        aws.Iam.CreateRole("rotation", RoleCaller.TrustsLambda);

        var refusal = Assert.Throws<AwsException>(() => aws.Iam.PutRolePolicy("rotation", "policy", document));

        Assert.Equal((400, "MalformedPolicyDocument"), (refusal.Status, refusal.Code));
        Assert.StartsWith("Syntax errors in policy.", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(aws.Iam.ListRolePolicies("rotation"));
    }

    [Fact]
    public void A_trust_policy_names_principals_and_no_resource()
    {
        using var aws = new Scope();

        Refuses(400, "MalformedPolicyDocument", null, () => aws.Iam.CreateRole("rotation", RoleCaller.Allow("sts:AssumeRole")));
        Refuses(400, "MalformedPolicyDocument", null, () => aws.Iam.CreateRole("rotation", RoleCaller.Document(""" "Effect":"Allow","Principal":"*","Action":"*","Resource":"*" """)));
    }

    [Fact]
    public async Task Refusals_have_the_status_and_the_words_of_each_service()
    {
        await using var aws = EmbeddedAws.Create();
        var secret = aws.SecretsManager.CreateSecret(new() { Name = "payments" });
        aws.Lambda.Register("f", invocation => Task.FromResult(invocation.Payload));
        var caller = new RoleCaller(aws);

        Assert.Equal(
            Denied(400, $"secretsmanager:DescribeSecret on resource: {secret.Arn} because no identity-based policy allows the secretsmanager:DescribeSecret action"),
            await caller.CallAsync("DescribeSecret", Describe));
        Assert.Equal(
            Denied(400, "secretsmanager:DescribeSecret on resource: unknown because no identity-based policy allows the secretsmanager:DescribeSecret action"),
            await caller.CallAsync("DescribeSecret", """{"SecretId":"unknown"}"""));
        Assert.Equal(
            Denied(400, "secretsmanager:ListSecrets because no identity-based policy allows the secretsmanager:ListSecrets action"),
            await caller.CallAsync("ListSecrets", "{}"));
        Assert.Equal(
            Denied(403, "apigateway:GET on resource: arn:aws:apigateway:eu-west-1::/apikeys/k because no identity-based policy allows the apigateway:GET action"),
            await caller.CallAsync("apigateway", "GET", "/apikeys/k"));
        Assert.Equal(
            Denied(403, "lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:123456789012:function:f because no identity-based policy allows the lambda:InvokeFunction action"),
            await caller.CallAsync("lambda", "POST", "/2015-03-31/functions/f/invocations", "{}"));

        caller.With(RoleCaller.Document(""" "Effect":"Allow","Action":"*","Resource":"*" """, """ "Effect":"Deny","Action":"apigateway:PATCH","Resource":"*" """));
        Assert.Equal(
            Denied(403, "apigateway:PATCH on resource: arn:aws:apigateway:eu-west-1::/apikeys/k with an explicit deny in an identity-based policy"),
            await caller.CallAsync("apigateway", "PATCH", "/apikeys/k", "{}"));
    }

    [Theory]
    [InlineData("AbCdEf", "AccessDeniedException")]
    [InlineData("??????", "ResourceNotFoundException")]
    public async Task A_secret_that_is_gone_is_judged_by_other_random_characters_than_it_had(string allowed, string code)
    {
        await using var aws = EmbeddedAws.Create();
        var arn = $"arn:aws:secretsmanager:{aws.Region}:{aws.AccountId}:secret:payments-";
        var caller = new RoleCaller(aws);
        caller.With(RoleCaller.Document($$""" "Effect":"Allow","Action":"secretsmanager:DescribeSecret","Resource":"{{arn}}{{allowed}}" """));

        Assert.Equal(code, (await caller.CallAsync("DescribeSecret", $$"""{"SecretId":"{{arn}}AbCdEf"}""")).Code);
    }

    [Fact]
    public async Task What_there_is_not_is_denied_or_not_found_by_what_policies_say_of_its_ARN()
    {
        await using var aws = EmbeddedAws.Create();
        var caller = new RoleCaller(aws).With(RoleCaller.Allow("*", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:payments-??????"));

        Assert.Equal("ResourceNotFoundException", (await caller.CallAsync("DescribeSecret", Describe)).Code);
        Assert.True((await caller.CallAsync("DescribeSecret", """{"SecretId":"payments-of-others"}""")).IsDenied);
        Assert.Equal("NotImplemented", (await caller.CallAsync("OperationToCome", Describe)).Code);
    }

    [Fact]
    public async Task Policies_of_a_role_count_together_and_a_change_counts_at_once()
    {
        await using var aws = EmbeddedAws.Create();
        aws.SecretsManager.CreateSecret(new() { Name = "payments" });
        var caller = new RoleCaller(aws);
        aws.Iam.PutRolePolicy("caller", "a", RoleCaller.Allow("secretsmanager:DescribeSecret"));
        aws.Iam.PutRolePolicy("caller", "b", RoleCaller.Allow("secretsmanager:ListSecrets"));
        Assert.True((await caller.CallAsync("DescribeSecret", Describe)).IsSuccess);
        Assert.True((await caller.CallAsync("ListSecrets", "{}")).IsSuccess);

        aws.Iam.PutRolePolicy("caller", "c", RoleCaller.Document(""" "Effect":"Deny","Action":"*","Resource":"*" """));
        Assert.True((await caller.CallAsync("DescribeSecret", Describe)).IsDenied);

        aws.Iam.DeleteRolePolicy("caller", "c");
        aws.Iam.DeleteRolePolicy("caller", "a");
        Assert.True((await caller.CallAsync("DescribeSecret", Describe)).IsDenied);
        Assert.True((await caller.CallAsync("ListSecrets", "{}")).IsSuccess);
    }

    [Fact]
    public async Task A_change_is_effective_after_the_lag_and_changes_come_in_order()
    {
        var clock = new FakeTimeProvider();
        await using var aws = EmbeddedAws.Create(new EmbeddedAwsOptions { TimeProvider = clock, PolicyLag = TimeSpan.FromSeconds(10) });
        aws.SecretsManager.CreateSecret(new() { Name = "payments" });
        var caller = new RoleCaller(aws).With(RoleCaller.Allow("secretsmanager:*"));
        clock.Advance(TimeSpan.FromSeconds(5));
        caller.With(RoleCaller.Allow("kms:*"));
        Assert.True((await caller.CallAsync("DescribeSecret", Describe)).IsDenied);

        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.True((await caller.CallAsync("DescribeSecret", Describe)).IsSuccess);

        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.True((await caller.CallAsync("DescribeSecret", Describe)).IsDenied);
    }

    [Theory]
    [InlineData("secretsmanager", 400)]
    [InlineData("apigateway", 403)]
    public async Task Credentials_of_a_deleted_role_and_ones_without_their_token_are_refused(string service, int status)
    {
        await using var aws = EmbeddedAws.Create();
        var caller = new RoleCaller(aws).With(RoleCaller.Allow("*"));
        var operation = service is "secretsmanager" ? "ListSecrets" : null;
        var refused = new Answer(status, "UnrecognizedClientException", "The security token included in the request is invalid.");
        Assert.True((await ListAsync()).IsSuccess);

        Assert.Equal(refused, await ListAsync(token: "another"));
        aws.Iam.DeleteRolePolicy("caller", "policy");
        aws.Iam.DeleteRole("caller");
        Assert.Equal(refused, await ListAsync());
        // A new role of the name is another one.
        aws.Iam.CreateRole("caller", RoleCaller.TrustsLambda);
        Assert.Equal(refused, await ListAsync());

        Task<Answer> ListAsync(string? token = null) =>
            caller.CallAsync(service, service is "apigateway" ? "GET" : "POST", service is "apigateway" ? "/apikeys" : "/", service is "apigateway" ? "" : "{}", operation, token);
    }

    [Fact]
    public async Task A_role_signs_with_its_own_secret_only()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        account.Aws.Iam.CreateRole("caller", RoleCaller.TrustsLambda);
        account.Aws.Iam.PutRolePolicy("caller", "policy", RoleCaller.Allow("*"));
        var credentials = account.Aws.Iam.AssumeRole("caller", "session");
        using var http = new HttpClient(new SigningHandler(credentials.AccessKeyId, "apigateway", secretAccessKey: "secret"));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(account.Aws.ServiceUrl, "/apikeys"));
        request.Headers.Add("X-Amz-Security-Token", credentials.SessionToken);

        using var response = await http.SendAsync(request);

        Assert.Equal((403, "InvalidSignatureException"), ((int)response.StatusCode, response.Headers.GetValues("x-amzn-ErrorType").Single()));
        Assert.DoesNotContain(credentials.SecretAccessKey, credentials.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(credentials.SessionToken, credentials.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_SDK_client_signs_as_a_role()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        account.Aws.Iam.CreateRole("caller", RoleCaller.TrustsLambda);
        account.Aws.Iam.PutRolePolicy("caller", "policy", RoleCaller.Allow("secretsmanager:*"));
        var credentials = account.Aws.Iam.AssumeRole("caller", "session");
        using var client = new Amazon.SecretsManager.AmazonSecretsManagerClient(
            new Amazon.Runtime.SessionAWSCredentials(credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken),
            new Amazon.SecretsManager.AmazonSecretsManagerConfig { ServiceURL = account.Aws.ServiceUrl.ToString(), AuthenticationRegion = "eu-west-1", MaxErrorRetry = 0 });

        await client.CreateSecretAsync(new Amazon.SecretsManager.Model.CreateSecretRequest { Name = "payments" });
        account.Aws.Iam.DeleteRolePolicy("caller", "policy");

        await AssertAws.RefusesAsync(400, "AccessDeniedException", text: null, () => client.CreateSecretAsync(new Amazon.SecretsManager.Model.CreateSecretRequest { Name = "orders" }));
        Assert.Equal(["payments"], account.Aws.SecretsManager.ListSecrets(new()).SecretList.Select(secret => secret.Name));
    }

    private static Answer Denied(int status, string text) => new(status, "AccessDeniedException", $"User: {Session} is not authorized to perform: {text}");

    private static void Refuses(int status, string code, string? text, Action call)
    {
        var refusal = Assert.Throws<AwsException>(call);
        Assert.Equal((status, code), (refusal.Status, refusal.Code));
        Assert.Equal(text ?? refusal.Message, refusal.Message);
    }

    /// <summary>An account of which only IAM is used: nothing in it has to be ended.</summary>
    private sealed class Scope : IDisposable
    {
        private readonly EmbeddedAws _aws = EmbeddedAws.Create();

        public IamService Iam => _aws.Iam;

        public void Dispose() => _aws.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
