using System.Text.Json;
using Amazon.APIGateway;
using Amazon.Runtime;
using Amazon.SecretsManager;

namespace RotationFunction.Tests;

/// <summary>Somebody with exactly the permissions of some statements.</summary>
internal static class Person
{
    /// <summary>A statement that allows actions, separated by spaces, on a resource.</summary>
    public static string Allow(string actions, string resource) => JsonSerializer.Serialize(new { Effect = "Allow", Action = actions.Split(' '), Resource = resource });

    public static AmazonSecretsManagerClient Secrets(RotationFixture fixture, params string[] statements) =>
        new(Credentials(fixture, statements), new AmazonSecretsManagerConfig { ServiceURL = fixture.Aws.ServiceUrl.ToString(), AuthenticationRegion = fixture.Aws.Region });

    public static AmazonAPIGatewayClient Gateway(RotationFixture fixture, params string[] statements) =>
        new(Credentials(fixture, statements), new AmazonAPIGatewayConfig { ServiceURL = fixture.Aws.ServiceUrl.ToString(), AuthenticationRegion = fixture.Aws.Region });

    private static SessionAWSCredentials Credentials(RotationFixture fixture, string[] statements)
    {
        var name = "person" + Guid.NewGuid().ToString("N");
        fixture.Aws.Iam.CreateRole(name, """{"Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}""");
        fixture.Aws.Iam.PutRolePolicy(name, "all", $$"""{"Version":"2012-10-17","Statement":[{{string.Join(',', statements)}}]}""");
        var credentials = fixture.Aws.Iam.AssumeRole(name, "me");
        return new SessionAWSCredentials(credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken);
    }
}
