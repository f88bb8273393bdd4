using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using LambdaHost;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>
/// An embedded AWS with an API behind one usage plan, a template key, a secret and the function, all over the wire.
/// When it is disposed, it searches everything that the function logged, threw and returned for every key value and RotationToken of the run.
/// </summary>
internal sealed class RotationFixture : IAsyncDisposable
{
    public const string FunctionName = "rotation";
    public const string FunctionAccessKey = "AKIAFUNCTION";
    public const string OwnerAccessKey = "AKIAOWNER";

    /// <summary>Seconds; the default of <see cref="Settings"/>.</summary>
    public const int ActivationWait = 120;

    private readonly ConcurrentQueue<string> _printed = new();
    private readonly ConcurrentQueue<string> _rotationTokens = new();
    private readonly MemoryStream _metrics = new();
    private readonly HttpClient _http;
    private readonly Settings _settings;
    private int? _quota;

    private RotationFixture(EmbeddedAws aws, JumpingTime time, Settings settings, HttpMessageHandler? api, Func<HttpMessageHandler, HttpMessageHandler>? inProcess)
    {
        Aws = aws;
        Time = time;
        _http = inProcess is null ? EmbeddedAws.CreateHttpClient() : new HttpClient(aws.CreateTransport());
        var owner = inProcess is null ? null : new InProcessClients(aws);
        Secrets = owner?.SecretsManager(OwnerAccessKey) ?? SecretsManager(OwnerAccessKey);
        Gateway = owner?.ApiGateway(OwnerAccessKey) ?? ApiGateway(OwnerAccessKey);
        var own = inProcess is null ? null : new InProcessClients(aws) { Between = inProcess };
        _settings = settings;
        var function = new Function(
            settings,
            own?.SecretsManager(FunctionAccessKey) ?? SecretsManager(FunctionAccessKey, FunctionTap),
            own?.ApiGateway(FunctionAccessKey) ?? ApiGateway(FunctionAccessKey, FunctionTap),
            api is null ? _http : new HttpClient(api),
            Stream.Synchronized(_metrics),
            time,
            region => own?.ApiGateway(FunctionAccessKey, region) ?? ApiGateway(FunctionAccessKey, FunctionTap, region));
        Function = new InProcessFunction<RotationEvent, ActionResult?>(function.FunctionHandler);
        OnInvoke = RunFunctionAsync;
        FunctionArn = aws.Lambda.Register(FunctionName, invocation => OnInvoke(invocation));
        PermitSecretsManager(FunctionName);
    }

    public EmbeddedAws Aws { get; }

    public JumpingTime Time { get; }

    public IAmazonSecretsManager Secrets { get; }

    public IAmazonAPIGateway Gateway { get; }

    public InProcessFunction<RotationEvent, ActionResult?> Function { get; private set; }

    /// <summary>What the function sends.</summary>
    public WireTap FunctionTap { get; } = new();

    public string FunctionArn { get; }

    /// <summary>What the registered function does; the real function unless a test puts itself in between.</summary>
    public Func<FunctionInvocation, Task<ReadOnlyMemory<byte>>> OnInvoke { get; set; }

    public ConcurrentQueue<LogEntry> Log { get; } = new();

    /// <summary>The lines that the function wrote for CloudWatch's embedded metric format.</summary>
    public List<JsonElement> Metrics => [.. MetricLines.Select(line => JsonSerializer.Deserialize<JsonElement>(line))];

    public string SecretName { get; private set; } = "";

    public string SecretArn { get; private set; } = "";

    public string TemplateId { get; set; } = "";

    public List<string> PlanIds { get; } = [];

    public Uri ApiUrl { get; private set; } = null!;

