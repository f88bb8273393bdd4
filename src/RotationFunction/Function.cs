using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.Lambda.Core;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using RotationFunction;

[assembly: LambdaSerializer(typeof(EventSerializer))]

namespace RotationFunction;

/// <summary>
/// The rotation Lambda: Secrets Manager calls it once for each step of a rotation, the Pulumi stack when a rotating key comes, changes and goes,
/// schedules and people for what they want to know or have done (docs/operations.md).
/// An invocation succeeds when it returns and fails when it throws; each may be repeated.
/// </summary>
/// <seealso href="https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html"/>
public sealed class Function
{
    private readonly CreateSecret _createSecret;
    private readonly SetSecret _setSecret;
    private readonly TestSecret _testSecret;
    private readonly FinishSecret _finishSecret;
    private readonly Lifecycle _lifecycle;
    private readonly LeaveUsagePlan _leaveUsagePlan;
    private readonly Provision _provision;
    private readonly Status _status;
    private readonly Check _check;
    private readonly RevokePrevious _revokePrevious;
    private readonly Rollback _rollback;
    private readonly EndOverlap _endOverlap;
    private readonly Metrics _metrics;
    private readonly TimeProvider _time;
    private readonly Settings _settings;

    /// <summary>What Lambda calls, once per cold start: settings and clients come from the environment.</summary>
    public Function()
        : this(
            Settings.From(Environment.GetEnvironmentVariable),
            new AmazonSecretsManagerClient(new AmazonSecretsManagerConfig { Timeout = NoAnswer.Timeout, HttpClientFactory = new WholeAnswers() }),
            new AmazonAPIGatewayClient(new AmazonAPIGatewayConfig { Timeout = NoAnswer.Timeout, HttpClientFactory = new WholeAnswers() }))
    {
    }

    private Function(Settings settings, AmazonSecretsManagerClient secretsManager, AmazonAPIGatewayClient apiGateway)
        : this(settings, secretsManager, apiGateway, new HttpClient(Probe.CreateHandler()), Console.OpenStandardOutput(), TimeProvider.System) =>
        WarmUp(secretsManager, apiGateway);

    /// <summary>The same function on clients, settings and a clock of the caller's.</summary>
    /// <param name="settings">Settings of the whole function.</param>
    /// <param name="secretsManager">The client of Secrets Manager.</param>
    /// <param name="apiGateway">The client of API Gateway.</param>
    /// <param name="api">Sends the probe's requests. It must not follow redirects: they would take a key along.</param>
    /// <param name="metrics">Takes a line for each step and check, in CloudWatch's embedded metric format.</param>
    /// <param name="time">The clock of all waiting.</param>
    public Function(Settings settings, IAmazonSecretsManager secretsManager, IAmazonAPIGateway apiGateway, HttpClient api, Stream metrics, TimeProvider time)
    {
        _settings = settings;
        _metrics = new Metrics(metrics, time);
        _time = time;

        var secrets = new Secrets(secretsManager, time);
        var apiKeys = new ApiKeys(apiGateway, time);
        var keyRing = new KeyRing(apiKeys, time);
        var guard = new RotationGuard(secrets);
        var probe = new Probe(api, settings, time);
        var inspection = new Inspection(secrets, apiKeys, keyRing, time);

        _status = new Status(inspection);
        _check = new Check(inspection, probe, _metrics);
        _revokePrevious = new RevokePrevious(secrets, apiKeys, keyRing);
        _endOverlap = new EndOverlap(secrets, keyRing, _revokePrevious, time);

        _createSecret = new CreateSecret(secrets, guard, apiKeys);
        _setSecret = new SetSecret(guard, apiKeys, keyRing);
        _testSecret = new TestSecret(secrets, guard, apiKeys, keyRing, probe, settings, time);
        _finishSecret = new FinishSecret(secrets, guard, keyRing, _revokePrevious, time);
        _rollback = new Rollback(secrets, apiKeys, keyRing, _testSecret);

        _lifecycle = new Lifecycle(secrets, apiKeys, keyRing);
        _leaveUsagePlan = new LeaveUsagePlan(secrets, apiKeys, keyRing);
        _provision = new Provision(secrets, apiKeys, keyRing, new PermissionProof(apiKeys, keyRing, time), settings, RunStepAsync, time);
    }

