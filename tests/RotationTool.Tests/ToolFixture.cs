using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using LambdaHost;
using LocalAws;
using RotationFunction;

namespace RotationTool.Tests;

/// <summary>
/// An embedded AWS with an API, a template key, a rotating secret with a key, and the function, all over the wire; the tool is a process beside it.
/// When it is disposed, it searches everything that the tool printed for every key value and RotationToken of the run.
/// </summary>
internal sealed class ToolFixture : IAsyncDisposable
{
    public const string FunctionName = "rotation";
    public const string SecretName = "shop/orders";

    private readonly ConcurrentQueue<string> _printed = new();
    private readonly HttpClient _http;
    private Uri _ordersUrl = null!;
    private readonly InProcessFunction<RotationEvent, ActionResult?> _function;

    private ToolFixture(EmbeddedAws aws)
    {
        Aws = aws;
        _http = new HttpClient(Api);
        Secrets = SecretsManager("AKIAOWNER");
        Gateway = ApiGateway("AKIAOWNER");
        _function = CreateFunction();
        Variables = new()
        {
            ["AWS_ENDPOINT_URL"] = aws.ServiceUrl.ToString(),
            ["AWS_REGION"] = aws.Region,
            ["AWS_ACCESS_KEY_ID"] = "AKIAONCALL",
            ["AWS_SECRET_ACCESS_KEY"] = "secret",
        };
    }

    public EmbeddedAws Aws { get; }

    /// <summary>Between the function's probe and the API.</summary>
    public NewKeysRefused Api { get; } = new();

    public AmazonSecretsManagerClient Secrets { get; }

    public AmazonAPIGatewayClient Gateway { get; }

    /// <summary>The environment of the tool.</summary>
    public Dictionary<string, string> Variables { get; }

    public string FunctionArn { get; private set; } = "";

    public string SecretArn { get; private set; } = "";

    public string TemplateId { get; private set; } = "";

    public string PlanId { get; private set; } = "";

    /// <summary>Starts it; the secret has its first key.</summary>
    public static async Task<ToolFixture> StartAsync(TimeSpan? rotationRetryDelay = null)
    {
        var fixture = new ToolFixture(await EmbeddedAws.StartAsync(new EmbeddedAwsOptions
        {
            RotationRetryDelay = rotationRetryDelay ?? TimeSpan.FromMinutes(10),
            Unknowns = new UnknownBehaviours { UsageLag = TimeSpan.Zero }, // the clock is the machine's
        }));
        await fixture.DeployAsync();
        return fixture;
    }

    /// <summary>Runs the tool, and looks for values before an assertion could quote what it printed.</summary>
    public Task<Answer> RunAsync(params string[] arguments) => RunAsync(arguments, interruptAfter: null);

    /// <summary>Runs the tool and interrupts it, as by Ctrl+C, when it has printed the text.</summary>
    public async Task<Answer> RunAsync(string[] arguments, string? interruptAfter)
    {
        var answer = await Tool.RunAsync("dotnet", [Tool.Path, .. arguments], Variables, interruptAfter);
        _printed.Enqueue(answer.Output);
        _printed.Enqueue(answer.Errors);
        AssertNoValueWasPrinted();
        return answer;
    }

    /// <summary>A rotation by Secrets Manager, which must succeed.</summary>
    public async Task RotateAsync()
    {
        await Secrets.RotateSecretAsync(new RotateSecretRequest { SecretId = SecretArn });
        await Aws.SecretsManager.SettledAsync();
        Assert.Equal(RotationOutcome.Succeeded, Aws.SecretsManager.Rotations[^1].Outcome);
    }

    /// <summary>Registers the function, so that it is there (again).</summary>
    public void RegisterFunction(TimeSpan? timeout = null)
    {
        FunctionArn = Aws.Lambda.Register(FunctionName, RunFunctionAsync, new FunctionOptions { Timeout = timeout ?? TimeSpan.FromMinutes(5) });
        if (!Aws.Lambda.HasAlias(FunctionName, "operators"))
        {
            Aws.Lambda.CreateAlias(FunctionName, "operators", "$LATEST");
        }
    }

    public void PermitSecretsManager() => Aws.Lambda.AddPermission(new LocalAws.AddPermissionRequest
    {
        FunctionName = FunctionName,
        StatementId = "secretsmanager",
        Action = "lambda:InvokeFunction",
        Principal = "secretsmanager.amazonaws.com",
        SourceAccount = Aws.AccountId,
    });

