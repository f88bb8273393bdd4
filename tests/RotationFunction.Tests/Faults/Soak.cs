using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using LambdaHost;
using LocalAws;
using LocalAws.ApiGateway;
using LocalAws.SecretsManager;
using ApiKey = LocalAws.ApiGateway.ApiKey;

namespace RotationFunction.Tests;

/// <summary>
/// Years of daily rotations of many secrets by Secrets Manager's own schedule, in virtual time, with faults in a tenth of the function's AWS calls and
/// of the deliveries of its events, while clients call the API. A third of the secrets are on hold, with a client that reads the secret only when it is
/// refused. In the end each secret is left alone for two rotations.
/// </summary>
/// <param name="secrets">The number of secrets.</param>
/// <param name="days">How many days something goes wrong.</param>
/// <param name="seed">Draws the faults. Threads run beside each other as they like, so a seed gives the same faults, not the same run to the letter.</param>
internal sealed class Soak(int secrets, int days, int seed) : IAsyncDisposable
{
    private const int FaultsIn = 10; // one in so many
    private const int QuietDays = 2; // two rotations
    private const string FunctionAccessKey = "AKIAFUNCTION";
    private static readonly TimeSpan Hold = TimeSpan.FromDays(3);

    // Every look of the schedule may fail; so many do not.
    private static readonly TimeSpan LongestAfterHold = TimeSpan.FromDays(7);

    private static readonly FaultKind[] Kinds = [.. FaultKinds.All.Except([FaultKind.StaleRead, FaultKind.Twin, FaultKind.LateEvents])];

    // What an invocation belongs to; another one for each invocation, also for those that run at the same time.
    private static readonly AsyncLocal<Running?> Current = new();
    private static readonly AsyncLocal<Fault?> NextFault = new();

    private readonly SemaphoreSlim _gate = new(initialCount: 1);
    private readonly JumpingTime _time = new();
    private readonly Stopwatch _stopwatch = Stopwatch.StartNew();
    private readonly Dictionary<string, RotatingSecret> _secrets = [];
    private readonly ConcurrentDictionary<string, int> _faults = new();
    private EmbeddedAws _aws = null!;
    private HttpClient _api = null!;
    private Uri _apiUrl = null!;
    private InProcessFunction<RotationEvent, ActionResult?> _function = null!;
    private bool _isQuiet = true;
    private DateTimeOffset _started;
    private long _awsCalls;
    private long _clientCalls;
    private int _rotations;
    private int _failedRotations;
    private int _retries;
    private int _mostKeys;
    private string _functionArn = "";

    /// <summary>What went against the promises, by ids.</summary>
    public ConcurrentQueue<string> Violations { get; } = new();

    public int Refusals { get; private set; }

    public int LostKeys { get; private set; }

    public int StrayKeys { get; private set; }

    /// <summary>How often a client that does not re-read was refused.</summary>
    public int CutOffs { get; private set; }

    public async Task RunAsync(Action<string> print)
    {
        await PrepareAsync();
        _started = _time.GetUtcNow();
        _isQuiet = false;
        for (var hour = 0; hour < (days + QuietDays) * 24; hour++)
        {
            _isQuiet = hour >= days * 24;
            await PassHourAsync(hour);
            if (hour % (24 * 90) == 0 && hour > 0)
            {
                print($"day {hour / 24}: {_rotations} rotations, {Refusals} refusals, {LostKeys} lost keys");
            }
        }

        foreach (var secret in _secrets.Values)
        {
            CheckIsLeftWithItsKeys(secret);
        }

        print(Figures());
    }

    public async ValueTask DisposeAsync()
    {
        await _aws.DisposeAsync();
        _api.Dispose();
        _gate.Dispose();
    }

    public string Figures() => string.Create(CultureInfo.InvariantCulture, $"""
        seed {seed}: {secrets} secrets, {days} days and {QuietDays} quiet ones
        virtual time      {(_time.GetUtcNow() - _started).TotalDays:F0} days
        real time         {_stopwatch.Elapsed.TotalSeconds:F0} s
        rotations         {_rotations}, and {_failedRotations} that failed at every try and went on the next day
        retries           {_retries}
        AWS calls         {_awsCalls}
        faults            {_faults.Values.Sum()}
          {string.Join("\n  ", _faults.OrderBy(fault => fault.Key, StringComparer.Ordinal).Select(fault => $"{fault.Key,-16}{fault.Value}"))}
        client calls      {_clientCalls}
        refusals          {Refusals}
        lost keys         {LostKeys}
        stray keys        {StrayKeys}
        cut off by holds  {CutOffs}
        most keys         {_mostKeys} of one secret at one time
        """);

