using System.Text.Json;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using Microsoft.Extensions.Time.Testing;

namespace LocalAws.Tests;

/// <summary>An embedded AWS on a stopped clock, and SDK clients for it.</summary>
internal sealed class LocalAwsAccount : IAsyncDisposable
{
    public const string AccessKeyId = "AKIATEST";

    private readonly bool _inProcess;
    private readonly List<IDisposable> _clients = [];

    private LocalAwsAccount(EmbeddedAws aws, FakeTimeProvider clock, bool inProcess)
    {
        Aws = aws;
        Clock = clock;
        _inProcess = inProcess;
        Http = inProcess ? new HttpClient(aws.CreateTransport()) : EmbeddedAws.CreateHttpClient();
        var credentials = new BasicAWSCredentials(AccessKeyId, "secret");
        var transport = inProcess ? new InProcess(aws) : null;
        SecretsManager = new AmazonSecretsManagerClient(credentials, new AmazonSecretsManagerConfig
        {
            ServiceURL = aws.ServiceUrl.ToString(),
            AuthenticationRegion = aws.Region,
            MaxErrorRetry = 0,
            HttpClientFactory = transport,
        });
        ApiGateway = new AmazonAPIGatewayClient(credentials, new AmazonAPIGatewayConfig
        {
            ServiceURL = aws.ServiceUrl.ToString(),
            AuthenticationRegion = aws.Region,
            MaxErrorRetry = 0,
            HttpClientFactory = transport,
        });
    }

    public EmbeddedAws Aws { get; }

    public FakeTimeProvider Clock { get; }

    public IAmazonSecretsManager SecretsManager { get; }

    public IAmazonAPIGateway ApiGateway { get; }

    public HttpClient Http { get; }

