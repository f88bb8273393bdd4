using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Amazon.APIGateway;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using Infra;
using LambdaHost;
using LocalAws;
using LocalAws.ApiGateway;
using Pulumi.Testing;
using RotationFunction;
using RotationFunction.Tests;

namespace Deployer.Tests;

/// <summary>
/// An account with two APIs, each in a usage plan, to which the stack itself is deployed: role, policies and all. The function runs with the credentials of
/// its role. When it is disposed, everything that was logged, answered or put out is searched for key values and RotationTokens.
/// </summary>
internal sealed class Account : IAsyncDisposable
{
    public const string Owner = "AKIAOWNER";
    public const string SecretName = "shop/orders";

    private readonly ConcurrentQueue<string> _printed = new();
    private readonly HttpClient _http;
    private readonly Func<string, string>? _tamper;

    private Account(EmbeddedAws aws, JumpingTime time, Func<string, string>? tamper)
    {
        _tamper = tamper;
        (Aws, Time) = (aws, time);
        _http = new HttpClient(aws.CreateTransport());
        Deployment = new LocalDeployment(new LocalDeploymentOptions { Aws = aws, RunFunction = RunFunction });
        Secrets = SecretsManager(new BasicAWSCredentials(Owner, aws.SecretAccessKey));
        Gateway = ApiGateway(new BasicAWSCredentials(Owner, aws.SecretAccessKey));
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var api = aws.ApiGateway.CreateRestApi(new() { Name = "api" }).Id;
            aws.ApiGateway.CreateDeployment(new() { RestApiId = api, StageName = "prod" });
            Plans.Add(aws.ApiGateway.CreateUsagePlan(new() { Name = "plan", ApiStages = [new(api, "prod")] }).Id);
            Apis.Add(new Uri(aws.InvokeUrl(api, "prod"), "orders"));
        }
    }

    public EmbeddedAws Aws { get; }

    public JumpingTime Time { get; }

    public LocalDeployment Deployment { get; }

    public IAmazonSecretsManager Secrets { get; }

    public IAmazonAPIGateway Gateway { get; }

    public List<string> Plans { get; } = [];

    public List<Uri> Apis { get; } = [];

    /// <summary>A key in use that the stack is to adopt.</summary>
    public string AdoptedKeyId { get; set; } = "";

    /// <summary>The role that the function runs as.</summary>
    public string FunctionRoleArn { get; private set; } = "";

    /// <summary>The stack's template key.</summary>
    public string TemplateId => Aws.ApiGateway.GetApiKeys(new GetApiKeysRequest { Limit = 500 }).Items.Single(key => key.Name == SecretName + " (template)").Id;

    /// <param name="tamper">Changes the policies of the function's role before they are put: a policy document in, another one out.</param>
    /// <param name="activationLag">How late the data plane learns of a change.</param>
    public static Account Start(Func<string, string>? tamper = null, TimeSpan activationLag = default)
    {
        var time = new JumpingTime();
        return new Account(EmbeddedAws.Create(new EmbeddedAwsOptions { TimeProvider = time, ActivationLag = activationLag }), time, tamper);
    }

    /// <summary>Deploys the stack with this configuration.</summary>
    /// <param name="configuration">Settings by name; what is no text is given as JSON.</param>
    /// <param name="replace">Names of resources that are replaced, as by <c>pulumi up --replace</c>.</param>
    public async Task UpAsync(object configuration, params string[] replace)
    {
        var settings = JsonSerializer.SerializeToElement(configuration).EnumerateObject()
            .ToDictionary(setting => "rotation-lambda:" + setting.Name, setting => setting.Value.ValueKind is JsonValueKind.String ? setting.Value.GetString()! : setting.Value.GetRawText());
        Environment.SetEnvironmentVariable("PULUMI_CONFIG", JsonSerializer.Serialize(settings));
        try
        {
            await Deployment.UpAsync(
                async mocks => await Pulumi.Deployment.TestAsync<RotationStack>(
                    _tamper is null ? mocks : new TamperedPolicies(mocks, _tamper),
                    new TestOptions { ProjectName = "rotation-lambda", StackName = "test", IsPreview = false }),
                replace);
        }
        finally
        {
            Environment.SetEnvironmentVariable("PULUMI_CONFIG", null);
            Environment.ExitCode = 0; // a failed run sets it
        }
    }

    /// <summary>The stack's configuration with one key in these usage plans.</summary>
    public static object Configuration(params string[] plans) => new
    {
        recoveryWindowDays = 0,
        keys = new[] { new { name = SecretName, description = "Orders", usagePlanIds = plans, schedule = "rate(1 day)" } },
    };

    public Task<DescribeSecretResponse> DescribeAsync() => Secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = SecretName });

    public async Task<string?> ReadKeyAsync(string label)
    {
        try
        {
            var document = (await Secrets.GetSecretValueAsync(new GetSecretValueRequest { SecretId = SecretName, VersionStage = label })).SecretString;
            return JsonDocument.Parse(document).RootElement.TryGetProperty("apiKey", out var key) ? key.GetString() : null;
        }
        catch (ResourceNotFoundException)
        {
            return null;
        }
    }

    public async Task<HttpStatusCode> CallAsync(Uri api, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, api) { Headers = { { "x-api-key", key } } };
        using var response = await _http.SendAsync(request);
        return response.StatusCode;
    }

    /// <summary>The keys of AWSCURRENT and AWSPREVIOUS must open an API.</summary>
    public async Task AssertOpenAsync(Uri api)
    {
        foreach (var label in new[] { "AWSCURRENT", "AWSPREVIOUS" })
        {
            if (await ReadKeyAsync(label) is { } key)
            {
                Assert.True(await CallAsync(api, key) == HttpStatusCode.OK, $"The key of {label} is refused.");
            }
        }
    }

    public IReadOnlyList<ApiKey> Minted() => Aws.ApiGateway.GetApiKeys(new GetApiKeysRequest { NameQuery = SecretName + "/", Limit = 500 }).Items;

    /// <summary>Days go by; the schedule rotates.</summary>
    public async Task PassAsync(int days)
    {
        for (var day = 0; day < days; day++)
        {
            Time.Advance(TimeSpan.FromDays(1));
            await Aws.SecretsManager.SettledAsync();
        }
    }

    public AmazonSecretsManagerClient SecretsManager(AWSCredentials credentials) => new(
        credentials, new AmazonSecretsManagerConfig { ServiceURL = Aws.ServiceUrl.ToString(), AuthenticationRegion = Aws.Region, HttpClientFactory = new Transport(Aws) });

    public AmazonAPIGatewayClient ApiGateway(AWSCredentials credentials) => new(
        credentials, new AmazonAPIGatewayConfig { ServiceURL = Aws.ServiceUrl.ToString(), AuthenticationRegion = Aws.Region, HttpClientFactory = new Transport(Aws) });

    public async ValueTask DisposeAsync()
    {
        await Aws.SecretsManager.SettledAsync();
        Leaks.AssertNone(Aws.ConfidentialValues, [.. _printed]);
        _http.Dispose();
        await Aws.DisposeAsync();
    }

    /// <summary>Credentials of the role that a function runs as.</summary>
    public AWSCredentials CredentialsOf(string roleArn)
    {
        var credentials = Aws.Iam.AssumeRole(roleArn.Split('/')[^1], "test");
        return new SessionAWSCredentials(credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken);
    }

    private Func<FunctionInvocation, Task<ReadOnlyMemory<byte>>> RunFunction(DeclaredFunction declared)
    {
        FunctionRoleArn = declared.RoleArn;
        var credentials = CredentialsOf(declared.RoleArn);
        var function = new Function(Settings.From(declared.Environment.GetValueOrDefault), SecretsManager(credentials), ApiGateway(credentials), _http, Stream.Null, Time);
        var handler = new InProcessFunction<RotationEvent, ActionResult?>(function.FunctionHandler);
        return async invocation =>
        {
            try
            {
                var result = await handler.InvokeAsync(
                    invocation.Payload, new InvocationContext(invocation.RequestId, invocation.FunctionArn, invocation.Deadline, Time, new TemplateLogger(entry => _printed.Enqueue(entry.ToString()))));
                _printed.Enqueue(Encoding.UTF8.GetString(result.Span));
                return result;
            }
            catch (Exception failure)
            {
                _printed.Enqueue(failure.ToString());
                throw;
            }
        };
    }

    private sealed class Transport(EmbeddedAws aws) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(aws.CreateTransport());
    }

    private sealed class TamperedPolicies(IMocks inner, Func<string, string> tamper) : IMocks
    {
        public Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args)
        {
            if (args.Type == "aws:iam/rolePolicy:RolePolicy")
            {
                args.Inputs = args.Inputs.SetItem("policy", tamper((string)args.Inputs["policy"]));
            }

            return inner.NewResourceAsync(args);
        }

        public Task<object> CallAsync(MockCallArgs args) => inner.CallAsync(args);
    }
}
