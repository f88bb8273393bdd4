using Microsoft.Extensions.Time.Testing;

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

    [Fact]
    public async Task A_changed_trust_policy_takes_effect_later_and_keeps_the_roles_policies()
    {
        var time = new FakeTimeProvider();
        await using var aws = EmbeddedAws.Create(new EmbeddedAwsOptions { TimeProvider = time, PolicyLag = TimeSpan.FromSeconds(5) });
        aws.Iam.CreateOpenIdConnectProvider(Issuer, "app");
        var role = aws.Iam.CreateRole("reader", Trusting("alice"));
        aws.Iam.PutRolePolicy("reader", "policy", RoleCaller.Allow("s3:GetObject"));
        time.Advance(TimeSpan.FromSeconds(5));

        aws.Iam.UpdateAssumeRolePolicy("reader", Trusting("bob"));
        Assert.Equal(Trusting("bob"), aws.Iam.GetRole("reader").AssumeRolePolicyDocument);
        Assert.Equal((true, false), (Trusts("alice"), Trusts("bob")));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal((false, true), (Trusts("alice"), Trusts("bob")));
        Assert.True(aws.Iam.Allows(role.Arn, "s3:GetObject", "*"));

        Refuses("NoSuchEntity", "The role with name nobody cannot be found.", () => aws.Iam.UpdateAssumeRolePolicy("nobody", Trusting("bob")));
        Assert.Equal("MalformedPolicyDocument", Assert.Throws<AwsException>(() => aws.Iam.UpdateAssumeRolePolicy("reader", RoleCaller.Allow("*"))).Code);

        bool Trusts(string subject)
        {
            try
            {
                return aws.Iam.AssumeRoleWithWebIdentity("reader", "session", Alice with { Subject = subject }) is not null;
            }
            catch (AwsException denied) when (denied.Code is "AccessDenied")
            {
                return false;
            }
        }

        static string Trusting(string subject) => RoleCaller.Document(
            $$""" "Effect":"Allow","Principal":{{Federated}},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"idp.example.com/tenant:sub":"{{subject}}"} } """);
    }

    private static void Refuses(string code, string message, Action call)
    {
        var refused = Assert.Throws<AwsException>(call);
        Assert.Equal((code, message), (refused.Code, refused.Message));
    }
}