    /// <summary>A secret of this name with a template of its own, wired and rotated.</summary>
    public async Task<(string SecretArn, string TemplateId)> AddSecretAsync(string name)
    {
        var template = await CreateTemplateAsync(name);
        var secret = await Secrets.CreateSecretAsync(new CreateSecretRequest
        {
            Name = name,
            SecretString = "{}",
            Tags = [new Tag { Key = "apikey-rotation:template", Value = template }],
        });
        await ActAsync($$"""{"action":"provision","secretId":"{{secret.ARN}}"}""");
        await Secrets.RotateSecretAsync(new RotateSecretRequest
        {
            SecretId = secret.ARN,
            RotationLambdaARN = FunctionArn,
            RotationRules = new RotationRulesType { AutomaticallyAfterDays = 30 },
            RotateImmediately = false,
        });
        await Aws.SecretsManager.SettledAsync();
        return (secret.ARN, template);
    }

    /// <summary>A template key in the usage plan.</summary>
    public async Task<string> CreateTemplateAsync(string secretName)
    {
        var template = await Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "template", Tags = new() { ["apikey-rotation:template-for"] = secretName } });
        await Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = PlanId, KeyId = template.Id, KeyType = "API_KEY" });
        return template.Id;
    }

    public Task ActAsync(string action) => Aws.Lambda.InvokeAsync(FunctionName, System.Text.Encoding.UTF8.GetBytes(action));

    /// <summary>The key that a client reads.</summary>
    public async Task<string> ReadKeyAsync()
    {
        var answer = await Secrets.GetSecretValueAsync(new GetSecretValueRequest { SecretId = SecretArn });
        return JsonDocument.Parse(answer.SecretString).RootElement.GetProperty("apiKey").GetString()!;
    }

    /// <summary>Calls the API as a client does.</summary>
    public async Task<HttpStatusCode> CallApiAsync(string key, Uri? url = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url ?? _ordersUrl) { Headers = { { "x-api-key", key } } };
        using var response = await _http.SendAsync(request);
        return response.StatusCode;
    }

    /// <summary>What the labels hold, by version.</summary>
    public async Task<Dictionary<string, List<string>>> LabelsAsync() => (await Secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = SecretArn })).VersionIdsToStages;

    /// <summary>The ids of the minted keys that are enabled.</summary>
    public async Task<List<string>> EnabledAsync(string secretName = SecretName)
    {
        var keys = await Gateway.GetApiKeysAsync(new GetApiKeysRequest { NameQuery = secretName + "/", Limit = 500 });
        return [.. keys.Items.Where(key => key.Enabled == true).Select(key => key.Id)];
    }

    /// <summary>Deploys what the key needs in another Region, and waits for the replica.</summary>
    public async Task<ToolRegion> AddRegionAsync(string name)
    {
        var there = new ToolRegion(Aws.In(name), SecretsManager("AKIAOWNER", name), ApiGateway("AKIAOWNER", name));
        await Secrets.ReplicateSecretToRegionsAsync(new ReplicateSecretToRegionsRequest { SecretId = SecretArn, AddReplicaRegions = [new ReplicaRegionType { Region = name }] });
        var api = there.Aws.ApiGateway.ImportRestApi(new() { Body = SampleApi.Document });
        there.Aws.ApiGateway.CreateDeployment(new() { RestApiId = api.Id, StageName = "prod" });
        there.PlanId = (await there.Gateway.CreateUsagePlanAsync(new CreateUsagePlanRequest
        {
            Name = "partners there",
            ApiStages = [new ApiStage { ApiId = api.Id, Stage = "prod" }],
            Quota = new QuotaSettings { Limit = 100_000, Period = QuotaPeriodType.MONTH },
        })).Id;
        there.OrdersUrl = new Uri(Aws.InvokeUrl(api.Id, "prod"), "orders");
        there.TemplateId = await there.CreateTemplateAsync(SecretName);
        await TagSecretAsync($"apikey-rotation:template:{name}", there.TemplateId);
        await ActAsync(JsonSerializer.Serialize(new
        {
            action = "lifecycle",
            secretId = SecretArn,
            usagePlanIds = new[] { PlanId },
            regions = new Dictionary<string, string[]> { [name] = [there.PlanId] },
            tf = new { action = "update" },
        }));
        await WaitForReplicaAsync(name);
        return there;
    }

    public async Task WaitForReplicaAsync(string name)
    {
        for (var attempt = 0; attempt < 100; attempt++, await Task.Delay(100))
        {
            var secret = await Secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = SecretArn });
            if (secret.ReplicationStatus.Single(replica => replica.Region == name).Status == StatusType.InSync)
            {
                return;
            }
        }

        Assert.Fail("The replica does not follow.");
    }

    public Task TagSecretAsync(string key, string value) => Secrets.TagResourceAsync(
        new Amazon.SecretsManager.Model.TagResourceRequest { SecretId = SecretArn, Tags = [new Tag { Key = key, Value = value }] });

    public Task UntagSecretAsync(string key) => Secrets.UntagResourceAsync(
        new Amazon.SecretsManager.Model.UntagResourceRequest { SecretId = SecretArn, TagKeys = [key] });

    /// <summary>Registers a function in another Region, as a stack does that is deployed there. Returns its ARN.</summary>
    public string RegisterFunctionIn(ToolRegion there)
    {
        var function = CreateFunction(there.Aws.Name);
        var arn = there.Aws.Lambda.Register(FunctionName, invocation => RunAsync(function, invocation), new FunctionOptions { Timeout = TimeSpan.FromMinutes(5) });
        there.Aws.Lambda.CreateAlias(FunctionName, "operators", "$LATEST");
        there.Aws.Lambda.AddPermission(new LocalAws.AddPermissionRequest
        {
            FunctionName = FunctionName,
            StatementId = "secretsmanager",
            Action = "lambda:InvokeFunction",
            Principal = "secretsmanager.amazonaws.com",
            SourceAccount = Aws.AccountId,
        });
        return arn;
    }

    public async ValueTask DisposeAsync()
    {
        AssertNoValueWasPrinted();
        // The tool never reads a value.
        Assert.DoesNotContain(Aws.Calls.Snapshot(), call => call.Call.AccessKeyId == "AKIAONCALL" && call.Call.Operation is "GetSecretValue" or "BatchGetSecretValue");
        _http.Dispose();
        Secrets.Dispose();
        Gateway.Dispose();
        await Aws.DisposeAsync();
    }

    private void AssertNoValueWasPrinted()
    {
        var values = Aws.ConfidentialValues;
        Assert.NotEmpty(values);
        Assert.False(_printed.Any(text => values.Any(value => text.Contains(value, StringComparison.Ordinal))), "The tool printed a key value or a RotationToken.");
    }

    private async Task DeployAsync()
    {
        var api = Aws.ApiGateway.ImportRestApi(new() { Body = SampleApi.Document });
        var deployment = await Gateway.CreateDeploymentAsync(new CreateDeploymentRequest { RestApiId = api.Id });
        await Gateway.CreateStageAsync(new CreateStageRequest { RestApiId = api.Id, StageName = "prod", DeploymentId = deployment.Id });
        PlanId = (await Gateway.CreateUsagePlanAsync(new CreateUsagePlanRequest
        {
            Name = "partners",
            ApiStages = [new ApiStage { ApiId = api.Id, Stage = "prod" }],
            Quota = new QuotaSettings { Limit = 100_000, Period = QuotaPeriodType.MONTH },
        })).Id;
        _ordersUrl = new Uri(Aws.InvokeUrl(api.Id, "prod"), "orders");
        RegisterFunction();
        PermitSecretsManager();
        (SecretArn, TemplateId) = await AddSecretAsync(SecretName);
        await Gateway.TagResourceAsync(new Amazon.APIGateway.Model.TagResourceRequest
        {
            ResourceArn = $"arn:aws:apigateway:{Aws.Region}::/apikeys/{TemplateId}",
            Tags = new() { ["apikey-rotation:probe"] = _ordersUrl.ToString() },
        });
        await Secrets.TagResourceAsync(new Amazon.SecretsManager.Model.TagResourceRequest
        {
            SecretId = SecretArn,
            Tags = [new Tag { Key = "apikey-rotation:probe", Value = _ordersUrl.ToString() }],
        });
    }

    private InProcessFunction<RotationEvent, ActionResult?> CreateFunction(string? region = null)
    {
        var function = new Function(
            new Settings(TimeSpan.Zero), SecretsManager("AKIAFUNCTION", region), ApiGateway("AKIAFUNCTION", region), _http, Stream.Null, TimeProvider.System,
            other => ApiGateway("AKIAFUNCTION", other));
        return new InProcessFunction<RotationEvent, ActionResult?>(function.FunctionHandler);
    }

    private Task<ReadOnlyMemory<byte>> RunFunctionAsync(FunctionInvocation invocation) => RunAsync(_function, invocation);

    private static Task<ReadOnlyMemory<byte>> RunAsync(InProcessFunction<RotationEvent, ActionResult?> function, FunctionInvocation invocation) =>
        function.InvokeAsync(invocation.Payload, new InvocationContext(invocation.RequestId, invocation.FunctionArn, invocation.Deadline, TimeProvider.System, new TemplateLogger(_ => { })));

    private AmazonSecretsManagerClient SecretsManager(string accessKey, string? region = null) =>
        new(new BasicAWSCredentials(accessKey, "secret"), new AmazonSecretsManagerConfig { ServiceURL = Aws.ServiceUrl.ToString(), AuthenticationRegion = region ?? Aws.Region });

    private AmazonAPIGatewayClient ApiGateway(string accessKey, string? region = null) =>
        new(new BasicAWSCredentials(accessKey, "secret"), new AmazonAPIGatewayConfig { ServiceURL = Aws.ServiceUrl.ToString(), AuthenticationRegion = region ?? Aws.Region });

    /// <summary>The API; on demand it refuses each key that it did not see before, as while a key is not served yet.</summary>
    internal sealed class NewKeysRefused : HttpMessageHandler
    {
        private readonly HttpClient _api = EmbeddedAws.CreateHttpClient();
        private readonly ConcurrentDictionary<string, bool> _served = new();

        public bool Refuses { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var key = request.Headers.GetValues("x-api-key").Single();
            if (Refuses && !_served.ContainsKey(key))
            {
                return new HttpResponseMessage(HttpStatusCode.Forbidden);
            }

            using var forwarded = new HttpRequestMessage(request.Method, request.RequestUri) { Headers = { { "x-api-key", key } } };
            var response = await _api.SendAsync(forwarded, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                _served[key] = true;
            }

            return response;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _api.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}

/// <summary>The API, the usage plan, the template key and the replica in another Region.</summary>
internal sealed class ToolRegion(AwsRegion aws, AmazonSecretsManagerClient secrets, AmazonAPIGatewayClient gateway)
{
    public AwsRegion Aws { get; } = aws;

    public AmazonSecretsManagerClient Secrets { get; } = secrets;

    public AmazonAPIGatewayClient Gateway { get; } = gateway;

    public string PlanId { get; set; } = "";

    public string TemplateId { get; set; } = "";

    public Uri OrdersUrl { get; set; } = null!;

    /// <summary>A template key in the usage plan.</summary>
    public async Task<string> CreateTemplateAsync(string secretName, string? adopted = null)
    {
        var tags = new Dictionary<string, string> { ["apikey-rotation:template-for"] = secretName };
        if (adopted is not null)
        {
            tags["apikey-rotation:adopted"] = adopted;
        }

        var template = await Gateway.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "template", Tags = tags });
        await Gateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = PlanId, KeyId = template.Id, KeyType = "API_KEY" });
        return template.Id;
    }

    /// <summary>The key that a client reads from the replica.</summary>
    public async Task<string> ReadKeyAsync(string secretId = ToolFixture.SecretName, string label = "AWSCURRENT")
    {
        var answer = await Secrets.GetSecretValueAsync(new GetSecretValueRequest { SecretId = secretId, VersionStage = label });
        return JsonDocument.Parse(answer.SecretString).RootElement.GetProperty("apiKey").GetString()!;
    }

    /// <summary>The id of the secret's key with a value.</summary>
    public async Task<string> IdOfAsync(string value) => (await Gateway.GetApiKeysAsync(new GetApiKeysRequest { IncludeValues = true, Limit = 500 })).Items.Single(key => key.Value == value).Id;

    public Task SetEnabledAsync(string keyId, bool enabled) => Gateway.UpdateApiKeyAsync(new UpdateApiKeyRequest
    {
        ApiKey = keyId,
        PatchOperations = [new PatchOperation { Op = "replace", Path = "/enabled", Value = enabled ? "true" : "false" }],
    });
}
