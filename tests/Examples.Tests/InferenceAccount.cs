using System.Collections.Immutable;
using System.Text.Json;
using Amazon.APIGateway;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Deployer;
using InferenceApi;
using LambdaHost;
using LocalAws;
using Pulumi.Testing;
using Pulumi.Utilities;
using RotationFunction;

namespace Examples.Tests;

/// <summary>
/// An embedded AWS to which examples/inference-api is deployed: API, key, roles and all. The function runs with the credentials of its role. When it
/// is disposed, what was logged and printed is searched for every key value and RotationToken of the run.
/// </summary>
internal sealed class InferenceAccount : IAsyncDisposable
{
    public const string Issuer = "https://token.actions.githubusercontent.com";
    public const string Audience = "sts.amazonaws.com";
    public const string SecretName = "inference-api/prod";

    private readonly List<string> _printed = [];
    private readonly HttpClient _http = EmbeddedAws.CreateHttpClient();

    private InferenceAccount(EmbeddedAws aws, string? deployerArn)
    {
        Aws = aws;
        Deployment = new LocalDeployment(new LocalDeploymentOptions { Aws = aws, RoleArn = deployerArn, RunFunction = RunFunction });
    }

    public EmbeddedAws Aws { get; }

    public LocalDeployment Deployment { get; }

    /// <summary>The stack's output url.</summary>
    public string Url { get; private set; } = "";

    /// <summary>The stack's output apiKeyId.</summary>
    public string ApiKeyId { get; private set; } = "";

    /// <summary>The name in the stack's output pipelineRoleArn.</summary>
    public string PipelineRole { get; private set; } = "";

