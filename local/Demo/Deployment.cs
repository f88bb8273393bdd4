using System.Text.Json;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Deployer;
using Infra;
using LambdaHost;
using LocalAws;
using Pulumi.Testing;
using RotationFunction;

namespace Demo;

/// <summary>
/// The API, and the stack deployed for one key that opens it. The function runs with the credentials of the role that the stack creates.
/// </summary>
internal sealed class Deployment : IDisposable
{
    public const string SecretName = "demo/partner-api";
    public const string OwnerAccessKey = "AKIAOWNER";

    private readonly EmbeddedAws _aws;
    private readonly LocalDeployment _stack;
    private readonly TemplateLogger _logger;

    /// <param name="aws">The account to deploy to.</param>
    /// <param name="onLog">Receives each line that the function logs.</param>
    public Deployment(EmbeddedAws aws, Action<LogEntry> onLog)
    {
        _aws = aws;
        _stack = new LocalDeployment(new LocalDeploymentOptions { Aws = aws, RunFunction = RunFunction });
        _logger = new TemplateLogger(onLog);
        var owner = new BasicAWSCredentials(OwnerAccessKey, aws.SecretAccessKey);
        Secrets = SecretsManager(owner);
        Gateway = ApiGateway(owner);
    }

    public AmazonSecretsManagerClient Secrets { get; }

    public AmazonAPIGatewayClient Gateway { get; }

    public string FunctionName { get; private set; } = "";

    public string FunctionAccessKey { get; private set; } = "";

    /// <summary>Gets the URL of the method that the clients and the probe call.</summary>
    public Uri OrdersUrl { get; private set; } = null!;

    /// <summary>Creates the API and deploys the stack. Returns the created resources.</summary>
    public async Task<IReadOnlyList<string>> DeployAsync()
    {
        var api = _aws.ApiGateway.ImportRestApi(new() { Body = SampleApi.Document });
        var deployment = await Gateway.CreateDeploymentAsync(new CreateDeploymentRequest { RestApiId = api.Id });
        await Gateway.CreateStageAsync(new CreateStageRequest { RestApiId = api.Id, StageName = "prod", DeploymentId = deployment.Id });
        OrdersUrl = new Uri(_aws.InvokeUrl(api.Id, "prod"), "orders");

        // The same settings as in Pulumi.<stack>.yaml.
        var key = new
        {
            name = SecretName,
            description = "Orders, for our partners",
            usagePlan = new { apiStages = new[] { new { apiId = api.Id, stage = "prod" } } },
            schedule = "rate(1 day)",
            probeUrl = OrdersUrl,
        };
        Environment.SetEnvironmentVariable("PULUMI_CONFIG",
            JsonSerializer.Serialize(new Dictionary<string, string> { ["rotation-lambda:keys"] = JsonSerializer.Serialize(new[] { key }) }));
        await _stack.UpAsync(mocks => Pulumi.Deployment.TestAsync<RotationStack>(mocks,
            new TestOptions { ProjectName = "rotation-lambda", StackName = "demo", IsPreview = false }));
        await _aws.SecretsManager.SettledAsync();
        return _stack.Resources;
    }

    /// <summary>Destroys the stack.</summary>
    public Task DestroyAsync() => _stack.DestroyAsync();

    public void Dispose()
    {
        Secrets.Dispose();
        Gateway.Dispose();
    }

    private Func<FunctionInvocation, Task<ReadOnlyMemory<byte>>> RunFunction(DeclaredFunction declared)
    {
        var role = _aws.Iam.AssumeRole(declared.RoleArn.Split('/')[^1], "demo");
        (FunctionName, FunctionAccessKey) = (declared.Name, role.AccessKeyId);
        var credentials = new SessionAWSCredentials(role.AccessKeyId, role.SecretAccessKey, role.SessionToken);
        var function = new Function(
            Settings.From(declared.Environment.GetValueOrDefault),
            SecretsManager(credentials), ApiGateway(credentials), EmbeddedAws.CreateHttpClient(), Stream.Null, _aws.TimeProvider);
        var handler = new InProcessFunction<RotationEvent, ActionResult?>(function.FunctionHandler);
        return invocation => handler.InvokeAsync(
            invocation.Payload, new InvocationContext(invocation.RequestId, invocation.FunctionArn, invocation.Deadline, _aws.TimeProvider, _logger));
    }

    private AmazonSecretsManagerClient SecretsManager(AWSCredentials credentials) =>
        new(credentials, new AmazonSecretsManagerConfig { ServiceURL = _aws.ServiceUrl.ToString(), AuthenticationRegion = _aws.Region });

    private AmazonAPIGatewayClient ApiGateway(AWSCredentials credentials) =>
        new(credentials, new AmazonAPIGatewayConfig { ServiceURL = _aws.ServiceUrl.ToString(), AuthenticationRegion = _aws.Region });
}
