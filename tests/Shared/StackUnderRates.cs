using System.Collections.Concurrent;
using System.Text.Json;
using Amazon.Runtime;
using Deployer;
using Infra;
using LocalAws;
using LocalAws.ApiGateway;
using LocalAws.SecretsManager;
using Pulumi.Testing;

namespace RotationFunction.Tests;

/// <summary>
/// The stack with many keys, deployed in virtual time to an account with API Gateway's rates, attaches that take a second, one at a time, and reads that
/// miss the latest writes. Each phase of its life is measured.
/// </summary>
internal sealed class StackUnderRates : IAsyncDisposable
{
    /// <summary>The stack's default activation wait.</summary>
    public static readonly TimeSpan ActivationWait = TimeSpan.FromSeconds(120);

    public static readonly TimeSpan AttachDuration = TimeSpan.FromSeconds(1);

    private const string Name = "crowd";
    private const string Prefix = "partners/";
    private const string DeployerAccessKey = "AKIADEPLOYER";

    private static readonly TimeSpan Answer = TimeSpan.FromMilliseconds(20);

    private readonly VirtualTime _time = new();
    private readonly int _keys;
    private readonly bool _ownPlans;
    private readonly LocalDeployment _deployment;
    private readonly List<(string Id, ApiStage Stage, Uri Url)> _plans;
    private readonly HttpClient _client;
    private readonly ConcurrentQueue<Invoked> _invoked = new();
    private readonly ConcurrentQueue<string> _problems = new();
    private readonly ConcurrentQueue<string> _printed = new();

    /// <param name="keys">The number of keys.</param>
    /// <param name="parallel">The number of resources that Pulumi works on at once.</param>
    /// <param name="ownPlans">Whether the stack makes a usage plan for each key. Otherwise all are in one that is there already.</param>
    /// <param name="isLimited">Whether API Gateway has its rates, and attaches their second. Without them, the calls that are needed can be counted.</param>
    public StackUnderRates(int keys, int parallel, bool ownPlans = false, bool isLimited = true)
    {
        (_keys, _ownPlans) = (keys, ownPlans);
        Aws = EmbeddedAws.Create(new EmbeddedAwsOptions
        {
            TimeProvider = _time,
            ActivationLag = ActivationWait / 2,
            Unknowns = new UnknownBehaviours { AttachDuration = isLimited ? AttachDuration : TimeSpan.Zero, ReadLag = TimeSpan.FromSeconds(1) },
        });
        _client = new HttpClient(Aws.CreateTransport());
        _plans = [.. Enumerable.Range(0, 2).Select(_ => MakePlan())];
        Aws.ApiGateway.RateLimits = isLimited;
        // The function's own clients wait as long.
        Aws.Faults = call => call is { AccessKeyId: DeployerAccessKey, Service: "apigateway" } ? Fault.Delayed(Answer) : null;
        _deployment = new LocalDeployment(new LocalDeploymentOptions { Aws = Aws, Parallel = parallel, RunFunction = RunFunction });
    }

    public EmbeddedAws Aws { get; }

    /// <summary>The names of the stack's resources.</summary>
    public IReadOnlyList<string> Resources => _deployment.Resources;

    /// <summary>What the function logged, and the texts of its failures.</summary>
    public IReadOnlyCollection<string> Printed => _printed;

    /// <summary>Each failure of the function, and each finding of a check, of the whole life.</summary>
    public IReadOnlyCollection<string> Problems => _problems;

    /// <summary>What the last deployment did.</summary>
    public IReadOnlyList<string> Changes => _deployment.Changes;

    /// <summary>Deploys the stack with its keys in the first usage plan.</summary>
    public Task<Phase> UpAsync() => MeasureAsync(() => UpAsync(plan: 0));

    /// <summary>Moves all keys from the first usage plan to the second.</summary>
    public Task<Phase> ChangePlanAsync() => MeasureAsync(() => UpAsync(plan: 1));