    /// <summary>Starts it.</summary>
    /// <param name="quota">Requests a month, in each usage plan.</param>
    /// <param name="inProcess">Given, nothing goes over a connection; what it returns stands between the function and the embedded AWS.</param>
    public static async Task<RotationFixture> StartAsync(
        string? document = "{}",
        string secretName = "demo/partner-api",
        int plans = 1,
        int activationWait = ActivationWait,
        TimeSpan activationLag = default,
        HttpMessageHandler? api = null,
        string? probe = null,
        bool machineTime = false,
        UnknownBehaviours? unknowns = null,
        Func<HttpMessageHandler, HttpMessageHandler>? inProcess = null,
        int rotationAttempts = 3,
        int? quota = null)
    {
        var time = new JumpingTime();
        var options = new EmbeddedAwsOptions
        {
            TimeProvider = machineTime ? TimeProvider.System : time,
            RotationAttempts = machineTime ? 1 : rotationAttempts,
            ActivationLag = activationLag,
            DataPlaneNodes = inProcess is null ? 1 : 2,
            StaleReads = inProcess is not null,
            Unknowns = unknowns ?? UnknownsTests.Chosen,
            Onlookers = [OwnerAccessKey],
        };
        var aws = inProcess is null ? await EmbeddedAws.StartAsync(options) : EmbeddedAws.Create(options);
        var fixture = new RotationFixture(aws, time, new Settings(TimeSpan.FromSeconds(activationWait)), api, inProcess) { SecretName = secretName, _quota = quota };
        var template = await fixture.Gateway.CreateApiKeyAsync(new CreateApiKeyRequest
        {
            Name = "partner",
            Description = "Partner API, template",
            CustomerId = "customer-7",
            Tags = new() { ["team"] = "billing", ["apikey-rotation:template-for"] = secretName },
        });
        fixture.TemplateId = template.Id;
        // AWS raises this quota on request.
        aws.ApiGateway.MaximumUsagePlansPerKey = Math.Max(plans, aws.ApiGateway.MaximumUsagePlansPerKey);
        for (var plan = 0; plan < plans; plan++)
        {
            await fixture.AddPlanAsync(fixture.TemplateId);
        }

        if (probe is not null)
        {
            await fixture.TagKeyAsync(fixture.TemplateId, "apikey-rotation:probe", probe);
        }

        await fixture.CreateSecretAsync(document, probe);
        return fixture;
    }

    /// <summary>From now on the function has these credentials.</summary>
    public void RunAs(AWSCredentials credentials)
    {
        var function = new Function(
            _settings,
            new AmazonSecretsManagerClient(credentials, new AmazonSecretsManagerConfig { ServiceURL = Aws.ServiceUrl.ToString(), AuthenticationRegion = Aws.Region }),
            new AmazonAPIGatewayClient(credentials, new AmazonAPIGatewayConfig { ServiceURL = Aws.ServiceUrl.ToString(), AuthenticationRegion = Aws.Region }),
            _http,
            Stream.Synchronized(_metrics),
            Time,
            region => new AmazonAPIGatewayClient(credentials, new AmazonAPIGatewayConfig { ServiceURL = Aws.ServiceUrl.ToString(), AuthenticationRegion = region }));
        Function = new InProcessFunction<RotationEvent, ActionResult?>(function.FunctionHandler);
    }

    /// <summary>Lets Secrets Manager invoke a function.</summary>
    public void PermitSecretsManager(string functionName) => Aws.Lambda.AddPermission(new AddPermissionRequest
    {
        FunctionName = functionName,
        StatementId = "secretsmanager",
        Action = "lambda:InvokeFunction",
        Principal = "secretsmanager.amazonaws.com",
        SourceAccount = Aws.AccountId,
    });

    public Task TagKeyAsync(string keyId, string key, string value) => Gateway.TagResourceAsync(new Amazon.APIGateway.Model.TagResourceRequest
    {
        ResourceArn = $"arn:aws:apigateway:{Aws.Region}::/apikeys/{keyId}",
        Tags = new() { [key] = value },
    });

    public Task TagSecretAsync(string key, string value) =>
        Secrets.TagResourceAsync(new Amazon.SecretsManager.Model.TagResourceRequest { SecretId = SecretArn, Tags = [new Tag { Key = key, Value = value }] });

    /// <summary>Sets a tag of the secret and of its template key, as the stack does.</summary>
    public async Task TagBothAsync(string key, string value)
    {
        await TagKeyAsync(TemplateId, key, value);
        await TagSecretAsync(key, value);
    }

