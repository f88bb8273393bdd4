using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using LambdaHost;
using LocalAws;
using RotationFunction;

namespace Demo;

/// <summary>The main job on one machine: a key rotates while clients use it.</summary>
internal sealed class Scenario
{
    public const string FunctionAccessKey = "AKIAFUNCTION";

    private const string SecretName = "demo/partner-api";
    private const int Rotations = 3;
    private const int RotationThatFails = 2;

    // On AWS a new key is served after seconds to minutes. The wait must be longer than the lag, which is what the demo shows.
    private static readonly TimeSpan ActivationLag = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan ActivationWait = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1.1);

    private readonly EmbeddedAws _aws;
    private readonly Screen _screen;
    private readonly AmazonSecretsManagerClient _secrets;
    private readonly AmazonAPIGatewayClient _gateway;
    private readonly KeyRing _ring;

    private Scenario(EmbeddedAws aws, Screen screen)
    {
        _aws = aws;
        _screen = screen;
        _secrets = SecretsManager("AKIAOWNER");
        _gateway = ApiGateway("AKIAOWNER");
        _ring = new KeyRing(_secrets, _gateway, SecretName);
    }

    /// <summary>Runs the demo. False when a request was refused or a rotation did not succeed.</summary>
    public static async Task<bool> RunAsync(Screen screen)
    {
        await using var aws = await EmbeddedAws.StartAsync(new EmbeddedAwsOptions { ActivationLag = ActivationLag, RotationRetryDelay = TimeSpan.FromSeconds(1) });
        return await new Scenario(aws, screen).RunAsync();
    }

    private async Task<bool> RunAsync()
    {
        _screen.Announce("An API with a usage plan, a template key and a secret");
        var apiUrl = await DeployAsync();
        var functionArn = AttachFunction();
        _aws.SecretsManager.StepFinished += _screen.Show;

        _screen.Announce("First rotation: mints the first key");
        await RotateAsync(functionArn);

        using var clients = new Clients(apiUrl, count: 4);
        clients.Use(await ReadKeyAsync());
        clients.Start();
        using var refresh = new Timer(_ => _screen.Update(clients.Sent, clients.Refused), state: null, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));

        for (var rotation = 1; rotation <= Rotations; rotation++)
        {
            var fails = rotation == RotationThatFails;
            _screen.Announce(fails
                ? $"Rotation {rotation} under load: API Gateway fails between CreateApiKey and CreateUsagePlanKey"
                : $"Rotation {rotation} under load");
            _aws.Faults = fails ? FailAttaching() : null;
            await RotateAsync(functionArn);
            // As late as the promise allows: once a period, just before the next rotation.
            await Task.Delay(Period);
            clients.Use(await ReadKeyAsync());
        }

        await Task.Delay(Period);
        await clients.StopAsync();
        _screen.Summarize(clients.Sent, clients.Refused, _ring.Counts, _aws.SecretsManager.Rotations);
        return clients.Refused == 0 && _aws.SecretsManager.Rotations.All(rotation => rotation.Outcome == RotationOutcome.Succeeded);
    }

    private async Task<Uri> DeployAsync()
    {
        var api = await _gateway.CreateRestApiAsync(new CreateRestApiRequest { Name = "orders" });
        var deployment = await _gateway.CreateDeploymentAsync(new CreateDeploymentRequest { RestApiId = api.Id });
        await _gateway.CreateStageAsync(new CreateStageRequest { RestApiId = api.Id, StageName = "prod", DeploymentId = deployment.Id });
        var plan = await _gateway.CreateUsagePlanAsync(new CreateUsagePlanRequest { Name = "partners", ApiStages = [new ApiStage { ApiId = api.Id, Stage = "prod" }] });
        var template = await _gateway.CreateApiKeyAsync(new CreateApiKeyRequest
        {
            Name = "partner-api",
            Description = "Template, disabled on purpose; the live key is in the secret " + SecretName,
            Tags = new() { ["apikey-rotation:template-for"] = SecretName },
        });
        await _gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = plan.Id, KeyId = template.Id, KeyType = "API_KEY" });
        await _secrets.CreateSecretAsync(new CreateSecretRequest
        {
            Name = SecretName,
            SecretString = """{"url": "https://orders.example.com"}""",
            Tags = [new Tag { Key = "apikey-rotation:template", Value = template.Id }],
        });
        return _aws.InvokeUrl(api.Id, "prod");
    }

    private string AttachFunction()
    {
        var function = new Function(new Settings(ActivationWait), SecretsManager(FunctionAccessKey), ApiGateway(FunctionAccessKey), EmbeddedAws.CreateHttpClient(), TimeProvider.System);
        var host = new InProcessFunction<RotationEvent>(function.FunctionHandler);
        var logger = new TemplateLogger(_ => { });
        var arn = _aws.Lambda.Register("rotation", async invocation =>
        {
            await host.InvokeAsync(invocation.Payload, new InvocationContext(invocation.RequestId, invocation.FunctionArn, invocation.Deadline, TimeProvider.System, logger));
            return default;
        });
        _aws.Lambda.AddPermission(new AddPermissionRequest
        {
            FunctionName = arn,
            StatementId = "secretsmanager",
            Action = "lambda:InvokeFunction",
            Principal = "secretsmanager.amazonaws.com",
            SourceAccount = _aws.AccountId,
        });
        return arn;
    }

    private async Task RotateAsync(string functionArn)
    {
        await _secrets.RotateSecretAsync(new RotateSecretRequest { SecretId = SecretName, RotationLambdaARN = functionArn });
        await _aws.SecretsManager.SettledAsync();
        _screen.Show(await _ring.ReadAsync());
    }

    /// <summary>As many failures as the SDK has tries, so that the step fails and only Secrets Manager's retry can heal it.</summary>
    private static Func<AwsCall, Fault?> FailAttaching()
    {
        var left = 3;
        return call => call.Operation == "CreateUsagePlanKey" && Interlocked.Decrement(ref left) >= 0 ? Fault.Error(500, "InternalFailure", "injected by the demo") : null;
    }

    private async Task<string> ReadKeyAsync() => await _ring.FindKeyAsync("AWSCURRENT") ?? throw new InvalidOperationException("The secret has no key: its first rotation failed.");

    private AmazonSecretsManagerClient SecretsManager(string accessKey) =>
        new(new BasicAWSCredentials(accessKey, "secret"), new AmazonSecretsManagerConfig { ServiceURL = _aws.ServiceUrl.ToString(), AuthenticationRegion = _aws.Region });

    private AmazonAPIGatewayClient ApiGateway(string accessKey) =>
        new(new BasicAWSCredentials(accessKey, "secret"), new AmazonAPIGatewayConfig { ServiceURL = _aws.ServiceUrl.ToString(), AuthenticationRegion = _aws.Region });
}
