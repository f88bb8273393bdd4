using System.Text;
using Amazon.APIGateway;
using Amazon.Runtime;
using Amazon.SecretsManager;
using LambdaHost;
using LocalAws;
using LocalAws.ApiGateway;
using RotationFunction;

namespace Examples.Tests;

/// <summary>
/// An embedded AWS with an API, a secret whose key the function rotates, and no client yet. When it is disposed, it searches what clients printed
/// for every key value and RotationToken of the run.
/// </summary>
internal sealed class ClientFixture : IAsyncDisposable
{
    public const string SecretName = "partner/api";
    public const string ClientAccessKey = "AKIACLIENT";
    private const string FunctionName = "rotation";

    private readonly List<string> _printed = [];
    private string _secretArn = "";
    private string _apiId = "";
    private string _planId = "";

    private ClientFixture(EmbeddedAws aws) => Aws = aws;

    public EmbeddedAws Aws { get; }

    public Uri Orders { get; private set; } = null!;

    /// <summary>How often clients read the secret.</summary>
    public int Reads => Aws.Calls.Snapshot().Count(call => call.Call is { AccessKeyId: ClientAccessKey, Operation: "GetSecretValue" });

    public static async Task<ClientFixture> StartAsync()
    {
        var fixture = new ClientFixture(await EmbeddedAws.StartAsync(new EmbeddedAwsOptions { StaleReads = true }));
        await fixture.DeployAsync();
        return fixture;
    }

    /// <summary>A rotation by Secrets Manager, which must succeed.</summary>
    public async Task RotateAsync()
    {
        Aws.SecretsManager.RotateSecret(new() { SecretId = _secretArn, ClientRequestToken = Guid.NewGuid().ToString() });
        await Aws.SecretsManager.SettledAsync();
        Assert.Equal(RotationOutcome.Succeeded, Aws.SecretsManager.Rotations[^1].Outcome);
    }

    /// <summary>Ends AWSPREVIOUS's key at once.</summary>
    public Task RevokePreviousAsync() => ActAsync("revokePrevious");

    /// <summary>From here on the API refuses every key, whatever the secret holds: the usage plan has lost the API's stage.</summary>
    public void RefuseEveryKey() => Aws.ApiGateway.UpdateUsagePlan(new()
    {
        UsagePlanId = _planId,
        PatchOperations = [new PatchOperation("remove", "/apiStages", $"{_apiId}:prod")],
    });

    /// <summary>What goes wrong with the reads of clients from here on; null: nothing.</summary>
    public void FailReads(Fault? fault, int exceptFirst = 0, int onlyFirst = int.MaxValue)
    {
        var reads = 0;
        Aws.Faults = call => call is { AccessKeyId: ClientAccessKey, Operation: "GetSecretValue" }
            && Interlocked.Increment(ref reads) is var read && read > exceptFirst && read <= onlyFirst ? fault : null;
    }

    /// <summary>The owner stores a document of their own.</summary>
    public void Store(string document) =>
        Aws.SecretsManager.PutSecretValue(new() { SecretId = SecretName, SecretString = document, ClientRequestToken = Guid.NewGuid().ToString() });

    public AmazonSecretsManagerClient SecretsManager(string accessKey = ClientAccessKey) => new(
        new BasicAWSCredentials(accessKey, Aws.SecretAccessKey),
        new AmazonSecretsManagerConfig { ServiceURL = Aws.ServiceUrl.ToString(), AuthenticationRegion = Aws.Region, MaxErrorRetry = 0 });

    /// <summary>Starts a client in a process of its own, with nothing of this machine's AWS settings and proxies.</summary>
    public ClientProcess Start(string command, string[] arguments, params (string Name, string Value)[] variables) => ClientProcess.Start(
        command, arguments, Print,
    [
        ("AWS_ENDPOINT_URL", Aws.ServiceUrl.ToString()),
        ("AWS_ACCESS_KEY_ID", ClientAccessKey),
        ("AWS_SECRET_ACCESS_KEY", Aws.SecretAccessKey),
        ("AWS_REGION", Aws.Region),
        ("AWS_DEFAULT_REGION", Aws.Region),
        ("AWS_MAX_ATTEMPTS", "1"),
        .. variables,
    ]);

