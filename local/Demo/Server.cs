using System.Runtime.InteropServices;
using LocalAws;

namespace Demo;

/// <summary>Keeps a deployment up, for the aws CLI.</summary>
internal static class Server
{
    public static async Task<int> RunAsync(EmbeddedAws aws, Deployment deployment, Screen screen)
    {
        await screen.DeployAsync(deployment);
        aws.SecretsManager.StepFinished += screen.Show;

        var cli = $"AWS_ACCESS_KEY_ID={Deployment.OwnerAccessKey} AWS_SECRET_ACCESS_KEY=secret AWS_REGION={aws.Region} aws --endpoint-url {aws.ServiceUrl}";
        screen.Announce("Up. Things to try, in another terminal:");
        screen.Print($"""
            {cli} secretsmanager describe-secret --secret-id {Deployment.SecretName}
            {cli} secretsmanager rotate-secret --secret-id {Deployment.SecretName}
            {cli} apigateway get-api-keys --name-query {Deployment.SecretName}/
            echo '{$$"""{"action":"status","secretId":"{{Deployment.SecretName}}"}"""}' | {cli} lambda invoke --function-name {deployment.FunctionName} --payload fileb:///dev/stdin /dev/stdout
            curl --insecure --header "x-api-key: <the apiKey in the secret>" {deployment.OrdersUrl}
            """);
        screen.Announce("Ctrl+C ends it");

        var ended = new TaskCompletionSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        await ended.Task;
        return 0;

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ended.TrySetResult();
        }
    }
}
