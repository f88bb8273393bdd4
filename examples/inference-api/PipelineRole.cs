using System.Text.Json;
using Aws = Pulumi.Aws;

namespace InferenceApi;

/// <summary>The role of a GitHub Actions pipeline. It has no permission of its own: the secret's policy names it as a reader.</summary>
internal static class PipelineRole
{
    private const string Issuer = "token.actions.githubusercontent.com";
    private const string Audience = "sts.amazonaws.com";

    /// <summary>Creates the role. An account has one OpenID Connect provider for GitHub, so it is looked up unless the settings ask for it.</summary>
    public static Aws.Iam.Role Create(Settings settings)
    {
        var provider = settings.CreateOidcProvider
            ? new Aws.Iam.OpenIdConnectProvider("github", new() { Url = "https://" + Issuer, ClientIdLists = { Audience } }).Arn
            : Aws.Iam.GetOpenIdConnectProvider.Invoke(new() { Url = "https://" + Issuer }).Apply(found => found.Arn);
        return new Aws.Iam.Role("pipeline", new()
        {
            Description = "Reads the key of the inference API in workflows of GitHub Actions",
            AssumeRolePolicy = provider.Apply(arn => Trust(arn, settings.Subjects)),
        });
    }

    private static string Trust(string providerArn, IEnumerable<string> subjects) => JsonSerializer.Serialize(new
    {
        Version = "2012-10-17",
        Statement = new[]
        {
            new
            {
                Effect = "Allow",
                Principal = new { Federated = providerArn },
                Action = "sts:AssumeRoleWithWebIdentity",
                Condition = new { StringEquals = new Dictionary<string, object> { [Issuer + ":aud"] = Audience, [Issuer + ":sub"] = subjects } },
            },
        },
    });
}