    private async Task PrepareAsync()
    {
        _aws = EmbeddedAws.Create(new EmbeddedAwsOptions { TimeProvider = _time, ActivationLag = TimeSpan.FromSeconds(90), DataPlaneNodes = 2, RotationAttempts = 5, Unknowns = new UnknownBehaviours { AttachDuration = TimeSpan.FromSeconds(1) } });
        _api = new HttpClient(_aws.CreateTransport());
        var clients = new InProcessClients(_aws) { Between = transport => new BetweenFunctionAndAws(this, transport) };
        var function = new Function(new Settings(TimeSpan.FromSeconds(120)), clients.SecretsManager(FunctionAccessKey), clients.ApiGateway(FunctionAccessKey), _api, Stream.Null, _time);
        _function = new InProcessFunction<RotationEvent, ActionResult?>(function.FunctionHandler);
        _aws.Faults = _ => NextFault.Value;
        var functionArn = _functionArn = _aws.Lambda.Register("rotation", InvokeAsync);
        _aws.Lambda.AddPermission(new AddPermissionRequest
        {
            FunctionName = "rotation",
            StatementId = "secretsmanager",
            Action = "lambda:InvokeFunction",
            Principal = "secretsmanager.amazonaws.com",
            SourceAccount = _aws.AccountId,
        });

        var api = _aws.ApiGateway.ImportRestApi(new() { Body = SampleApi.Document });
        _aws.ApiGateway.CreateDeployment(new CreateDeploymentRequest { RestApiId = api.Id, StageName = "prod" });
        _apiUrl = new Uri(_aws.InvokeUrl(api.Id, "prod"), "orders");
        // Without a quota it would not be known who uses a key.
        var plan = _aws.ApiGateway.CreateUsagePlan(new CreateUsagePlanRequest
        {
            Name = "plan",
            ApiStages = [new ApiStage(api.Id, "prod")],
            Quota = new QuotaSettings(int.MaxValue, 0, "MONTH"),
        }).Id;
        for (var index = 0; index < secrets; index++)
        {
            await AddSecretAsync(index, plan, functionArn);
        }

        _aws.SecretsManager.Deliveries = Deliver;
        _aws.SecretsManager.ClearRotations();
    }

    private async Task AddSecretAsync(int index, string planId, string functionArn)
    {
        var name = $"soak/client-{index}";
        var holds = index % 3 == 0;
        var template = _aws.ApiGateway.CreateApiKey(new CreateApiKeyRequest { Name = "template", Tags = new Dictionary<string, string> { ["apikey-rotation:template-for"] = name } });
        _aws.ApiGateway.CreateUsagePlanKey(new CreateUsagePlanKeyRequest { UsagePlanId = planId, KeyId = template.Id });
        var arn = _aws.SecretsManager.CreateSecret(new CreateSecretRequest { Name = name, Tags = [new Tag("apikey-rotation:template", template.Id), .. holds ? [new Tag("apikey-rotation:hold", "3d"), new Tag("apikey-rotation:quota", "carry")] : Array.Empty<Tag>()] }).Arn;
        var secret = new RotatingSecret(name, arn, Slot: index % 24, holds, new Random(HashCode.Combine(seed, index)));
        _secrets.Add(arn, secret);
        await InvokeAsync(new FunctionInvocation(
            Guid.NewGuid().ToString(), functionArn, JsonSerializer.SerializeToUtf8Bytes(new { action = "provision", secretId = arn }), _time.GetUtcNow().AddMinutes(15)));
        // In a slot of the day of its own, as rate(1 day) would open all windows at midnight; one a day all the same.
        _aws.SecretsManager.RotateSecret(new RotateSecretRequest
        {
            SecretId = arn,
            ClientRequestToken = Guid.NewGuid().ToString(),
            RotationLambdaArn = functionArn,
            RotationRules = new RotationRules { ScheduleExpression = $"cron(0 {secret.Slot} * * ? *)" },
            RotateImmediately = false,
        });
        await _aws.SecretsManager.SettledAsync();
        Array.ForEach(secret.Clients, client => Read(secret, client));
    }

