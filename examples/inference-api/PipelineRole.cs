using System.Text.Json;
using Pulumi;
using Aws = Pulumi.Aws;

namespace InferenceApi;

/// <summary>The role of a GitHub Actions pipeline. It reads the key, and nothing else.</summary>
internal static class PipelineRole
{
    private const string Issuer = "token.actions.githubusercontent.com";
    private const string Audience = "sts.amazonaws.com";

    private static readonly string[] Labels = ["AWSCURRENT", "AWSPREVIOUS"];

    /// <summary>Creates the role. An account has one OpenID Connect provider for GitHub, so it is looked up unless the settings ask for it.</summary>
    public static Aws.Iam.Role Create(Settings settings, Output<string> secretArn)
    {
        var provider = settings.CreateOidcProvider
            ? new Aws.Iam.OpenIdConnectProvider("github", new() { Url = "https://" + Issuer, ClientIdLists = { Audience } }).Arn
            : Aws.Iam.GetOpenIdConnectProvider.Invoke(new() { Url = "https://" + Issuer }).Apply(found => found.Arn);
        var role = new Aws.Iam.Role("pipeline", new()
        {
            Description = "Reads the key of the inference API in workflows of GitHub Actions",
            AssumeRolePolicy = provider.Apply(arn => Trust(arn, settings.Subjects)),
        });
        _ = new Aws.Iam.RolePolicy("pipeline", new() { Role = role.Name, Policy = secretArn.Apply(ReadKey) });
        return role;
    }

    private static string Trust(string providerArn, IEnumerable<string> subjects) => Policy(new Dictionary<string, object>
    {
        ["Effect"] = "Allow",
        ["Principal"] = new Dictionary<string, object> { ["Federated"] = providerArn },
        ["Action"] = "sts:AssumeRoleWithWebIdentity",
        ["Condition"] = new Dictionary<string, object>
        {
            ["StringEquals"] = new Dictionary<string, object> { [Issuer + ":aud"] = Audience, [Issuer + ":sub"] = subjects },
        },
    });

    // By label, and without one. Not by version id: the version can be one that a rotation still tests.
    private static string ReadKey(string secretArn) => Policy(new Dictionary<string, object>
    {
        ["Effect"] = "Allow",
        ["Action"] = "secretsmanager:GetSecretValue",
        ["Resource"] = secretArn,
        ["Condition"] = new Dictionary<string, object>
        {
            ["StringEqualsIfExists"] = new Dictionary<string, object> { ["secretsmanager:VersionStage"] = Labels },
            ["Null"] = new Dictionary<string, object> { ["secretsmanager:VersionId"] = "true" },
        },
    });

    private static string Policy(object statement) =>
        JsonSerializer.Serialize(new Dictionary<string, object> { ["Version"] = "2012-10-17", ["Statement"] = new[] { statement } });
}
