using System.Text.Json;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using LambdaHost;
using LocalAws;
using RotationFunction;

namespace Demo;

/// <summary>What the stack deploys: an API with a usage plan, a template key, a secret and the function, wired by tags and provisioned.</summary>
internal sealed class Deployment : IDisposable
{
    public const string SecretName = "demo/partner-api";
    public const string FunctionName = "rotation";
    public const string FunctionAccessKey = "AKIAFUNCTION";
    public const string OwnerAccessKey = "AKIAOWNER";

    private static readonly TimeSpan ActivationWait = TimeSpan.FromSeconds(120);

    private readonly EmbeddedAws _aws;
    private readonly InProcessFunction<RotationEvent, ActionResult?> _function;
    private readonly TemplateLogger _logger;

    /// <param name="aws">Where to deploy.</param>
    /// <param name="onLog">Told of each line that the function logs.</param>
    public Deployment(EmbeddedAws aws, Action<LogEntry> onLog)
    {
        _aws = aws;
        _logger = new TemplateLogger(onLog);
        Secrets = SecretsManager(OwnerAccessKey);
        Gateway = ApiGateway(OwnerAccessKey);
        var function = new Function(new Settings(ActivationWait), SecretsManager(FunctionAccessKey), ApiGateway(FunctionAccessKey), EmbeddedAws.CreateHttpClient(), Stream.Null, aws.TimeProvider);
        _function = new InProcessFunction<RotationEvent, ActionResult?>(function.FunctionHandler);
    }

    public AmazonSecretsManagerClient Secrets { get; }

    public AmazonAPIGatewayClient Gateway { get; }

    public string FunctionArn { get; private set; } = "";

    public string SecretArn { get; private set; } = "";

    /// <summary>The method that clients call and the probe too.</summary>
    public Uri OrdersUrl { get; private set; } = null!;

    /// <summary>Deploys, in the order in which the stack does; returns what the function's actions answered.</summary>
    public async Task<IReadOnlyList<string>> DeployAsync()
    {
        var api = await Gateway.CreateRestApiAsync(new CreateRestApiRequest { Name = "orders" });
        var deployment = await Gateway.CreateDeploymentAsync(new CreateDeploymentRequest { RestApiId = api.Id });
        await Gateway.CreateStageAsync(new CreateStageRequest { RestApiId = api.Id, StageName = "prod", DeploymentId = deployment.Id });
        OrdersUrl = new Uri(_aws.InvokeUrl(api.Id, "prod"), "orders");

        var plan = await Gateway.CreateUsagePlanAsync(new CreateUsagePlanRequest { Name = "partners", ApiStages = [new ApiStage { ApiId = api.Id, Stage = "prod" }] });
        var template = await Gateway.CreateApiKeyAsync(new CreateApiKeyRequest
        {
            Name = "partner-api",
            Description = "Template, disabled on purpose; the live key is in the secret " + SecretName,
            Tags = new() { ["apikey-rotation:template-for"] = SecretName, ["apikey-rotation:probe"] = OrdersUrl.ToString() },
        });
        await Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = plan.Id, KeyId = template.Id, KeyType = "API_KEY" });
        var secret = await Secrets.CreateSecretAsync(new CreateSecretRequest
        {
            Name = SecretName,
            SecretString = """{"url": "https://orders.example.com"}""",
            Tags = [new Tag { Key = "apikey-rotation:template", Value = template.Id }],
        });
        SecretArn = secret.ARN;
        FunctionArn = _aws.Lambda.Register(FunctionName, invocation => InvokeAsync(invocation.Payload, invocation.RequestId, invocation.Deadline));

        _aws.Lambda.AddPermission(new AddPermissionRequest
        {
            FunctionName = FunctionName,
            StatementId = "secretsmanager",
            Action = "lambda:InvokeFunction",
            Principal = "secretsmanager.amazonaws.com",
            SourceAccount = _aws.AccountId,
        });

        return
        [
            await ActAsync(new { action = "lifecycle", secretId = SecretArn, usagePlanIds = new[] { plan.Id }, tf = new { action = "create" } }),
            await ActAsync(new { action = "provision", secretId = SecretArn }),
        ];
    }

    /// <summary>Rotation on a schedule from here on. As the stack does, without a rotation now: AWS only tests the current key.</summary>
    public Task ScheduleAsync(string expression) => Secrets.RotateSecretAsync(new RotateSecretRequest
    {
        SecretId = SecretArn,
        RotationLambdaARN = FunctionArn,
        RotationRules = new RotationRulesType { ScheduleExpression = expression },
        RotateImmediately = false,
    });

    public void Dispose()
    {
        Secrets.Dispose();
        Gateway.Dispose();
    }

    private async Task<string> ActAsync(object action)
    {
        var deadline = _aws.TimeProvider.GetUtcNow() + TimeSpan.FromMinutes(5);
        var answer = await InvokeAsync(JsonSerializer.SerializeToUtf8Bytes(action), Guid.NewGuid().ToString(), deadline);
        return JsonDocument.Parse(answer).RootElement.GetProperty(nameof(ActionResult.Message)).GetString()!;
    }

    private Task<ReadOnlyMemory<byte>> InvokeAsync(ReadOnlyMemory<byte> payload, string requestId, DateTimeOffset deadline) =>
        _function.InvokeAsync(payload, new InvocationContext(requestId, $"arn:aws:lambda:{_aws.Region}:{_aws.AccountId}:function:{FunctionName}", deadline, _aws.TimeProvider, _logger));

    private AmazonSecretsManagerClient SecretsManager(string accessKey) =>
        new(new BasicAWSCredentials(accessKey, "secret"), new AmazonSecretsManagerConfig { ServiceURL = _aws.ServiceUrl.ToString(), AuthenticationRegion = _aws.Region });

    private AmazonAPIGatewayClient ApiGateway(string accessKey) =>
        new(new BasicAWSCredentials(accessKey, "secret"), new AmazonAPIGatewayConfig { ServiceURL = _aws.ServiceUrl.ToString(), AuthenticationRegion = _aws.Region });
}