    /// <summary>The clock moves on to the next full hour, unless what ran in the last one took longer; rotations run to their end; clients do what they do.</summary>
    private async Task PassHourAsync(int hour)
    {
        var next = _started.AddHours(hour + 1);
        if (next > _time.GetUtcNow())
        {
            _time.Advance(next - _time.GetUtcNow());
        }

        await _aws.SecretsManager.SettledAsync();
        foreach (var rotation in _aws.SecretsManager.Rotations)
        {
            _retries += rotation.Steps.Max(step => step.Attempt) - 1;
            _ = rotation.Outcome == RotationOutcome.Succeeded ? _rotations++ : _failedRotations++;
            CheckKeysAreStored(_secrets[rotation.SecretArn]);
        }

        _aws.SecretsManager.ClearRotations();
        _aws.Calls.Clear();
        foreach (var secret in _secrets.Values)
        {
            var sinceSlot = (next.Hour - secret.Slot + 24) % 24;
            if (secret.Holds && sinceSlot % 6 == 3)
            {
                await EndHoldsAsync(secret);
            }

            foreach (var client in secret.Clients)
            {
                if (client.ReadsAt(sinceSlot))
                {
                    Read(secret, client);
                }

                if (sinceSlot % 6 == client.Number % 6)
                {
                    await CallAsync(secret, client);
                }
            }
        }
    }

    private Delivery Deliver(StepEvent step)
    {
        var secret = _secrets[step.SecretArn];
        if (step is { Step: "createSecret", Attempt: 1 })
        {
            // As late as is promised to work: when the next rotation begins.
            foreach (var client in secret.Clients.Where(client => client.Reads is Reading.AsLateAsPossible))
            {
                Read(secret, client);
            }
        }

        if (_isQuiet || secret.Draw(FaultsIn) > 0)
        {
            return Delivery.Once;
        }

        // A late finishSecret may end a rotation that had failed: before the clients of that day read the secret.
        var hours = 1 + secret.Draw(4);
        var (kind, delivery) = secret.Draw(4) switch
        {
            0 => ("delivered twice", Delivery.Twice),
            1 => ("twice at once", Delivery.TwiceAtOnce),
            2 => ("answer lost", Delivery.AnswerLost),
            _ => ("again later", Delivery.AgainAfter(TimeSpan.FromHours(hours))),
        };
        Count(kind);
        return delivery;
    }

    private async Task<ReadOnlyMemory<byte>> InvokeAsync(FunctionInvocation invocation)
    {
        using var received = JsonDocument.Parse(invocation.Payload);
        var secretArn = received.RootElement.TryGetProperty("SecretId", out var id) ? id.GetString() : received.RootElement.GetProperty("secretId").GetString();
        Current.Value = new Running(_secrets[secretArn!], invocation.Deadline);
        return await _function.InvokeAsync(
            invocation.Payload, new InvocationContext(invocation.RequestId, invocation.FunctionArn, invocation.Deadline, _time, new TemplateLogger(_ => { })));
    }

