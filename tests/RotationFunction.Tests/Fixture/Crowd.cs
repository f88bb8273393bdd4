using System.Net;
using System.Text.Json;
using LocalAws;
using LocalAws.ApiGateway;
using LocalAws.SecretsManager;
using LocalAws.Tests;

namespace RotationFunction.Tests;

/// <summary>Tests on a <see cref="VirtualTime"/> run alone: it moves whenever no thread of this process works.</summary>
[CollectionDefinition(nameof(Crowd), DisableParallelization = true)]
public sealed class CrowdsRunAlone;

/// <summary>
/// Many secrets of one account, in virtual time, as strict as AWS may be: API Gateway's rates apply, an attach holds the account for a second, and a read does
/// not see the writes of the last seconds.
/// </summary>
internal sealed class Crowd : IAsyncDisposable
{
    /// <summary>API Gateway's rate and burst for all calls, and the rate of CreateApiKey and of DeleteApiKey (AWS developer guide, quotas).</summary>
    private const double CallsPerSecond = 10;
    private const double Burst = 40;
    private const double CreatesPerSecond = 5;
    private const int ProviderRetries = 25;

    private readonly VirtualTime _time = new();
    private readonly VirtualFunction _function;
    private readonly string _functionArn;

    private Crowd()
    {
        Aws = EmbeddedAws.Create(new EmbeddedAwsOptions
        {
            TimeProvider = _time,
            RotationAttempts = 1,
            Unknowns = new UnknownBehaviours
            {
                AttachDuration = TimeSpan.FromSeconds(1),
                ReadLag = TimeSpan.FromSeconds(2),
                CancelShowsAfter = TimeSpan.FromSeconds(5),
            },
        });
        _function = new VirtualFunction(Aws, new Settings(TimeSpan.FromSeconds(RotationFixture.ActivationWait)));
        _functionArn = Aws.Lambda.Register("rotation", _function.InvokeAsync, new FunctionOptions { Timeout = FunctionContract.LongestInvocation });
        Aws.Lambda.AddPermission(new AddPermissionRequest
        {
            FunctionName = "rotation",
            StatementId = "secretsmanager",
            Action = "lambda:InvokeFunction",
            Principal = "secretsmanager.amazonaws.com",
            SourceAccount = Aws.AccountId,
        });
        PlanId = AddPlan();
    }

    public EmbeddedAws Aws { get; }

    public string PlanId { get; }

    /// <summary>The secrets' ARNs.</summary>
    public List<string> Secrets { get; } = [];

    /// <summary>The template key's id of each secret.</summary>
    public List<string> Templates { get; } = [];

    /// <summary>How long the last crowd took.</summary>
    public TimeSpan Took { get; private set; }

    /// <summary>The time that the last crowd needs at least, by the rates of the calls that API Gateway answered.</summary>
    public TimeSpan Bound { get; private set; }

    /// <summary>Secrets with template keys and without keys, as a stack creates them.</summary>
    public static Crowd New(int secrets)
    {
        var crowd = new Crowd();
        for (var number = 0; number < secrets; number++)
        {
            crowd.Add($"crowd/{number}", tags: []);
        }

        crowd.Aws.ApiGateway.RateLimits = true;
        return crowd;
    }

    /// <summary>The same, rotated before: each has a disabled key, a previous and a current one, and rotation is on.</summary>
    public static async Task<Crowd> StartAsync(int secrets, params Tag[] tags)
    {
        var crowd = new Crowd();
        for (var number = 0; number < secrets; number++)
        {
            crowd.Add($"crowd/{number}", tags);
            crowd.AddKeys($"crowd/{number}", crowd.Secrets[^1]);
        }

        crowd.Secrets.ForEach(secret => crowd.Rotate(secret, immediately: false));
        await crowd.RunAsync(async () =>
        {
            await crowd.Aws.SecretsManager.SettledAsync();
            await Task.Delay(TimeSpan.FromHours(20), crowd._time);
        });
        Assert.All(crowd.Aws.SecretsManager.Rotations, rotation => Assert.Equal(RotationOutcome.Succeeded, rotation.Outcome));
        crowd.Aws.SecretsManager.ClearRotations();
        crowd.Aws.ApiGateway.RateLimits = true;
        return crowd;
    }

    /// <summary>Invokes the function once for each event, all at once. Returns its answers, and the message of its error where it failed.</summary>
    public async Task<List<JsonElement>> InvokeAsync(IEnumerable<object> events)
    {
        var answers = new List<JsonElement>();
        await RunAsync(async () => answers.AddRange(await Task.WhenAll(events.Select(InvokeOneAsync))));
        return answers;
    }

    /// <summary>Runs something in virtual time, and measures it.</summary>
    public async Task RunAsync(Func<Task> crowd)
    {
        Aws.Calls.Clear();
        var began = _time.GetUtcNow();
        await _time.RunUntilAsync(Task.Run(crowd));
        Took = _time.GetUtcNow() - began;
        var answered = Aws.Calls.Snapshot().Where(call => call is { Call.Service: "apigateway", Status: < 400 }).ToList();
        Bound = TimeSpan.FromSeconds(new[]
        {
            (answered.Count - Burst) / CallsPerSecond,
            Answered("CreateApiKey") / CreatesPerSecond,
            Answered("DeleteApiKey") / CreatesPerSecond,
            Answered("CreateUsagePlanKey"),
        }.Max());

        int Answered(string operation) => answered.Count(call => call.Call.Operation == operation);
    }