    /// <summary>Adds to what is searched for values.</summary>
    public void Print(string text)
    {
        lock (_printed)
        {
            _printed.Add(text);
        }
    }

    public async ValueTask DisposeAsync()
    {
        var values = Aws.ConfidentialValues;
        var leaks = _printed.Count(text => values.Any(value => text.Contains(value, StringComparison.Ordinal)));
        Assert.True(leaks == 0, $"{leaks} of the texts that clients printed hold a key value or a RotationToken.");
        await Aws.DisposeAsync();
    }

    private async Task DeployAsync()
    {
        _apiId = Aws.ApiGateway.ImportRestApi(new() { Body = SampleApi.Document }).Id;
        Aws.ApiGateway.CreateDeployment(new() { RestApiId = _apiId, StageName = "prod" });
        _planId = Aws.ApiGateway.CreateUsagePlan(new() { Name = "partners", ApiStages = [new(_apiId, "prod")] }).Id;
        Orders = new Uri(Aws.InvokeUrl(_apiId, "prod"), "orders");
        var templateId = Aws.ApiGateway.CreateApiKey(new()
        {
            Name = "template",
            Tags = new Dictionary<string, string> { ["apikey-rotation:template-for"] = SecretName },
        }).Id;
        Aws.ApiGateway.CreateUsagePlanKey(new() { UsagePlanId = _planId, KeyId = templateId });
        _secretArn = Aws.SecretsManager.CreateSecret(new()
        {
            Name = SecretName,
            SecretString = """{"url": "https://orders.example.com"}""",
            ClientRequestToken = Guid.NewGuid().ToString(),
            Tags = [new("apikey-rotation:template", templateId)],
        }).Arn;
        var functionArn = RegisterFunction();
        await ActAsync("provision");
        Aws.SecretsManager.RotateSecret(new()
        {
            SecretId = _secretArn,
            RotationLambdaArn = functionArn,
            RotationRules = new() { AutomaticallyAfterDays = 30 },
            RotateImmediately = false,
            ClientRequestToken = Guid.NewGuid().ToString(),
        });
        await Aws.SecretsManager.SettledAsync();
    }

    private string RegisterFunction()
    {
        var gateway = new AmazonAPIGatewayClient(
            new BasicAWSCredentials("AKIAFUNCTION", Aws.SecretAccessKey),
            new AmazonAPIGatewayConfig { ServiceURL = Aws.ServiceUrl.ToString(), AuthenticationRegion = Aws.Region });
        var function = new Function(
            new Settings(TimeSpan.Zero), SecretsManager("AKIAFUNCTION"), gateway, EmbeddedAws.CreateHttpClient(), Stream.Null, TimeProvider.System);
        var handler = new InProcessFunction<RotationEvent, ActionResult?>(function.FunctionHandler);
        var log = new TemplateLogger(_ => { });
        var arn = Aws.Lambda.Register(FunctionName, invocation => handler.InvokeAsync(
            invocation.Payload,
            new InvocationContext(invocation.RequestId, invocation.FunctionArn, invocation.Deadline, TimeProvider.System, log)));
        Aws.Lambda.AddPermission(new()
        {
            FunctionName = FunctionName,
            StatementId = "secretsmanager",
            Action = "lambda:InvokeFunction",
            Principal = "secretsmanager.amazonaws.com",
            SourceAccount = Aws.AccountId,
        });
        return arn;
    }

    private async Task ActAsync(string action) =>
        await Aws.Lambda.InvokeAsync(FunctionName, Encoding.UTF8.GetBytes($$"""{"action":"{{action}}","secretId":"{{_secretArn}}"}"""));
}