    /// <summary>Lets time pass until the next window of the stack's daily schedules is over, 06:00 to 18:00. No key rotates until then.</summary>
    public Task<Phase> PassDayAsync()
    {
        var now = _time.GetUtcNow();
        var opens = new DateTimeOffset(now.UtcDateTime.Date.AddHours(6), TimeSpan.Zero);
        return MeasureAsync(() => Task.Delay((opens > now ? opens : opens.AddDays(1)).AddHours(12) - now, _time));
    }

    /// <summary>Checks all keys at once.</summary>
    public Task<Phase> CheckAllAsync() => MeasureAsync(() => Task.WhenAll(Secrets().Select(secret => Aws.Lambda.InvokeAsync(
        Aws.Lambda.Functions.Single(), JsonSerializer.SerializeToUtf8Bytes(new { action = "check", secretId = secret.Arn })))));

    /// <summary>Waits until the window of the stack's rotations opens, and measures from then on: all keys are due at once.</summary>
    public async Task<Phase> RotateAllAsync()
    {
        // NextRotationDate is the last second of the window, which is a day.
        var opens = new DateTimeOffset(Secrets().Max(secret => secret.NextRotationDate)!.Value.UtcDateTime.Date, TimeSpan.Zero);
        await _time.RunUntilAsync(Task.Delay(opens - _time.GetUtcNow(), _time));
        return await MeasureAsync(Aws.SecretsManager.SettledAsync);
    }

    public Task<Phase> DestroyAsync() => MeasureAsync(_deployment.DestroyAsync);

    /// <summary>Waits until Secrets Manager has tested or rotated what it is about to.</summary>
    public Task SettleAsync() => _time.RunUntilAsync(Aws.SecretsManager.SettledAsync());

    /// <summary>The keys that the function has minted.</summary>
    public IReadOnlyList<ApiKey> Minted() =>
        [.. Aws.ApiGateway.GetApiKeys(new GetApiKeysRequest { NameQuery = Prefix, Limit = 500 }).Items.Where(key => key.Name!.Count('/') == 2)];

    /// <summary>The secrets whose AWSCURRENT or AWSPREVIOUS has a key that the API of a plan refuses.</summary>
    /// <param name="plan">The first or the second plan, 0 or 1.</param>
    public async Task<IReadOnlyList<string>> FindRefusedAsync(int plan)
    {
        await _time.RunUntilAsync(Task.Delay(ActivationWait, _time));
        var refused = new List<string>();
        foreach (var secret in Secrets())
        {
            foreach (var label in new[] { "AWSCURRENT", "AWSPREVIOUS" })
            {
                using var document = JsonDocument.Parse(Aws.SecretsManager.GetSecretValue(new GetSecretValueRequest { SecretId = secret.Name, VersionStage = label }).SecretString!);
                using var request = new HttpRequestMessage(HttpMethod.Get, _plans[plan].Url);
                request.Headers.Add("x-api-key", document.RootElement.GetProperty("apiKey").GetString());
                using var answer = await _client.SendAsync(request);
                if (!answer.IsSuccessStatusCode)
                {
                    refused.Add($"{secret.Name} {label}: {answer.StatusCode}");
                }
            }
        }

        return refused;
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return Aws.DisposeAsync();
    }

    private IReadOnlyList<LocalAws.SecretsManager.SecretDescription> Secrets() => Aws.SecretsManager.ListSecrets(new ListSecretsRequest { MaxResults = 100 }).SecretList;

    private async Task<Phase> MeasureAsync(Func<Task> work)
    {
        Aws.Calls.Clear();
        _invoked.Clear();
        var began = _time.GetUtcNow();
        await _time.RunUntilAsync(Task.Run(work));
        return new Phase(_time.GetUtcNow() - began, [.. Aws.Calls.Snapshot().Where(record => record.Call.Service == "apigateway")], [.. _invoked]);
    }

    private (string Id, ApiStage Stage, Uri Url) MakePlan()
    {
        var api = Aws.ApiGateway.ImportRestApi(new() { Body = SampleApi.Document });
        Aws.ApiGateway.CreateDeployment(new CreateDeploymentRequest { RestApiId = api.Id, StageName = "prod" });
        var stage = new ApiStage(api.Id, "prod");
        var plan = Aws.ApiGateway.CreateUsagePlan(new CreateUsagePlanRequest { Name = "partners", ApiStages = [stage] });
        return (plan.Id, stage, new Uri(Aws.InvokeUrl(api.Id, "prod"), "orders"));
    }

