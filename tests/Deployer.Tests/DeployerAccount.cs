using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Amazon.APIGateway;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using LambdaHost;
using LocalAws;
using LocalAws.ApiGateway;
using RotationFunction;
using RotationFunction.Tests;

namespace Deployer.Tests;

/// <summary>
/// An account with two APIs, each in a usage plan, to which the stack itself is deployed: role, policies and all. The function runs with the credentials of
/// its role. When it is disposed, everything that was logged, answered or put out is searched for key values and RotationTokens.
/// </summary>
internal sealed class DeployerAccount : IAsyncDisposable
{
    public const string Owner = "AKIAOWNER";
    public const string SecretName = "shop/orders";

    private readonly ConcurrentQueue<string> _printed = new();
    private readonly MemoryStream _metrics = new();
    private readonly HttpClient _http;
    private int _running;

    private DeployerAccount(EmbeddedAws aws, JumpingTime time, Func<string, string>? tamper)
    {
        (Aws, Time) = (aws, time);
        _http = new HttpClient(aws.CreateTransport());
        Stack = new DeployedStack(this, "test", tamper);
        Secrets = SecretsManager(new BasicAWSCredentials(Owner, aws.SecretAccessKey));
        Gateway = ApiGateway(new BasicAWSCredentials(Owner, aws.SecretAccessKey));
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var (apiId, url) = MakeApi();
            Plans.Add(aws.ApiGateway.CreateUsagePlan(new() { Name = "plan", ApiStages = [new(apiId, "prod")], Quota = new(1_000_000, 0, "MONTH") }).Id);
            Apis.Add(url);
        }
    }

    public EmbeddedAws Aws { get; }

    public JumpingTime Time { get; }

    /// <summary>The stack that most tests are about.</summary>
    public DeployedStack Stack { get; }

    public LocalDeployment Deployment => Stack.Deployment;

    public IAmazonSecretsManager Secrets { get; }

    public IAmazonAPIGateway Gateway { get; }

    public List<string> Plans { get; } = [];

    public List<Uri> Apis { get; } = [];

    /// <summary>What the function logged and answered.</summary>
    public IReadOnlyCollection<string> Printed => _printed;

    /// <summary>The lines that the function wrote for CloudWatch's embedded metric format.</summary>
    public List<JsonElement> Metrics =>
        [.. Encoding.UTF8.GetString(_metrics.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];

    /// <summary>A key in use that the stack is to adopt.</summary>
    public string? AdoptedKeyId { get; set; }

    /// <summary>The role that the function runs as.</summary>
    public string FunctionRoleArn => Stack.FunctionRoleArn;

    /// <summary>The stack's template key.</summary>
    public string TemplateId => Aws.ApiGateway.GetApiKeys(new GetApiKeysRequest { Limit = 500 }).Items.Single(key => key.Name == SecretName + " (template)").Id;

    /// <param name="tamper">Changes the policies of the function's role before they are put: a policy document in, another one out.</param>
    /// <param name="activationLag">How late the data plane learns of a change.</param>
    /// <param name="unknowns">What is not known of AWS, the other way.</param>
    /// <param name="policyLag">How late a change of a role takes effect.</param>
    /// <param name="trailLag">How late CloudTrail's records are: 15 minutes or more, for which this clock waits. By default none arrives.</param>
    public static DeployerAccount Start(
        Func<string, string>? tamper = null,
        TimeSpan activationLag = default,
        UnknownBehaviours? unknowns = null,
        TimeSpan policyLag = default,
        TimeSpan? trailLag = null)
    {
        var time = new JumpingTime();
        return new DeployerAccount(
            EmbeddedAws.Create(new EmbeddedAwsOptions
            {
                TimeProvider = time,
                ActivationLag = activationLag,
                PolicyLag = policyLag,
                Unknowns = unknowns ?? new(),
                TrailLag = trailLag ?? TimeSpan.FromDays(40),
            }),
            time,
            tamper);
    }

    /// <summary>An account that listens on loopback, for clients that no SDK of these tests is.</summary>
    public static async Task<DeployerAccount> ListenAsync()
    {
        var time = new JumpingTime();
        return new DeployerAccount(await EmbeddedAws.StartAsync(new EmbeddedAwsOptions { TimeProvider = time }), time, tamper: null);
    }

    /// <summary>Deploys the stack with this configuration.</summary>
    /// <param name="configuration">Settings by name; what is no text is given as JSON.</param>
    /// <param name="replace">Resources that are replaced, as <c>type name</c>, as by <c>pulumi up --replace</c>.</param>
    public Task UpAsync(object configuration, params string[] replace) => Stack.UpAsync(configuration, replace);

    /// <summary>Another API with a stage named prod.</summary>
    /// <param name="region">Its Region; the home Region where null.</param>
    public (string ApiId, Uri Url) MakeApi(string? region = null)
    {
        var gateway = Aws.In(region ?? Aws.Region).ApiGateway;
        var apiId = gateway.ImportRestApi(new() { Body = SampleApi.Document }).Id;
        gateway.CreateDeployment(new() { RestApiId = apiId, StageName = "prod" });
        return (apiId, new Uri(Aws.InvokeUrl(apiId, "prod"), "orders"));
    }

    /// <summary>A role that an administrator has made, which may do nothing by itself.</summary>
    public string MakeRole(string name) =>
        Aws.Iam.CreateRole(name, """{"Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}""").Arn;

    /// <summary>The stack's configuration with one key in these usage plans.</summary>
    public static object Configuration(params string[] plans) => new
    {
        recoveryWindowDays = 0,
        keys = new[] { new { name = SecretName, description = "Orders", usagePlanIds = plans, schedule = "rate(1 day)" } },
    };

    public Task<DescribeSecretResponse> DescribeAsync() => Secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = SecretName });

    public async Task<string?> ReadKeyAsync(string label, string secretName = SecretName)
    {
        try
        {
            var document = (await Secrets.GetSecretValueAsync(new GetSecretValueRequest { SecretId = secretName, VersionStage = label })).SecretString;
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
    public async Task AssertOpenAsync(Uri api, string secretName = SecretName)
    {
        foreach (var label in new[] { "AWSCURRENT", "AWSPREVIOUS" })
        {
            if (await ReadKeyAsync(label, secretName) is { } key)
            {
                Assert.True(await CallAsync(api, key) == HttpStatusCode.OK, $"The key of {label} is refused.");
            }
        }
    }

    public IReadOnlyList<ApiKey> Minted(string secretName = SecretName) => Aws.ApiGateway.GetApiKeys(new GetApiKeysRequest { NameQuery = secretName + "/", Limit = 500 }).Items;

    /// <summary>Rotates by hand.</summary>
    public async Task RotateAsync(string secretName = SecretName)
    {
        await Aws.SecretsManager.SettledAsync(); // a deployment has the current key tested
        await Secrets.RotateSecretAsync(new RotateSecretRequest { SecretId = secretName });
        await Aws.SecretsManager.SettledAsync();
    }

    /// <summary>Days go by; the schedule rotates.</summary>
    public async Task PassAsync(int days)
    {
        for (var day = 0; day < days; day++)
        {
            Time.Advance(TimeSpan.FromDays(1));
            await Aws.SecretsManager.SettledAsync();
        }
    }

    /// <summary>Time goes by until a schedule's next invocation, and that is over.</summary>
    /// <returns>Why Scheduler or the function failed; null where neither did.</returns>
    public async Task<string?> PassToScheduleAsync(string schedule, TimeSpan time)
    {
        var before = InvocationsBy(schedule).Count;
        Time.Advance(time);
        for (var waited = 0; waited < 3000 && InvocationsBy(schedule).Count == before; waited++)
        {
            await Task.Delay(10);
        }

        Assert.Equal(before + 1, InvocationsBy(schedule).Count);
        return InvocationsBy(schedule)[^1].ErrorCode;
    }

    /// <summary>Waits until nothing invokes the function any more: the clock must not pass the deadline of an invocation that runs.</summary>
    public async Task IdleAsync()
    {
        for (var quiet = 0; quiet < 3; quiet = Volatile.Read(ref _running) == 0 ? quiet + 1 : 0)
        {
            await Task.Delay(5);
        }
    }

    /// <summary>The invocations by the schedule of this name, without what Pulumi adds to it, that are over.</summary>
    public List<CallRecord> InvocationsBy(string schedule) =>
        [.. Aws.Calls.Snapshot().Where(record => record.Call.AccessKeyId == "scheduler.amazonaws.com" && record.Call.Resource.Split('/')[^1][..^8] == schedule)];

    public AmazonSecretsManagerClient SecretsManager(AWSCredentials credentials, string? region = null) => new(
        credentials, new AmazonSecretsManagerConfig { ServiceURL = Aws.ServiceUrl.ToString(), AuthenticationRegion = region ?? Aws.Region, HttpClientFactory = new Transport(Aws) });

    public AmazonAPIGatewayClient ApiGateway(AWSCredentials credentials, string? region = null) => new(
        credentials, new AmazonAPIGatewayConfig { ServiceURL = Aws.ServiceUrl.ToString(), AuthenticationRegion = region ?? Aws.Region, HttpClientFactory = new Transport(Aws) });

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

    /// <summary>What runs a declared function: the function itself, with the credentials of its role.</summary>
    public Func<FunctionInvocation, Task<ReadOnlyMemory<byte>>> RunFunction(DeclaredFunction declared)
    {
        var credentials = CredentialsOf(declared.RoleArn);
        var function = new Function(Settings.From(declared.Environment.GetValueOrDefault), SecretsManager(credentials), ApiGateway(credentials), _http, Stream.Synchronized(_metrics), Time, region => ApiGateway(credentials, region));
        var handler = new InProcessFunction<RotationEvent, ActionResult?>(function.FunctionHandler);
        return async invocation =>
        {
            Interlocked.Increment(ref _running);
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
            finally
            {
                Interlocked.Decrement(ref _running);
            }
        };
    }

    private sealed class Transport(EmbeddedAws aws) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(aws.CreateTransport());
    }
}