    /// <summary>Runs one step of a rotation, or one action.</summary>
    /// <returns>What an action answers; null after a step.</returns>
    /// <exception cref="RotationException">It failed: the message says what is wrong, in which secret or key, and what to do.</exception>
    public async Task<ActionResult?> FunctionHandler(RotationEvent rotationEvent, ILambdaContext context)
    {
        if (_settings.Refusal is { } refusal)
        {
            throw refusal;
        }

        var invocation = Invocation.From(rotationEvent, context);
        try
        {
            if (string.IsNullOrEmpty(rotationEvent.Action))
            {
                await RunStepAsync(invocation);
                return null;
            }

            return LogText.Sanitize(await RunActionAsync(invocation, rotationEvent), invocation.Confidential.Hide);
        }
        catch (AmazonServiceException refused)
        {
            throw Errors.Refused(invocation, refused);
        }
        catch (Exception broken) when (NoAnswer.Is(broken))
        {
            throw Errors.NoAnswer(invocation, broken);
        }
    }

    private async Task<ActionResult> RunActionAsync(Invocation invocation, RotationEvent received) => invocation.Operation switch
    {
        Lifecycle.Action => invocation.Answer(await IamPropagation.RetryAsync(invocation, _time, () => _lifecycle.RunAsync(invocation, received))),
        Provision.Action => invocation.Answer(await _provision.RunAsync(invocation)),
        LeaveUsagePlan.Action => invocation.Answer(await _leaveUsagePlan.RunAsync(invocation, received)),
        Status.Action => await _status.RunAsync(invocation),
        Check.Action => await _check.RunAsync(invocation),
        RevokePrevious.Action => invocation.Answer(await _revokePrevious.RunAsync(invocation)),
        Rollback.Action => invocation.Answer(await _rollback.RunAsync(invocation)),
        EndOverlap.Action => invocation.Answer(await _endOverlap.RunAsync(invocation)),
        _ => throw Errors.UnknownAction(
            Lifecycle.Action, Provision.Action, LeaveUsagePlan.Action, Status.Action, Check.Action, RevokePrevious.Action, Rollback.Action, EndOverlap.Action),
    };

    /// <summary>
    /// Does what is done once, the first TLS connections and signed calls above all, while the function starts: that runs on a whole CPU, an invocation on its share of one.
    /// The calls are ones that the role allows and whose answers are small; what becomes of them does not matter.
    /// </summary>
    private static void WarmUp(AmazonSecretsManagerClient secretsManager, AmazonAPIGatewayClient apiGateway)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            var calls = Task.WhenAll(
                apiGateway.GetApiKeysAsync(new GetApiKeysRequest { Limit = 1 }, patience.Token),
                apiGateway.GetUsagePlansAsync(new GetUsagePlansRequest { Limit = 1 }, patience.Token), // a connection more, as a step makes two calls at once
                secretsManager.GetRandomPasswordAsync(new GetRandomPasswordRequest(), patience.Token));
            var serializer = new EventSerializer();
            serializer.Deserialize<RotationEvent>(new MemoryStream("""{"Step":"","SecretId":"","ClientRequestToken":"","RotationToken":""}"""u8.ToArray()));
            serializer.Serialize<ActionResult?>(null, Stream.Null);
            calls.GetAwaiter().GetResult();
        }
        catch (Exception)
        {
            // Ignored: the first step reports the same failure and names its secret.
        }
    }

    private async Task RunStepAsync(Invocation rotation)
    {
        var started = _time.GetTimestamp();
        TimeSpan? activation = null;
        switch (rotation.Operation)
        {
            case CreateSecret.Step:
                await _createSecret.RunAsync(rotation);
                break;
            case SetSecret.Step:
                await _setSecret.RunAsync(rotation);
                break;
            case TestSecret.Step:
                activation = await _testSecret.RunAsync(rotation);
                break;
            case FinishSecret.Step:
                await _finishSecret.RunAsync(rotation);
                break;
            default:
                throw Errors.UnknownStep(CreateSecret.Step, SetSecret.Step, TestSecret.Step, FinishSecret.Step);
        }

        var duration = _time.GetElapsedTime(started);
        rotation.Log.StepDone(duration);
        _metrics.StepDone(rotation, duration, activation);
    }
}