    private async Task UpAsync(int plan)
    {
        var (id, stage, _) = _plans[plan];
        var keys = Enumerable.Range(1, _keys).Select(number => new Dictionary<string, object>
        {
            ["name"] = $"{Prefix}{number:D3}",
            ["schedule"] = "rate(2 days)",
            [_ownPlans ? "usagePlan" : "usagePlanIds"] = _ownPlans ? new { apiStages = new[] { new { apiId = stage.ApiId, stage = stage.Stage } } } : new[] { id },
        });
        Environment.SetEnvironmentVariable("PULUMI_CONFIG", JsonSerializer.Serialize(new Dictionary<string, string>
        {
            [Name + ":recoveryWindowDays"] = "0",
            [Name + ":keys"] = JsonSerializer.Serialize(keys),
        }));
        try
        {
            await _deployment.UpAsync(mocks => Pulumi.Deployment.TestAsync<RotationStack>(
                mocks, new TestOptions { ProjectName = Name, StackName = "test", IsPreview = false }));
        }
        finally
        {
            Environment.SetEnvironmentVariable("PULUMI_CONFIG", null);
            Environment.ExitCode = 0; // a failed run sets it
        }
    }

    private Func<FunctionInvocation, Task<ReadOnlyMemory<byte>>> RunFunction(DeclaredFunction declared)
    {
        var role = Aws.Iam.AssumeRole(declared.RoleArn.Split('/')[^1], Name);
        var function = new VirtualFunction(
            Aws,
            Settings.From(declared.Environment.GetValueOrDefault),
            new SessionAWSCredentials(role.AccessKeyId, role.SecretAccessKey, role.SessionToken),
            entry => _printed.Enqueue(entry.ToString()));
        return async invocation =>
        {
            using var received = JsonDocument.Parse(invocation.Payload);
            var what = (received.RootElement.TryGetProperty("Step", out var step) ? step : received.RootElement.GetProperty("action")).GetString()!;
            string? problem = null;
            var began = _time.GetUtcNow();
            try
            {
                var answer = await function.InvokeAsync(invocation);
                problem = FindingsOf(answer);
                return answer;
            }
            catch (Exception failure)
            {
                problem = failure.ToString();
                throw;
            }
            finally
            {
                _invoked.Enqueue(new Invoked(what, _time.GetUtcNow() - began, problem));
                if (problem is not null)
                {
                    _printed.Enqueue(problem);
                    _problems.Enqueue($"{what}: {problem}");
                }
            }
        };
    }

    /// <summary>What a check found; null where it found nothing, and for other answers.</summary>
    private static string? FindingsOf(ReadOnlyMemory<byte> answer)
    {
        using var json = JsonDocument.Parse(answer);
        return json.RootElement.ValueKind is JsonValueKind.Object && json.RootElement.TryGetProperty("healthy", out var healthy) && !healthy.GetBoolean()
            ? json.RootElement.GetProperty("findings").GetRawText()
            : null;
    }

    /// <summary>One invocation of the function.</summary>
    /// <param name="What">The step or the action.</param>
    /// <param name="Took">How long it took.</param>
    /// <param name="Problem">Why it failed, or what a check found; null where neither.</param>
    internal sealed record Invoked(string What, TimeSpan Took, string? Problem);

    /// <summary>One phase in the life of the stack.</summary>
    /// <param name="Took">How long it took.</param>
    /// <param name="Calls">The calls of API Gateway.</param>
    /// <param name="Invoked">The invocations of the function.</param>
    internal sealed record Phase(TimeSpan Took, IReadOnlyList<CallRecord> Calls, IReadOnlyList<Invoked> Invoked)
    {
        /// <summary>The number of calls that API Gateway throttled.</summary>
        public int Throttled => Calls.Count(record => record.ErrorCode == "TooManyRequestsException");

        /// <summary>The number of calls that another attach of the account kept out.</summary>
        public int Conflicts => Calls.Count(record => record.ErrorCode == "ConflictException");
    }
}
