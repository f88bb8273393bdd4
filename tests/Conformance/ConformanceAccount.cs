using System.Text;
using System.Text.Json;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using LocalAws;
using Microsoft.Extensions.Time.Testing;

namespace Conformance;

/// <summary>
/// The account of a test: an embedded AWS of its own on a stopped clock, or another endpoint, where names are unique and what was created is deleted.
/// </summary>
internal sealed class ConformanceAccount : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private readonly Stack<Func<Task>> _undo = new();
    private readonly EmbeddedAws? _embedded;
    private readonly FakeTimeProvider? _clock;
    private readonly Leftovers _leftovers;
    private readonly string? _replicaRegion;
    private IAmazonSecretsManager? _there;
    private RotationFunction? _function;

    private ConformanceAccount(Endpoint endpoint, EmbeddedAws? embedded, FakeTimeProvider? clock)
    {
        (Endpoint, _embedded, _clock) = (endpoint, embedded, clock);
        Http = embedded is null ? new HttpClient() : EmbeddedAws.CreateHttpClient();
        (SecretsManager, ApiGateway) = embedded is null ? endpoint.Connect() : Endpoint.Connect(embedded.ServiceUrl, embedded.Region);
        _replicaRegion = embedded is null ? Environment.GetEnvironmentVariable("CONFORMANCE_REPLICA_REGION") : "us-east-1";
        _leftovers = new Leftovers(SecretsManager, ApiGateway, embedded is null ? TimeSpan.FromSeconds(5) : TimeSpan.Zero);
    }

    public Endpoint Endpoint { get; }

    public IAmazonSecretsManager SecretsManager { get; }

    public IAmazonAPIGateway ApiGateway { get; }

    /// <summary>A second Region. A test that uses it is skipped if none is named.</summary>
    public string ReplicaRegion
    {
        get
        {
            Assert.SkipWhen(string.IsNullOrEmpty(_replicaRegion), "CONFORMANCE_REPLICA_REGION names no second Region.");
            return _replicaRegion!;
        }
    }

    /// <summary>Secrets Manager in the second Region.</summary>
    public IAmazonSecretsManager There =>
        _there ??= _embedded is null ? Endpoint.ConnectSecretsManager(ReplicaRegion) : Endpoint.Connect(_embedded.ServiceUrl, ReplicaRegion).SecretsManager;

    public HttpClient Http { get; }

    /// <summary>The embedded AWS itself. A test that uses it is skipped elsewhere.</summary>
    public EmbeddedAws Embedded
    {
        get
        {
            Assert.SkipWhen(_embedded is null, "Only the embedded AWS can be looked into.");
            return _embedded!;
        }
    }

    /// <summary>Where clients call an API, with {api} and {stage} for its id and its stage's name; null if not configured.</summary>
    public string? InvokeUrl => _embedded is null ? Endpoint.InvokeUrl : Uri.UnescapeDataString(_embedded.InvokeUrl("{api}", "{stage}").ToString());

    /// <summary>The clock. A test that uses it is skipped elsewhere.</summary>
    public FakeTimeProvider Clock
    {
        get
        {
            Assert.SkipWhen(_clock is null, "This endpoint's clock cannot be moved.");
            return _clock!;
        }
    }

    /// <summary>A function whose events a test can see and whose steps it can change; such a test is skipped elsewhere.</summary>
    public RotationFunction Function => _function ??= new RotationFunction(Embedded, SecretsManager);

    /// <summary>A function that follows AWS's template.</summary>
    public string FunctionArn
    {
        get
        {
            Assert.SkipUnless(Endpoint.IsEmbedded || Endpoint.FunctionArn is not null, "CONFORMANCE_FUNCTION_ARN names no rotation function.");
            return Endpoint.FunctionArn ?? Function.Arn;
        }
    }

    public static async Task<ConformanceAccount> StartAsync(EmbeddedAwsOptions? options = null)
    {
        var endpoint = await Endpoint.CurrentAsync();
        var facts = TestContext.Current.Test?.Traits.GetValueOrDefault(ShowsAttribute.Trait) ?? [];
        if (endpoint.DeviationOf(facts) is { } deviation)
        {
            Assert.Skip($"deviates: {deviation}");
        }

        if (!endpoint.IsEmbedded)
        {
            return new ConformanceAccount(endpoint, null, null);
        }

        var clock = new FakeTimeProvider(new DateTimeOffset(2025, 1, 1, 12, 0, 0, TimeSpan.Zero));
        options ??= new EmbeddedAwsOptions { RotationAttempts = 1 };
        return new ConformanceAccount(endpoint, await EmbeddedAws.StartAsync(options with { TimeProvider = clock }), clock);
    }

    /// <summary>A name that nothing else in the account has.</summary>
    public static string NewName() => $"{Run.Names}{Guid.NewGuid():N}";

    public static string NewToken() => Guid.NewGuid().ToString();

    /// <summary>A value for a key that no other key has.</summary>
    public static string NewValue(int length = 40) => string.Concat(Enumerable.Range(0, 5).Select(_ => Guid.NewGuid().ToString("N")))[..length];

    /// <summary>Makes a secret and returns its ARN.</summary>
    public async Task<string> CreateSecretAsync(string? value = "v1", string? token = null, string? name = null)
    {
        var secret = await SecretsManager.CreateSecretAsync(new CreateSecretRequest { Name = name ?? NewName(), SecretString = value, ClientRequestToken = token });
        _undo.Push(() => _leftovers.DeleteSecretAsync(secret.ARN));
        return secret.ARN;
    }

    /// <summary>Makes a secret with a replica and returns its ARN and the replica's. Does not wait for the replica.</summary>
    public async Task<(string Primary, string Replica)> CreateReplicatedAsync(string? name = null)
    {
        var region = ReplicaRegion;
        var secret = await SecretsManager.CreateSecretAsync(new CreateSecretRequest
        {
            Name = name ?? NewName(),
            SecretString = "v1",
            Description = "d",
            Tags = [new Tag { Key = "a", Value = "b" }],
            AddReplicaRegions = [new ReplicaRegionType { Region = region }],
        });
        _undo.Push(() => _leftovers.DeleteReplicatedSecretAsync(secret.ARN));
        return (secret.ARN, secret.ARN.Replace($":{secret.ARN.Split(':')[3]}:", $":{region}:", StringComparison.Ordinal));
    }

    /// <summary>Deletes a secret of the second Region in the end.</summary>
    public void DeleteThere(string secretId) =>
        _undo.Push(() => There.DeleteSecretAsync(new DeleteSecretRequest { SecretId = secretId, ForceDeleteWithoutRecovery = true }));

    /// <summary>Waits until the second Region has what is on its way; returns the status of the replica.</summary>
    public async Task<ReplicationStatusType> ReplicatedAsync(string secretId)
    {
        _clock?.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(async () => (await StatusAsync()).Status != StatusType.InProgress);
        return await StatusAsync();

        async Task<ReplicationStatusType> StatusAsync() => Assert.Single((await DescribeAsync(secretId)).ReplicationStatus);
    }

    /// <summary>Puts a version and returns its id.</summary>
    public async Task<string> PutAsync(string secretId, string value, string? token = null, params string[] labels) =>
        (await SecretsManager.PutSecretValueAsync(new PutSecretValueRequest
        {
            SecretId = secretId,
            SecretString = value,
            ClientRequestToken = token ?? NewToken(),
            VersionStages = labels.Length == 0 ? null : [.. labels],
        })).VersionId;

    public async Task<string> ReadAsync(string secretId, string? label = null, string? versionId = null) => (await SecretsManager.GetSecretValueAsync(
        new GetSecretValueRequest { SecretId = secretId, VersionStage = label, VersionId = versionId })).SecretString;

    public Task<DescribeSecretResponse> DescribeAsync(string secretId) => SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = secretId });

    /// <summary>The labels of each version that has any, sorted and joined with commas.</summary>
    public async Task<Dictionary<string, string>> LabelsAsync(string secretId) => ((await DescribeAsync(secretId)).VersionIdsToStages ?? [])
        .Where(version => version.Value.Count > 0)
        .ToDictionary(version => version.Key, version => string.Join(',', version.Value.Order(StringComparer.Ordinal)));

    public Task MoveAsync(string secretId, string label, string? to, string? from) => SecretsManager.UpdateSecretVersionStageAsync(
        new UpdateSecretVersionStageRequest { SecretId = secretId, VersionStage = label, MoveToVersionId = to, RemoveFromVersionId = from });

    /// <summary>Calls RotateSecret and waits until the rotation is over; returns the version's id.</summary>
    public async Task<string> RotateAsync(string secretId, string? token = null, bool? immediately = null, RotationRulesType? rules = null)
    {
        var answer = await SecretsManager.RotateSecretAsync(new RotateSecretRequest
        {
            SecretId = secretId,
            RotationLambdaARN = FunctionArn,
            ClientRequestToken = token ?? NewToken(),
            RotateImmediately = immediately,
            RotationRules = rules,
        });
        await SettledAsync(secretId);
        return answer.VersionId;
    }

    public async Task SettledAsync(string secretId)
    {
        if (_embedded is not null)
        {
            await _embedded.SecretsManager.SettledAsync();
            return;
        }

        await UntilAsync(async () => (await LabelsAsync(secretId)).Values.All(labels => !labels.Contains("AWSPENDING", StringComparison.Ordinal) || labels.Contains("AWSCURRENT", StringComparison.Ordinal)));
    }

    /// <summary>Polls another endpoint for as long as AWS is known to take; the embedded AWS has nothing to wait for.</summary>
    public async Task UntilAsync(Func<Task<bool>> holds)
    {
        var deadline = TimeProvider.System.GetUtcNow() + LongestWait;
        while (!await holds())
        {
            Assert.True(!Endpoint.IsEmbedded && TimeProvider.System.GetUtcNow() < deadline, "What the test waits for did not come about.");
            await Task.Delay(TimeSpan.FromSeconds(2));
        }
    }

    /// <summary>Makes a key.</summary>
    public async Task<CreateApiKeyResponse> CreateKeyAsync(CreateApiKeyRequest? request = null)
    {
        var key = await ApiGateway.CreateApiKeyAsync(request ?? new CreateApiKeyRequest { Name = NewName(), Enabled = true });
        _undo.Push(() => ApiGateway.DeleteApiKeyAsync(new DeleteApiKeyRequest { ApiKey = key.Id }));
        return key;
    }

    /// <summary>A key as the list shows it.</summary>
    public async Task<ApiKey> ListedAsync(CreateApiKeyResponse key, bool? values = null) => Assert.Single(
        (await ApiGateway.GetApiKeysAsync(new GetApiKeysRequest { NameQuery = key.Name, IncludeValues = values })).Items);

    public Task<GetApiKeyResponse> ReadKeyAsync(string id, bool? value = null) => ApiGateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = id, IncludeValue = value });

    public Task<UpdateApiKeyResponse> PatchAsync(string keyId, string path, string value) => ApiGateway.UpdateApiKeyAsync(
        new UpdateApiKeyRequest { ApiKey = keyId, PatchOperations = [new PatchOperation { Op = Op.Replace, Path = path, Value = value }] });

    /// <summary>Makes a usage plan and returns its id.</summary>
    public Task<string> CreatePlanAsync(params ApiStage[] stages) => CreatePlanAsync(new CreateUsagePlanRequest
    {
        Name = NewName(),
        ApiStages = stages.Length == 0 ? null : [.. stages],
        Tags = new() { ["made-by"] = "conformance" },
    });

    public async Task<string> CreatePlanAsync(CreateUsagePlanRequest request)
    {
        var plan = await ApiGateway.CreateUsagePlanAsync(request);
        _undo.Push(() => _leftovers.DeletePlanAsync(plan.Id));
        return plan.Id;
    }

    public Task<CreateUsagePlanKeyResponse> AttachAsync(string planId, string keyId) =>
        ApiGateway.CreateUsagePlanKeyAsync(new CreateUsagePlanKeyRequest { UsagePlanId = planId, KeyId = keyId, KeyType = "API_KEY" });

    public async Task<List<string>> KeysOfAsync(string planId) =>
        [.. ((await ApiGateway.GetUsagePlanKeysAsync(new GetUsagePlanKeysRequest { UsagePlanId = planId })).Items ?? []).Select(key => key.Id)];

    public async Task<List<string>> PlansOfAsync(string keyId) =>
        [.. ((await ApiGateway.GetUsagePlansAsync(new GetUsagePlansRequest { KeyId = keyId })).Items ?? []).Select(plan => plan.Id)];

    /// <summary>A deployed API whose methods require a key. It has exactly these paths only if it is created here.</summary>
    public async Task<ApiStage> StageAsync(params (string Path, bool ApiKeyRequired)[] paths)
    {
        if (!Endpoint.IsEmbedded && paths.Length == 0)
        {
            Assert.SkipWhen(Endpoint.Api?.Split(':') is not { Length: 2 }, "CONFORMANCE_API names no deployed API.");
            var parts = Endpoint.Api!.Split(':');
            return new ApiStage { ApiId = parts[0], Stage = parts[1] };
        }

        var api = Embedded.ApiGateway.ImportRestApi(new() { Body = paths.Length == 0 ? SampleApi.Document : SampleApi.DocumentOf(paths) });
        await ApiGateway.CreateDeploymentAsync(new CreateDeploymentRequest { RestApiId = api.Id, StageName = "prod" });
        return new ApiStage { ApiId = api.Id, Stage = "prod" };
    }

    /// <summary>Calls an API as its clients do.</summary>
    public async Task<(int Status, string Body)> CallAsync(ApiStage stage, string? key, string resource = "")
    {
        Assert.SkipWhen(InvokeUrl is null, "CONFORMANCE_INVOKE_URL says not where clients call an API.");
        var url = new Uri(InvokeUrl!.Replace("{api}", stage.ApiId, StringComparison.Ordinal).Replace("{stage}", stage.Stage, StringComparison.Ordinal));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url, resource));
        if (key is not null)
        {
            request.Headers.Add("x-api-key", key);
        }

        using var response = await Http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Waits until an API's clients see a status with this key.</summary>
    public Task UntilStatusAsync(int status, ApiStage stage, string key) => UntilAsync(async () => (await CallAsync(stage, key)).Status == status);

    /// <summary>Deletes what the test created, latest first. What cannot be deleted now, the run deletes or names at its end.</summary>
    public async Task CleanUpAsync()
    {
        while (_undo.TryPop(out var undo))
        {
            await _leftovers.RefusalAsync(undo);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CleanUpAsync();
        SecretsManager.Dispose();
        ApiGateway.Dispose();
        _there?.Dispose();
        Http.Dispose();
        if (_embedded is not null)
        {
            await _embedded.DisposeAsync();
        }
    }
}

