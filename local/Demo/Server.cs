using LocalAws;

namespace Demo;

/// <summary>Keeps a deployment running for the AWS CLI.</summary>
internal static class Server
{
    public static async Task<int> RunAsync(EmbeddedAws aws, Deployment deployment, Screen screen)
    {
        await screen.DeployAsync(deployment);
        aws.SecretsManager.StepFinished += screen.Show;

        using var server = new EmbeddedAwsServer(aws);
        screen.Announce("Up");
        screen.Print(server.Instructions);
        screen.Announce("Then try:");
        screen.Print($"""
            aws secretsmanager describe-secret --secret-id {Deployment.SecretName}
            aws secretsmanager rotate-secret --secret-id {Deployment.SecretName}
            aws apigateway get-api-keys --name-query {Deployment.SecretName}/
            echo '{$$"""{"action":"status","secretId":"{{Deployment.SecretName}}"}"""}' | aws lambda invoke --function-name {deployment.FunctionName} --payload fileb:///dev/stdin /dev/stdout
            curl --insecure --header "x-api-key: <the apiKey in the secret>" {deployment.OrdersUrl}
            """);
        screen.Announce("Ctrl+C ends it");
        await server.InterruptedAsync();
        return 0;
    }
}