    /// <param name="createDeployer">Creates the role that deploys, and returns its ARN; an administrator deploys where it is null.</param>
    public static async Task<InferenceAccount> StartAsync(Func<EmbeddedAws, string>? createDeployer = null)
    {
        // The build publishes the function's package beside a program that is deployed. Here only its presence counts: the function runs in this
        // process.
        foreach (var architecture in new[] { "arm64", "x86_64" })
        {
            var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "function", architecture)).FullName;
            await File.WriteAllTextAsync(Path.Combine(folder, "RotationFunction.dll"), "");
        }

        var aws = await EmbeddedAws.StartAsync();
        return new InferenceAccount(aws, createDeployer?.Invoke(aws));
    }

    /// <summary>Runs the program with these settings on other mocks than an account's.</summary>
    public static async Task<ProtectedApi> RunAsync(IMocks mocks, Dictionary<string, string> settings)
    {
        Environment.SetEnvironmentVariable(
            "PULUMI_CONFIG", JsonSerializer.Serialize(settings.ToDictionary(setting => "inference-api:" + setting.Key, setting => setting.Value)));
        try
        {
            var resources = await Pulumi.Deployment.TestAsync<ProtectedApi>(
                mocks, new TestOptions { ProjectName = "inference-api", StackName = "prod", IsPreview = false });
            return resources.OfType<ProtectedApi>().Single();
        }
        finally
        {
            Environment.SetEnvironmentVariable("PULUMI_CONFIG", null);
            Environment.ExitCode = 0; // a failed run sets it
        }
    }

    public async Task UpAsync(Dictionary<string, string> settings)
    {
        ProtectedApi stack = null!;
        await Deployment.UpAsync(async mocks => stack = await RunAsync(mocks, settings));
        Url = await OutputUtilities.GetValueAsync(stack.Url);
        ApiKeyId = await OutputUtilities.GetValueAsync(stack.ApiKeyId);
        PipelineRole = (await OutputUtilities.GetValueAsync(stack.PipelineRoleArn)).Split('/')[^1];
        Assert.Equal(SecretName, await OutputUtilities.GetValueAsync(stack.SecretName));
        await Aws.SecretsManager.SettledAsync(); // a deployment has the current key tested
    }

    /// <summary>A rotation by Secrets Manager, which must succeed.</summary>
    public async Task RotateAsync()
    {
        Aws.SecretsManager.RotateSecret(new() { SecretId = SecretName, ClientRequestToken = Guid.NewGuid().ToString() });
        await Aws.SecretsManager.SettledAsync();
        Assert.Equal(RotationOutcome.Succeeded, Aws.SecretsManager.Rotations[^1].Outcome);
    }

    /// <summary>The key of a version.</summary>
    public string KeyOf(string label = "AWSCURRENT")
    {
        var document = Aws.SecretsManager.GetSecretValue(new() { SecretId = SecretName, VersionStage = label }).SecretString!;
        return JsonDocument.Parse(document).RootElement.GetProperty("apiKey").GetString()!;
    }

    public async Task<int> CallAsync(string path, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Url}/{path}");
        if (key is not null)
        {
            request.Headers.Add("x-api-key", key);
        }

        using var response = await _http.SendAsync(request);
        return (int)response.StatusCode;
    }

    public AmazonSecretsManagerClient SecretsManager(RoleCredentials credentials) => new(
        new SessionAWSCredentials(credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken),
        new AmazonSecretsManagerConfig { ServiceURL = Aws.ServiceUrl.ToString(), AuthenticationRegion = Aws.Region });

    /// <summary>Runs a client in a process of its own, as a role. Returns what it printed.</summary>
    public async Task<Answer> RunAsync(
        RoleCredentials credentials, string command, string[] arguments, params (string Name, string Value)[] variables)
    {
        await using var process = ClientProcess.Start(command, arguments, _ => { },
        [
            ("AWS_ENDPOINT_URL", Aws.ServiceUrl.ToString()),
            ("AWS_ACCESS_KEY_ID", credentials.AccessKeyId),
            ("AWS_SECRET_ACCESS_KEY", credentials.SecretAccessKey),
            ("AWS_SESSION_TOKEN", credentials.SessionToken),
            ("AWS_REGION", Aws.Region),
            ("AWS_DEFAULT_REGION", Aws.Region),
            ("AWS_MAX_ATTEMPTS", "1"),
            .. variables,
        ]);
        return await process.EndAsync();
    }

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
        await Aws.SecretsManager.SettledAsync();
        var values = Aws.ConfidentialValues;
        var leaks = _printed.Count(text => values.Any(value => text.Contains(value, StringComparison.Ordinal)));
        Assert.True(leaks == 0, $"{leaks} of the printed texts hold a key value or a RotationToken.");
        _http.Dispose();
        await Aws.DisposeAsync();
    }

    private Func<FunctionInvocation, Task<ReadOnlyMemory<byte>>> RunFunction(DeclaredFunction declared)
    {
        var role = Aws.Iam.AssumeRole(declared.RoleArn.Split('/')[^1], declared.Name);
        var gateway = new AmazonAPIGatewayClient(
            new SessionAWSCredentials(role.AccessKeyId, role.SecretAccessKey, role.SessionToken),
            new AmazonAPIGatewayConfig { ServiceURL = Aws.ServiceUrl.ToString(), AuthenticationRegion = Aws.Region });
        var function = new Function(
            Settings.From(declared.Environment.GetValueOrDefault), SecretsManager(role), gateway, _http, Stream.Null, TimeProvider.System);
        var handler = new InProcessFunction<RotationEvent, ActionResult?>(function.FunctionHandler);
        var log = new TemplateLogger(entry => Print(entry.ToString()));
        return invocation => handler.InvokeAsync(
            invocation.Payload, new InvocationContext(invocation.RequestId, invocation.FunctionArn, invocation.Deadline, TimeProvider.System, log));
    }

    /// <summary>What the program declares, without an account.</summary>
    public sealed class Declared : IMocks
    {
        private readonly Lock _gate = new();

        /// <summary>The inputs of each resource, by type and name.</summary>
        public Dictionary<string, ImmutableDictionary<string, object>> Inputs { get; } = [];

        /// <summary>The provider's functions that the program called.</summary>
        public List<string> Calls { get; } = [];

        public Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args)
        {
            lock (_gate)
            {
                Inputs[$"{args.Type!.Split(':')[^1]} {args.Name}"] = args.Inputs;
            }

            var arn = args.Type == "aws:iam/role:Role" ? "arn:aws:iam::123456789012:role/" + args.Name : "arn:aws:test:::" + args.Name;
            var state = args.Inputs.SetItem("arn", arn).SetItem("invokeUrl", "https://api.example.com/prod");
            return Task.FromResult<(string?, object)>((args.Name + "-id", state.ContainsKey("name") ? state : state.SetItem("name", args.Name!)));
        }

        public Task<object> CallAsync(MockCallArgs args)
        {
            lock (_gate)
            {
                Calls.Add(args.Token!.Split(':')[^1]);
            }

            return Task.FromResult<object>(new Dictionary<string, object>
            {
                ["accountId"] = "123456789012",
                ["region"] = "eu-west-1",
                ["partition"] = "aws",
                ["dnsSuffix"] = "amazonaws.com",
                ["arn"] = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
            }.ToImmutableDictionary());
        }
    }
}