/// <summary>A rotation function in this process that does as AWS's template does, unless a test changes it.</summary>
internal sealed class RotationFunction
{
    private readonly IAmazonSecretsManager _secretsManager;
    private readonly List<JsonElement> _events = [];

    public RotationFunction(EmbeddedAws aws, IAmazonSecretsManager secretsManager)
    {
        _secretsManager = secretsManager;
        Arn = aws.Lambda.Register("rotate", RunAsync);
        aws.Lambda.AddPermission(new()
        {
            FunctionName = "rotate",
            StatementId = "secretsmanager",
            Action = "lambda:InvokeFunction",
            Principal = "secretsmanager.amazonaws.com",
            SourceAccount = aws.AccountId,
        });
    }

    public string Arn { get; }

    /// <summary>Called in each step after the function has done its part; what it throws fails the step.</summary>
    public Func<string, JsonElement, Task>? After { get; set; }

    /// <summary>Whether the function does nothing but <see cref="After"/>.</summary>
    public bool IsIdle { get; set; }

    public IReadOnlyList<JsonElement> Events
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }

    public IEnumerable<string> Steps => Texts("Step");

    public IEnumerable<string> Texts(string property) => Events.Select(sent => sent.GetProperty(property).GetString()!);

    private async Task<ReadOnlyMemory<byte>> RunAsync(FunctionInvocation invocation)
    {
        var sent = JsonSerializer.Deserialize<JsonElement>(invocation.Payload.Span);
        lock (_events)
        {
            _events.Add(sent);
        }

        var step = sent.GetProperty("Step").GetString()!;
        if (!IsIdle)
        {
            await DoAsync(step, sent.GetProperty("SecretId").GetString()!, sent.GetProperty("ClientRequestToken").GetString()!, sent.GetProperty("RotationToken").GetString()!);
        }

        await (After?.Invoke(step, sent) ?? Task.CompletedTask);
        return Encoding.UTF8.GetBytes("\"ignored\"");
    }

    private async Task DoAsync(string step, string secretId, string token, string rotationToken)
    {
        if (step is "createSecret")
        {
            await _secretsManager.PutSecretValueAsync(new PutSecretValueRequest
            {
                SecretId = secretId,
                ClientRequestToken = token,
                SecretString = $"rotated by {token}",
                VersionStages = ["AWSPENDING"],
                RotationToken = rotationToken,
            });
        }

        if (step is "finishSecret")
        {
            var secret = await _secretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = secretId });
            await _secretsManager.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest
            {
                SecretId = secretId,
                VersionStage = "AWSCURRENT",
                MoveToVersionId = token,
                RemoveFromVersionId = secret.VersionIdsToStages.SingleOrDefault(version => version.Value.Contains("AWSCURRENT")).Key,
            });
        }
    }
}
