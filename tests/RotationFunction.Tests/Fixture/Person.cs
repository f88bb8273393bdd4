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

    public static AmazonSecretsManagerClient Secrets(World world, params string[] statements) =>
        new(Credentials(world, statements), new AmazonSecretsManagerConfig { ServiceURL = world.Aws.ServiceUrl.ToString(), AuthenticationRegion = world.Aws.Region });

    public static AmazonAPIGatewayClient Gateway(World world, params string[] statements) =>
        new(Credentials(world, statements), new AmazonAPIGatewayConfig { ServiceURL = world.Aws.ServiceUrl.ToString(), AuthenticationRegion = world.Aws.Region });

    private static SessionAWSCredentials Credentials(World world, string[] statements)
    {
        var name = "person" + Guid.NewGuid().ToString("N");
        world.Aws.Iam.CreateRole(name, """{"Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}""");
        world.Aws.Iam.PutRolePolicy(name, "all", $$"""{"Version":"2012-10-17","Statement":[{{string.Join(',', statements)}}]}""");
        var credentials = world.Aws.Iam.AssumeRole(name, "me");
        return new SessionAWSCredentials(credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken);
    }
}
