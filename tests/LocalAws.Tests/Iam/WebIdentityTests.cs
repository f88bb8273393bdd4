namespace LocalAws.Tests.Iam;

/// <summary>Roles that users of an OpenID Connect provider assume.</summary>
public sealed class WebIdentityTests
{
    private const string Issuer = "https://idp.example.com/tenant";
    private const string ProviderArn = "arn:aws:iam::123456789012:oidc-provider/idp.example.com/tenant";
    private const string Federated = $$"""{"Federated":"{{ProviderArn}}"}""";
    private const string Subject = """{"StringEquals":{"idp.example.com/tenant:sub":"alice"} }""";

    private static readonly WebIdentity Alice = new(Issuer, "app", "alice");

    [Theory]
    [InlineData(Federated, "sts:AssumeRoleWithWebIdentity", Subject, true)]
    [InlineData(Federated, "sts:AssumeRoleWithWebIdentity", """{"StringLike":{"idp.example.com/tenant:sub":"ali*"},"StringEquals":{"idp.example.com/tenant:aud":"app"} }""", true)]
    [InlineData(Federated, "sts:AssumeRoleWithWebIdentity", """{"StringEquals":{"idp.example.com/tenant:sub":"bob"} }""", false)]
    [InlineData(Federated, "sts:AssumeRoleWithWebIdentity", """{"StringEquals":{"idp.example.com/tenant:sub":"alice*"} }""", false)]
    [InlineData(Federated, "sts:AssumeRoleWithWebIdentity", """{"StringEquals":{"idp.example.com/tenant:aud":"other"} }""", false)]
    [InlineData(Federated, "sts:AssumeRoleWithWebIdentity", """{"StringEquals":{"idp.example.com:sub":"alice"} }""", false)]
    [InlineData(Federated, "sts:AssumeRole", Subject, false)]
    [InlineData($$"""{"Service":"{{ProviderArn}}"}""", "sts:AssumeRoleWithWebIdentity", Subject, false)]
    [InlineData($$"""{"AWS":"{{ProviderArn}}"}""", "sts:AssumeRoleWithWebIdentity", Subject, false)]
    [InlineData("""{"Federated":"arn:aws:iam::123456789012:oidc-provider/idp.example.com"}""", "sts:AssumeRoleWithWebIdentity", Subject, false)]
    public async Task A_trust_policy_names_the_provider_and_tests_the_tokens_claims(string principal, string action, string condition, bool trusted)
    {
        await using var aws = EmbeddedAws.Create();
        Assert.Equal(ProviderArn, aws.Iam.CreateOpenIdConnectProvider(Issuer, "app").Arn);
        Assert.Equal(ProviderArn, aws.Iam.FindOpenIdConnectProvider(Issuer)?.Arn);
        aws.Iam.CreateRole("reader", RoleCaller.Document($$""" "Effect":"Allow","Principal":{{principal}},"Action":"{{action}}","Condition":{{condition}}"""));

        if (trusted)
        {
            Assert.StartsWith("ASIA", aws.Iam.AssumeRoleWithWebIdentity("reader", "session", Alice).AccessKeyId, StringComparison.Ordinal);
        }
        else
        {
            Refuses("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", () => aws.Iam.AssumeRoleWithWebIdentity("reader", "session", Alice));
        }
    }

    [Fact]
    public async Task A_token_is_of_a_provider_of_the_account_and_has_one_of_its_audiences()
    {
        await using var aws = EmbeddedAws.Create();
        aws.Iam.CreateRole("reader", RoleCaller.Document($$""" "Effect":"Allow","Principal":{{Federated}},"Action":"sts:AssumeRoleWithWebIdentity" """));
        Refuses("InvalidIdentityToken", $"No OpenIDConnect provider found in your account for {Issuer}", () => aws.Iam.AssumeRoleWithWebIdentity("reader", "session", Alice));

        aws.Iam.CreateOpenIdConnectProvider(Issuer, "other", "app");
        Refuses("EntityAlreadyExists", $"Provider with url {Issuer} already exists.", () => aws.Iam.CreateOpenIdConnectProvider(Issuer, "app"));
        Refuses("ValidationError", "Invalid Open ID Connect Provider URL", () => aws.Iam.CreateOpenIdConnectProvider("http://idp.example.com", "app"));
        Refuses("InvalidIdentityToken", "Incorrect token audience", () => aws.Iam.AssumeRoleWithWebIdentity("reader", "session", Alice with { Audience = "third" }));
        Refuses("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", () => aws.Iam.AssumeRoleWithWebIdentity("nobody", "session", Alice));
        Assert.NotNull(aws.Iam.AssumeRoleWithWebIdentity("reader", "session", Alice));

        aws.Iam.DeleteOpenIdConnectProvider(Issuer);
        Assert.Null(aws.Iam.FindOpenIdConnectProvider(Issuer));
        Refuses("InvalidIdentityToken", $"No OpenIDConnect provider found in your account for {Issuer}", () => aws.Iam.AssumeRoleWithWebIdentity("reader", "session", Alice));
    }

    private static void Refuses(string code, string message, Action call)
    {
        var refused = Assert.Throws<AwsException>(call);
        Assert.Equal((code, message), (refused.Code, refused.Message));
    }
}