    /// <summary>A usage plan with an API stage of its own, and the given key in it.</summary>
    public async Task<string> AddPlanAsync(string keyId)
    {
        var api = Aws.ApiGateway.ImportRestApi(new() { Body = SampleApi.Document });
        var deployment = await Gateway.CreateDeploymentAsync(new CreateDeploymentRequest { RestApiId = api.Id });
        await Gateway.CreateStageAsync(new CreateStageRequest { RestApiId = api.Id, StageName = "prod", DeploymentId = deployment.Id });
        var plan = await Gateway.CreateUsagePlanAsync(new CreateUsagePlanRequest
        {
            Name = "plan",
            ApiStages = [new ApiStage { ApiId = api.Id, Stage = "prod" }],
            Quota = _quota is { } quota ? new QuotaSettings { Limit = quota, Period = QuotaPeriodType.MONTH } : null,
        });
        await Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = plan.Id, KeyId = keyId, KeyType = "API_KEY" });
        PlanIds.Add(plan.Id);
        ApiUrl ??= Aws.InvokeUrl(api.Id, "prod");
        return plan.Id;
    }

    /// <summary>Deletes the secret and makes one of the same name, without a key.</summary>
    public async Task RecreateSecretAsync()
    {
        await Secrets.DeleteSecretAsync(new DeleteSecretRequest { SecretId = SecretArn, ForceDeleteWithoutRecovery = true });
        await CreateSecretAsync("{}");
    }

    /// <summary>A whole rotation as Secrets Manager runs it, retries included, a day after what was before.</summary>
    public async Task<RotationRecord> RotateAsync(string? token = null, bool? immediately = null)
    {
        Time.Advance(TimeSpan.FromDays(1));
        await Secrets.RotateSecretAsync(new RotateSecretRequest
        {
            SecretId = SecretArn,
            RotationLambdaARN = FunctionArn,
            ClientRequestToken = token ?? NewToken(),
            RotateImmediately = immediately,
        });
        await Aws.SecretsManager.SettledAsync();
        var rotation = Aws.SecretsManager.Rotations[^1];
        foreach (var step in rotation.Steps)
        {
            _printed.Enqueue(step.ToString());
        }

        return rotation;
    }

    /// <summary>Whole rotations that must succeed at the first try.</summary>
    public async Task RotateHealthyAsync(int times = 1)
    {
        for (var rotation = 0; rotation < times; rotation++)
        {
            var record = await RotateAsync();
            Assert.Equal(RotationOutcome.Succeeded, record.Outcome);
            Assert.Equal(["createSecret", "setSecret", "testSecret", "finishSecret"], record.Steps.Select(step => step.Step));
        }
    }

    /// <summary>Opens a rotation of which no step has run: the secret has an empty AWSPENDING version.</summary>
    public async Task<string> OpenRotationAsync(string? token = null)
    {
        OnInvoke = _ => throw new InvalidOperationException("not run");
        var rotation = await RotateAsync(token);
        OnInvoke = RunFunctionAsync;
        return rotation.VersionId;
    }

    /// <summary>Runs steps of an open rotation, one invocation each.</summary>
    public async Task RunAsync(string token, params string[] steps)
    {
        foreach (var step in steps)
        {
            var rotationToken = Guid.NewGuid().ToString();
            _rotationTokens.Enqueue(rotationToken);
            await InvokeAsync(JsonSerializer.Serialize(new { Step = step, SecretId = SecretArn, ClientRequestToken = token, RotationToken = rotationToken }));
        }
    }

    /// <summary>One invocation with any event.</summary>
    public Task<ReadOnlyMemory<byte>> InvokeAsync(string eventJson, TimeSpan? timeLeft = null) => RunFunctionAsync(
        new FunctionInvocation(Guid.NewGuid().ToString(), FunctionArn, Encoding.UTF8.GetBytes(eventJson), Time.GetUtcNow() + (timeLeft ?? TimeSpan.FromMinutes(15))));

    /// <summary>One invocation with an action; returns what it answers.</summary>
    public async Task<JsonElement> AnswerAsync(object action) => JsonSerializer.Deserialize<JsonElement>((await InvokeAsync(JsonSerializer.Serialize(action))).Span);

    /// <summary>The owner changes a field of the document, not the key.</summary>
    public async Task EditAsync()
    {
        var fields = JsonSerializer.Deserialize<Dictionary<string, object>>(await CurrentDocumentAsync())!;
        fields["edited"] = Time.GetUtcNow();
        await Secrets.PutSecretValueAsync(new PutSecretValueRequest { SecretId = SecretArn, SecretString = JsonSerializer.Serialize(fields) });
    }

    /// <summary>Takes AWSPENDING off, as a person does with a rotation that is given up.</summary>
    public async Task ClearPendingAsync()
    {
        foreach (var version in (await LabelsAsync()).Where(version => version.Value.Contains("AWSPENDING")))
        {
            await Secrets.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest { SecretId = SecretArn, VersionStage = "AWSPENDING", RemoveFromVersionId = version.Key });
        }
    }

    public Task DisableAsync(string keyId) => Gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest
    {
        ApiKey = keyId,
        PatchOperations = [new PatchOperation { Op = "replace", Path = "/enabled", Value = "false" }],
    });

    /// <summary>Makes a key that clients use already the secret's first; returns its id.</summary>
    public async Task<string> AdoptAsync()
    {
        var key = await Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "in use", Enabled = true });
        await Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = PlanIds[0], KeyId = key.Id, KeyType = "API_KEY" });
        await TagBothAsync("apikey-rotation:adopted", key.Id);
        await ActAsync(new { action = "provision", secretId = SecretArn });
        return key.Id;
    }

    /// <summary>One invocation by the Pulumi stack; returns what the action says it did.</summary>
    public async Task<string> ActAsync(object action)
    {
        var result = JsonSerializer.Deserialize<JsonElement>((await InvokeAsync(JsonSerializer.Serialize(action))).Span);
        Assert.Equal(SecretArn, result.GetProperty("SecretId").GetString());
        return result.GetProperty("Message").GetString()!;
    }

    /// <summary>Runs a step that must fail and change nothing; returns the error's text.</summary>
    public async Task<string> FailAsync(string eventJson, TimeSpan? timeLeft = null)
    {
        var before = await SnapshotAsync();
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => InvokeAsync(eventJson, timeLeft));
        Assert.Equal(before, await SnapshotAsync());
        return failure.Message;
    }

    public Task<string> FailAsync(string token, string step, TimeSpan? timeLeft = null) =>
        FailAsync(JsonSerializer.Serialize(new { Step = step, SecretId = SecretArn, ClientRequestToken = token }), timeLeft);

    /// <summary>Keys that are not the template, oldest first.</summary>
    public async Task<List<ApiKey>> MintedAsync(string? secretName = null)
    {
        var keys = new List<ApiKey>();
        string? position = null;
        do
        {
            var page = await Gateway.GetApiKeysAsync(new GetApiKeysRequest { NameQuery = (secretName ?? SecretName) + "/", IncludeValues = true, Limit = 500, Position = position });
            keys.AddRange((page.Items ?? []).Select(key => new UnprintedKey(key)));
            position = page.Position;
        }
        while (position is not null);
        return [.. keys.OrderBy(key => key.CreatedDate)];
    }

    public async Task<string> CurrentDocumentAsync() => (await Secrets.GetSecretValueAsync(new GetSecretValueRequest { SecretId = SecretArn })).SecretString;

    /// <summary>The key value that a client reads from the secret, at a label or version.</summary>
    public async Task<string> ReadKeyAsync(string label = "AWSCURRENT")
    {
        var answer = await Secrets.GetSecretValueAsync(new GetSecretValueRequest { SecretId = SecretArn, VersionStage = label });
        return JsonDocument.Parse(answer.SecretString).RootElement.GetProperty("apiKey").GetString()!;
    }

    public async Task<HttpStatusCode> CallApiAsync(string key, Uri? url = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url ?? ApiUrl, "orders")) { Headers = { { "x-api-key", key } } };
        using var response = await _http.SendAsync(request);
        return response.StatusCode;
    }

    public async Task<Dictionary<string, List<string>>> LabelsAsync() =>
        (await Secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = SecretArn })).VersionIdsToStages;

    /// <summary>Everything that could change, as text; values appear as hashes only.</summary>
    public async Task<string> SnapshotAsync()
    {
        var text = new StringBuilder();
        string? position = null;
        do
        {
            var page = await Gateway.GetApiKeysAsync(new GetApiKeysRequest { IncludeValues = true, Limit = 500, Position = position });
            foreach (var key in page.Items ?? [])
            {
                text.AppendLine($"{key.Id} {key.Name} {Hash(key.Value)} {key.Enabled} {key.LastUpdatedDate:O} {key.Description} {TagsOf(key.Id)}");
            }

            position = page.Position;
        }
        while (position is not null);
        foreach (var plan in PlanIds)
        {
            var keys = await Gateway.GetUsagePlanKeysAsync(new GetUsagePlanKeysRequest { UsagePlanId = plan, Limit = 500 });
            text.AppendLine($"{plan}: {string.Join(' ', keys.Items.Select(key => key.Id).Order())}");
        }

        var versions = await Secrets.ListSecretVersionIdsAsync(new ListSecretVersionIdsRequest { SecretId = SecretArn, IncludeDeprecated = true });
        foreach (var version in (versions.Versions ?? []).OrderBy(version => version.VersionId))
        {
            text.AppendLine($"{version.VersionId} {string.Join(',', (version.VersionStages ?? []).Order())} {await HashOfAsync(version.VersionId)}");
        }

        var secret = await Secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = SecretArn });
        text.AppendLine($"rotation: {secret.RotationEnabled}, {string.Join(',', (secret.Tags ?? []).Select(tag => $"{tag.Key}={tag.Value}").Order())}");
        return text.ToString();

        string TagsOf(string keyId) => string.Join(',', Aws.ApiGateway.GetApiKey(keyId).Tags?.Select(tag => $"{tag.Key}={tag.Value}").Order() ?? Enumerable.Empty<string>());
    }

    /// <summary>Adds to what is searched for values.</summary>
    public void Print(string text) => _printed.Enqueue(text);

    /// <summary>Adds to the values that are searched for.</summary>
    public void Hide(string value) => _rotationTokens.Enqueue(value);

    private string[] MetricLines => Encoding.UTF8.GetString(_metrics.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static string NewToken() => Guid.NewGuid().ToString();

    public async ValueTask DisposeAsync()
    {
        await Aws.SecretsManager.SettledAsync();
        Leaks.AssertNone([.. Aws.ConfidentialValues, .. _rotationTokens], [.. _printed, .. MetricLines, .. Log.Select(entry => entry.ToString() + string.Join(' ', entry.Fields.Values))]);
        _http.Dispose();
        Secrets.Dispose();
        Gateway.Dispose();
        await Aws.DisposeAsync();
    }

    private async Task<ReadOnlyMemory<byte>> RunFunctionAsync(FunctionInvocation invocation)
    {
        try
        {
            var context = new InvocationContext(invocation.RequestId, invocation.FunctionArn, invocation.Deadline, Time, new TemplateLogger(Log.Enqueue));
            var result = await Function.InvokeAsync(invocation.Payload, context);
            _printed.Enqueue(Encoding.UTF8.GetString(result.Span));
            return result;
        }
        catch (Exception failure)
        {
            _printed.Enqueue(failure.ToString());
            throw;
        }
    }

    /// <summary>Deploys what a key needs in another Region, with the tag on the secret or without.</summary>
    public async Task<OtherRegion> AddRegionAsync(string name = OtherRegion.Virginia, bool tags = true, bool replicates = true, int? quota = null)
    {
        var clients = new InProcessClients(Aws);
        var other = await OtherRegion.PrepareAsync(this, clients.SecretsManager(OwnerAccessKey, name), clients.ApiGateway(OwnerAccessKey, name), name, replicates, quota);
        if (tags)
        {
            await other.TagAsync();
        }

        return other;
    }

    private AmazonSecretsManagerClient SecretsManager(string accessKey, HttpClientFactory? http = null) => InProcessClients.WithoutBackoff(() => new AmazonSecretsManagerClient(
        new BasicAWSCredentials(accessKey, "secret"),
        new AmazonSecretsManagerConfig { ServiceURL = Aws.ServiceUrl.ToString(), AuthenticationRegion = Aws.Region, HttpClientFactory = http }));

    /// <summary>A client of somebody else.</summary>
    public AmazonAPIGatewayClient ApiGateway(string accessKey, HttpClientFactory? http = null, string? region = null) => InProcessClients.WithoutBackoff(() => new AmazonAPIGatewayClient(
        new BasicAWSCredentials(accessKey, "secret"),
        new AmazonAPIGatewayConfig { ServiceURL = Aws.ServiceUrl.ToString(), AuthenticationRegion = region ?? Aws.Region, HttpClientFactory = http }));

    private async Task CreateSecretAsync(string? document, string? probe = null) => SecretArn = (await Secrets.CreateSecretAsync(new CreateSecretRequest
    {
        Name = SecretName,
        SecretString = document,
        Tags = [new Tag { Key = "apikey-rotation:template", Value = TemplateId }, .. probe is null ? [] : new[] { new Tag { Key = "apikey-rotation:probe", Value = probe } }],
    })).ARN;

    private async Task<string> HashOfAsync(string versionId)
    {
        try
        {
            return Hash((await Secrets.GetSecretValueAsync(new GetSecretValueRequest { SecretId = SecretArn, VersionId = versionId })).SecretString);
        }
        catch (Amazon.SecretsManager.Model.ResourceNotFoundException)
        {
            return "(none)";
        }
    }

    private static string Hash(string? text) => text is null ? "(none)" : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];

    /// <summary>A key as listed. A failing assertion prints it by its name, without its value.</summary>
    private sealed class UnprintedKey : ApiKey
    {
        public UnprintedKey(ApiKey key)
        {
            (Id, Name, Value, Enabled) = (key.Id, key.Name, key.Value, key.Enabled);
            (Description, CustomerId) = (key.Description, key.CustomerId);
            (CreatedDate, LastUpdatedDate) = (key.CreatedDate, key.LastUpdatedDate);
        }

        public override string ToString() => $"key {Id} {Name}, enabled: {Enabled}";
    }
}