    /// <summary>Starts it.</summary>
    /// <param name="inProcess">Whether all clients reach it without a connection.</param>
    public static async Task<LocalAwsAccount> StartAsync(EmbeddedAwsOptions? options = null, bool inProcess = false)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2025, 1, 1, 12, 0, 0, TimeSpan.Zero));
        options = (options ?? new EmbeddedAwsOptions()) with { TimeProvider = clock };
        return new LocalAwsAccount(inProcess ? EmbeddedAws.Create(options) : await EmbeddedAws.StartAsync(options), clock, inProcess);
    }

    /// <summary>A client of Secrets Manager in another Region.</summary>
    public IAmazonSecretsManager SecretsManagerIn(string region)
    {
        var client = new AmazonSecretsManagerClient(
            new BasicAWSCredentials(AccessKeyId, "secret"),
            new AmazonSecretsManagerConfig { ServiceURL = Aws.ServiceUrl.ToString(), AuthenticationRegion = region, MaxErrorRetry = 0, HttpClientFactory = _inProcess ? new InProcess(Aws) : null });
        _clients.Add(client);
        return client;
    }

    /// <summary>A client of API Gateway in another Region.</summary>
    public IAmazonAPIGateway ApiGatewayIn(string region)
    {
        var client = new AmazonAPIGatewayClient(
            new BasicAWSCredentials(AccessKeyId, "secret"),
            new AmazonAPIGatewayConfig { ServiceURL = Aws.ServiceUrl.ToString(), AuthenticationRegion = region, MaxErrorRetry = 0, HttpClientFactory = _inProcess ? new InProcess(Aws) : null });
        _clients.Add(client);
        return client;
    }

    /// <summary>A token as the SDK draws one.</summary>
    public static string NewToken() => Guid.NewGuid().ToString();

    /// <summary>Sends a request as a client without an SDK does.</summary>
    public async Task<(HttpResponseMessage Response, JsonElement Body)> SendAsync(
        HttpMethod method, string path, string? body = null, string? service = "apigateway", string? target = null, TimeSpan? timeout = null)
    {
        HttpMessageHandler transport = _inProcess ? Aws.CreateTransport() : new SocketsHttpHandler();
        using var http = new HttpClient(service is null ? transport : new SigningHandler(AccessKeyId, service) { InnerHandler = transport });
        http.Timeout = timeout ?? http.Timeout;
        using var request = new HttpRequestMessage(method, new Uri(Aws.ServiceUrl, path));
        if (target is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Amz-Target", target);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body);
        }

        var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }

    /// <summary>Returns Secrets Manager's response to a JSON request.</summary>
    public async Task<JsonElement> AskAsync(string operation, string body) =>
        (await SendAsync(HttpMethod.Post, "/", body, "secretsmanager", "secretsmanager." + operation)).Body;

    /// <summary>Creates a secret with a first value.</summary>
    public async Task<CreateSecretResponse> CreateSecretAsync(string name = "payments", string? value = "v1") =>
        await SecretsManager.CreateSecretAsync(new CreateSecretRequest { Name = name, SecretString = value });

    /// <summary>The labels of a secret's versions, as DescribeSecret shows them; each version's sorted and joined with commas.</summary>
    public async Task<Dictionary<string, string>> LabelsAsync(string secretId = "payments")
    {
        var secret = await SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = secretId });
        return (secret.VersionIdsToStages ?? []).ToDictionary(
            version => version.Key, version => string.Join(',', version.Value.Order(StringComparer.Ordinal)));
    }

    /// <summary>Lets Secrets Manager invoke a function.</summary>
    public void AdmitSecretsManager(string functionName) => Aws.Lambda.AddPermission(new AddPermissionRequest
    {
        FunctionName = functionName,
        StatementId = "secretsmanager",
        Action = "lambda:InvokeFunction",
        Principal = "secretsmanager.amazonaws.com",
        SourceAccount = Aws.AccountId,
    });

    /// <summary>Creates an enabled key.</summary>
    public async Task<CreateApiKeyResponse> CreateKeyAsync(string name = "key", string? value = null, bool enabled = true) =>
        await ApiGateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = name, Value = value, Enabled = enabled });

    /// <summary>Creates an API with a stage named prod: one whose every path requires a key, or one with these paths.</summary>
    public async Task<ApiStage> CreateApiStageAsync(params (string Path, bool ApiKeyRequired)[] paths)
    {
        var api = Aws.ApiGateway.ImportRestApi(new() { Body = paths.Length == 0 ? SampleApi.Document : SampleApi.DocumentOf(paths) });
        await ApiGateway.CreateDeploymentAsync(new CreateDeploymentRequest { RestApiId = api.Id, StageName = "prod" });
        return new ApiStage { ApiId = api.Id, Stage = "prod" };
    }

    /// <summary>Creates a usage plan.</summary>
    public async Task<string> CreatePlanAsync(params ApiStage[] stages) =>
        (await ApiGateway.CreateUsagePlanAsync(new CreateUsagePlanRequest { Name = "plan", ApiStages = [.. stages] })).Id;

    /// <summary>Changes a usage plan by one call.</summary>
    public async Task<UpdateUsagePlanResponse> UpdatePlanAsync(string planId, params (string Op, string Path, string? Value)[] operations) =>
        await ApiGateway.UpdateUsagePlanAsync(new UpdateUsagePlanRequest
        {
            UsagePlanId = planId,
            PatchOperations = [.. operations.Select(operation => new PatchOperation { Op = operation.Op, Path = operation.Path, Value = operation.Value })],
        });

    /// <summary>Attaches a key to a usage plan.</summary>
    public async Task AttachAsync(string planId, string keyId) =>
        await ApiGateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = planId, KeyId = keyId, KeyType = "API_KEY" });

    /// <summary>Calls an API as its clients do.</summary>
    public async Task<HttpResponseMessage> CallAsync(ApiStage stage, string? apiKey, string resource = "orders/1")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Aws.InvokeUrl(stage.ApiId, stage.Stage), resource));
        if (apiKey is not null)
        {
            request.Headers.Add("x-api-key", apiKey);
        }

        return await Http.SendAsync(request);
    }

    /// <summary>The status that an API's clients see.</summary>
    public async Task<int> StatusAsync(ApiStage stage, string? apiKey)
    {
        using var response = await CallAsync(stage, apiKey);
        return (int)response.StatusCode;
    }

    /// <summary>The statuses that an API's clients see one call after the other, with spaces between.</summary>
    public async Task<string> StatusesAsync(ApiStage stage, string? apiKey, int calls)
    {
        var statuses = new List<int>();
        while (statuses.Count < calls)
        {
            statuses.Add(await StatusAsync(stage, apiKey));
        }

        return string.Join(' ', statuses);
    }

    public async ValueTask DisposeAsync()
    {
        SecretsManager.Dispose();
        ApiGateway.Dispose();
        _clients.ForEach(client => client.Dispose());
        Http.Dispose();
        await Aws.DisposeAsync();
    }

    private sealed class InProcess(EmbeddedAws aws) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(aws.CreateTransport());
    }
}