    private async Task<HttpResponseMessage> SendAsync(Func<Task<HttpResponseMessage>> send)
    {
        var running = Current.Value!;
        if (running.IsDead)
        {
            throw new ProcessDiedException();
        }

        // One call after the other: the clock must not jump between the look at the deadline and the call.
        await _gate.WaitAsync();
        try
        {
            // Lambda would have ended it: another invocation has moved the clock on.
            return _time.GetUtcNow() <= running.Deadline ? await SendAsync(running, send) : throw Die(running);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Running running, Func<Task<HttpResponseMessage>> send)
    {
        Interlocked.Increment(ref _awsCalls);
        FaultKind? kind = _isQuiet || running.Secret.Draw(FaultsIn) > 0 ? null : Kinds[running.Secret.Draw(Kinds.Length)];
        if (kind is { } drawn)
        {
            Count(drawn.ToString());
        }

        if (kind == FaultKind.KilledBefore)
        {
            throw Die(running);
        }

        NextFault.Value = kind is null ? null : FaultKinds.OfEmbeddedAws(kind.Value);
        try
        {
            var answer = await send();
            if (kind == FaultKind.LambdaTimeOut)
            {
                _time.Advance(TimeSpan.FromMinutes(16));
            }

            return kind is FaultKind.KilledAfter or FaultKind.LambdaTimeOut ? throw Die(running) : answer;
        }
        finally
        {
            // Clients do not wait for the function.
            await CallAsync(running.Secret, running.Secret.NextClient());
        }
    }

    private static ProcessDiedException Die(Running running)
    {
        running.IsDead = true;
        return new ProcessDiedException();
    }

    private void Read(RotatingSecret secret, Client client) => client.Key = ValueOf(_aws.SecretsManager.GetSecretValue(new GetSecretValueRequest { SecretId = secret.Arn }));

    private async Task CallAsync(RotatingSecret secret, Client client)
    {
        if (client.Key is not { } key)
        {
            return;
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, _apiUrl) { Headers = { { "x-api-key", key } } };
        using var response = await _api.SendAsync(request);
        Interlocked.Increment(ref _clientCalls);
        if (client.Reads is Reading.WhenRefused)
        {
            CheckHeld(secret, client, response.StatusCode == HttpStatusCode.OK);
        }
        else if (response.StatusCode != HttpStatusCode.OK)
        {
            Violate(() => Refusals++, $"client {client.Number} of {secret.Name} was refused");
        }
    }

    /// <summary>A client that does not re-read is served until its key's hold has ended, and not for long after that.</summary>
    private void CheckHeld(RotatingSecret secret, Client client, bool isServed)
    {
        var end = EndOf(secret, client.Key!);
        if (!isServed && !(_time.GetUtcNow() >= end))
        {
            Violate(() => Refusals++, $"a client of {secret.Name} was cut off before its key's hold ended");
        }
        else if (isServed && _time.GetUtcNow() > end + LongestAfterHold)
        {
            Violate(() => StrayKeys++, $"a key of {secret.Name} is served long after its hold");
        }

        if (!isServed)
        {
            CutOffs++;
            Read(secret, client);
        }
    }

    /// <summary>The hold counts from the second key that was created after a key.</summary>
    private static DateTimeOffset? EndOf(RotatingSecret secret, string key)
    {
        lock (secret.Created)
        {
            return secret.Created.TryGetValue(key, out var created)
                ? secret.Created.Values.Where(other => other > created).Order().Select(other => (DateTimeOffset?)other).ElementAtOrDefault(1) + Hold
                : null;
        }
    }

    private async Task EndHoldsAsync(RotatingSecret secret)
    {
        try
        {
            await InvokeAsync(new FunctionInvocation(
                Guid.NewGuid().ToString(), _functionArn, JsonSerializer.SerializeToUtf8Bytes(new { action = "endOverlap", secretId = secret.Arn }), _time.GetUtcNow().AddMinutes(15)));
        }
        catch (Exception failure) when (failure is RotationException or ProcessDiedException)
        {
            // The next look is six hours later.
        }
    }

    /// <summary>No minted key has a value that the secret does not hold.</summary>
    private void CheckKeysAreStored(RotatingSecret secret)
    {
        var keys = KeysOf(secret);
        _mostKeys = Math.Max(_mostKeys, keys.Count);
        foreach (var key in keys)
        {
            lock (secret.Created)
            {
                secret.Created[key.Value!] = key.CreatedDate;
            }

            if (ValueOfVersion(secret, key.Name![(secret.Name.Length + 1)..]) != key.Value)
            {
                Violate(() => LostKeys++, $"the value of key {key.Id} is not in {secret.Name}");
            }
        }
    }

    /// <summary>Exactly the keys that a secret has whose last two rotations went well: current, previous, and one that is disabled.</summary>
    private void CheckIsLeftWithItsKeys(RotatingSecret secret)
    {
        CheckKeysAreStored(secret);
        var keys = KeysOf(secret);
        var labels = _aws.SecretsManager.DescribeSecret(new SecretRequest { SecretId = secret.Arn }).VersionIdsToStages!;
        foreach (var label in new[] { "AWSCURRENT", "AWSPREVIOUS" })
        {
            var value = ValueOfVersion(secret, labels.First(version => version.Value.Contains(label)).Key);
            if (keys.SingleOrDefault(key => key.Value == value) is not { Enabled: true })
            {
                Violate(() => LostKeys++, $"{label} of {secret.Name} has no enabled key");
            }
        }

        if (secret.Holds)
        {
            foreach (var key in keys.Where(key => key.Enabled && !(_time.GetUtcNow() <= EndOf(secret, key.Value!) + LongestAfterHold) && EndOf(secret, key.Value!) is not null))
            {
                Violate(() => StrayKeys++, $"key {key.Id} of {secret.Name} is enabled long after its hold");
            }
        }
        else if (keys.Count != 3 || keys.Count(key => key.Enabled) != 2)
        {
            Violate(() => StrayKeys += Math.Max(keys.Count - 3, 1), $"{secret.Name} is left with {keys.Count} keys, {keys.Count(key => key.Enabled)} of them enabled");
        }
    }

    private List<ApiKey> KeysOf(RotatingSecret secret) =>
        [.. _aws.ApiGateway.GetApiKeys(new GetApiKeysRequest { NameQuery = secret.Name + "/", IncludeValues = true, Limit = 500 }).Items.Where(key => KeyNames.IsMinted(key.Name, secret.Name))];

    private string? ValueOfVersion(RotatingSecret secret, string versionId)
    {
        try
        {
            return ValueOf(_aws.SecretsManager.GetSecretValue(new GetSecretValueRequest { SecretId = secret.Arn, VersionId = versionId }));
        }
        catch (LocalAws.AwsException)
        {
            return null;
        }
    }

    private static string ValueOf(SecretValue version) => JsonDocument.Parse(version.SecretString!).RootElement.GetProperty("apiKey").GetString()!;

    private void Violate(Action count, string what)
    {
        lock (Violations)
        {
            count();
            Violations.Enqueue($"day {(_time.GetUtcNow() - _started).TotalDays:F1}: {what}");
        }
    }

    private void Count(string kind) => _faults.AddOrUpdate(kind, 1, (_, count) => count + 1);

    private sealed class Running(RotatingSecret secret, DateTimeOffset deadline)
    {
        public RotatingSecret Secret { get; } = secret;

        public DateTimeOffset Deadline { get; } = deadline;

        public bool IsDead { get; set; }
    }

    /// <summary>Somebody who calls the API with the key that was read last.</summary>
    /// <param name="number">Its number among the secret's clients.</param>
    /// <param name="reads">When it reads the secret.</param>
    private sealed class Client(int number, Reading reads)
    {
        public int Number { get; } = number;

        public Reading Reads { get; } = reads;

        public string? Key { get; set; }

        public bool ReadsAt(int hoursSinceRotation) => Reads is Reading.EachHour || (hoursSinceRotation == 10 && Reads is Reading.Midway) || (hoursSinceRotation == 18 && Reads is Reading.Late);
    }

    private enum Reading
    {
        EachHour,
        Midway,
        Late,

        /// <summary>When the next rotation begins.</summary>
        AsLateAsPossible,

        /// <summary>Only when it is refused.</summary>
        WhenRefused,
    }

    private sealed record RotatingSecret(string Name, string Arn, int Slot, bool Holds, Random Random)
    {
        private int _next;

        public Client[] Clients { get; } =
            [.. Enum.GetValues<Reading>().Where(reads => Holds || reads is not Reading.WhenRefused).Select((reads, number) => new Client(number, reads))];

        /// <summary>When each key was created that there has been, by its value.</summary>
        public Dictionary<string, DateTimeOffset> Created { get; } = [];

        public Client NextClient() => Clients[(uint)Interlocked.Increment(ref _next) % Clients.Length];

        public int Draw(int below)
        {
            lock (Random)
            {
                return Random.Next(below);
            }
        }
    }

    private sealed class BetweenFunctionAndAws(Soak soak, HttpMessageHandler transport) : DelegatingHandler(transport)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            soak.SendAsync(() => base.SendAsync(request, cancellationToken));
    }
}