    /// <summary>Invokes the function once, inside of what <see cref="RunAsync"/> runs.</summary>
    public async Task<JsonElement> InvokeOneAsync(object action)
    {
        var began = _time.GetUtcNow();
        try
        {
            var answer = await _function.InvokeAsync(
                new FunctionInvocation(Guid.NewGuid().ToString(), _functionArn, JsonSerializer.SerializeToUtf8Bytes(action), began + FunctionContract.LongestInvocation));
            return JsonSerializer.Deserialize<JsonElement>(answer.Span);
        }
        catch (Exception failure)
        {
            return JsonSerializer.SerializeToElement(new { Error = failure.Message, Seconds = (_time.GetUtcNow() - began).TotalSeconds });
        }
    }

    /// <summary>
    /// A deployment's own calls, inside of what <see cref="RunAsync"/> runs. The Pulumi provider for AWS tries a throttled call again 25 times, after a random
    /// part of 2, 4, 8 seconds and so on, of 20 at most. Returns how many calls it gave up.
    /// </summary>
    public async Task<int> DeployAsync(int atOnce, int callsEach)
    {
        using var client = new HttpClient(new SigningHandler("AKIADEPLOYER", "apigateway") { InnerHandler = Aws.CreateTransport() }) { BaseAddress = Aws.ServiceUrl };
        return (await Task.WhenAll(Enumerable.Range(0, atOnce).Select(CallAsync))).Sum();

        async Task<int> CallAsync(int resource)
        {
            var givenUp = 0;
            for (var call = 0; call < callsEach; call++)
            {
                var retries = 0;
                while (retries <= ProviderRetries && (await client.GetAsync("/apikeys/" + Templates[resource])).StatusCode == HttpStatusCode.TooManyRequests)
                {
                    await DelayAsync(TimeSpan.FromSeconds(Random.Shared.NextDouble() * Math.Min(20, Math.Pow(2, ++retries))));
                }

                givenUp += retries > ProviderRetries ? 1 : 0;
                await DelayAsync(TimeSpan.FromMilliseconds(20));
            }

            return givenUp;
        }
    }

    /// <summary>Starts a rotation, or the test that AWS runs when rotation is turned on.</summary>
    public void Rotate(string secret, bool immediately = true) => Aws.SecretsManager.RotateSecret(new RotateSecretRequest
    {
        SecretId = secret,
        ClientRequestToken = Guid.NewGuid().ToString(),
        RotationLambdaArn = _functionArn,
        RotateImmediately = immediately,
    });

    public Task DelayAsync(TimeSpan delay) => Task.Delay(delay, _time);

    /// <summary>A usage plan with an API stage of its own.</summary>
    public string AddPlan()
    {
        var api = Aws.ApiGateway.ImportRestApi(new() { Body = SampleApi.Document });
        Aws.ApiGateway.CreateDeployment(new() { RestApiId = api.Id, StageName = "prod" });
        return Aws.ApiGateway.CreateUsagePlan(new() { Name = "partners", ApiStages = [new(api.Id, "prod")] }).Id;
    }

    /// <summary>The keys of a plan with names of a secret's minted keys.</summary>
    public int MintedIn(string plan, string secretName) =>
        Aws.ApiGateway.GetUsagePlanKeys(new() { UsagePlanId = plan, NameQuery = secretName + "/", Limit = 500 }).Items.Count;

    public List<ApiKey> MintedOf(string secretName) => Aws.ApiGateway.GetApiKeys(new() { NameQuery = secretName + "/", Limit = 500 }).Items.ToList();

    public ValueTask DisposeAsync() => Aws.DisposeAsync();

    private void Add(string name, Tag[] tags)
    {
        var template = Aws.ApiGateway.CreateApiKey(new() { Name = name, Tags = new Dictionary<string, string> { ["apikey-rotation:template-for"] = name } });
        Aws.ApiGateway.CreateUsagePlanKey(new() { UsagePlanId = PlanId, KeyId = template.Id });
        Templates.Add(template.Id);
        Secrets.Add(Aws.SecretsManager.CreateSecret(new CreateSecretRequest { Name = name, Tags = [new("apikey-rotation:template", template.Id), .. tags] }).Arn);
    }

    private void AddKeys(string name, string secret)
    {
        foreach (var enabled in new[] { false, true, true })
        {
            var value = Guid.NewGuid().ToString("N");
            var key = Aws.ApiGateway.CreateApiKey(new()
            {
                Name = $"{name}/{Guid.NewGuid()}",
                Value = value,
                Enabled = enabled,
                Tags = new Dictionary<string, string> { ["apikey-rotation:minted-for"] = secret },
            });
            Aws.ApiGateway.CreateUsagePlanKey(new() { UsagePlanId = PlanId, KeyId = key.Id });
            Aws.SecretsManager.PutSecretValue(new() { SecretId = secret, ClientRequestToken = Guid.NewGuid().ToString(), SecretString = $$"""{"apiKey": "{{value}}"}""" });
        }
    }
}
