using Amazon;
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
/// The rotation function. Secrets Manager invokes it once for each step of a rotation, the Pulumi stack when a rotating key is created, updated or
/// deleted, and schedules and people for the actions in docs/operations.md. Every invocation can be repeated.
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
    private readonly Watch _watch;
    private readonly Metrics _metrics;
    private readonly TimeProvider _time;
    private readonly Settings _settings;

    /// <summary>
    /// Creates the function with settings and clients from the environment. Lambda calls this constructor once for each cold start.
    /// </summary>
    public Function()
        : this(
            Settings.From(Environment.GetEnvironmentVariable),
            new AmazonSecretsManagerClient(new AmazonSecretsManagerConfig { Timeout = NoAnswer.Timeout, HttpClientFactory = new WholeAnswers() }),
            new AmazonAPIGatewayClient(ApiGatewayConfig()))
    {
    }

    private Function(Settings settings, AmazonSecretsManagerClient secretsManager, AmazonAPIGatewayClient apiGateway)
        : this(settings, secretsManager, apiGateway, new HttpClient(Probe.CreateHandler()), Console.OpenStandardOutput(), TimeProvider.System) =>
        WarmUp(secretsManager, apiGateway);

    /// <summary>Creates the function with the given clients, settings and clock.</summary>
    /// <param name="settings">The settings of the function.</param>
    /// <param name="secretsManager">The client of Secrets Manager.</param>
    /// <param name="apiGateway">The client of API Gateway.</param>
    /// <param name="api">The client for the probe's requests. It must not follow redirects, which would send a key to another host.</param>
    /// <param name="metrics">The stream for a line for each step and check, in CloudWatch's embedded metric format.</param>
    /// <param name="time">The clock of all waiting.</param>
    /// <param name="apiGatewayOf">
    /// Creates the client of API Gateway in another Region, for secrets with keys in several; null for clients from the environment.
    /// </param>
    public Function(
        Settings settings, IAmazonSecretsManager secretsManager, IAmazonAPIGateway apiGateway, HttpClient api, Stream metrics, TimeProvider time,
        Func<string, IAmazonAPIGateway>? apiGatewayOf = null)
    {
        _settings = settings;
        _metrics = new Metrics(metrics, time);
        _time = time;

        var secrets = new Secrets(secretsManager, time);
        var regions = new Regions(apiGateway, apiGatewayOf ?? (region => new AmazonAPIGatewayClient(ApiGatewayConfig(region))), time);
        var guard = new RotationGuard(secrets);
        var probe = new Probe(api, settings, time);
        var inspection = new Inspection(secrets, regions, settings, time);

        _status = new Status(inspection);
        _check = new Check(secrets, inspection, probe, _metrics, settings);
        _revokePrevious = new RevokePrevious(secrets, regions, time);
        _endOverlap = new EndOverlap(secrets, regions, _revokePrevious, time);
        _watch = new Watch(secrets, regions.Home, _metrics, time);

        _createSecret = new CreateSecret(secrets, guard, regions, time);
        _setSecret = new SetSecret(secrets, guard, regions);
        _testSecret = new TestSecret(secrets, guard, regions, probe, settings, time);
        _finishSecret = new FinishSecret(secrets, guard, regions, _revokePrevious, time);
        _rollback = new Rollback(secrets, regions, _testSecret, time);

        _lifecycle = new Lifecycle(secrets, regions, _testSecret, time);
        _leaveUsagePlan = new LeaveUsagePlan(secrets, regions, _lifecycle);
        _provision = new Provision(secrets, regions, _lifecycle, settings, RunStepAsync, time);
    }

    /// <summary>Runs one step of a rotation, or one action.</summary>
    /// <returns>The response of an action; null after a step.</returns>
    /// <exception cref="RotationException">
    /// The step or action failed. The message says what is wrong, in which secret or key, and what to do.
    /// </exception>
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
        catch (Exception failure) when (Errors.IsOfAws(failure))
        {
            throw Errors.Of(invocation, failure);
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
        Watch.Action => await _watch.RunAsync(invocation, received),
        _ => throw Errors.UnknownAction(
            Lifecycle.Action, Provision.Action, LeaveUsagePlan.Action,
            Status.Action, Check.Action, RevokePrevious.Action, Rollback.Action, EndOverlap.Action, Watch.Action),
    };

    /// <summary>
    /// Does one-time work, mainly the first TLS connections and signed calls, while the function starts: initialization runs on a whole CPU,
    /// an invocation on its share of one. API Gateway rejects its two calls, which are not signed: no account's rate counts them. The role permits
    /// Secrets Manager's call. The results are ignored.
    /// </summary>
    private static void WarmUp(AmazonSecretsManagerClient secretsManager, AmazonAPIGatewayClient apiGateway)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            var unsigned = new AmazonAPIGatewayClient(new AnonymousAWSCredentials(), (AmazonAPIGatewayConfig)apiGateway.Config);
            var calls = Task.WhenAll(
                unsigned.GetApiKeysAsync(new GetApiKeysRequest { Limit = 1 }, patience.Token),
                // A second connection: a step makes two calls at once.
                unsigned.GetUsagePlansAsync(new GetUsagePlansRequest { Limit = 1 }, patience.Token),
                secretsManager.GetRandomPasswordAsync(new GetRandomPasswordRequest(), patience.Token));
            var serializer = new EventSerializer();
            serializer.Deserialize<RotationEvent>(new MemoryStream(
                """{"Step":"","SecretId":"","ClientRequestToken":"","RotationToken":""}"""u8.ToArray()));
            serializer.Serialize<ActionResult?>(null, Stream.Null);
            calls.GetAwaiter().GetResult();
        }
        catch (Exception)
        {
            // Ignored: the first step reports the same failure and names its secret.
        }
    }

    private static AmazonAPIGatewayConfig ApiGatewayConfig(string? region = null)
    {
        var config = new AmazonAPIGatewayConfig { Timeout = NoAnswer.Timeout, HttpClientFactory = new WholeAnswers() };
        if (region is not null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        return config;
    }

    private async Task RunStepAsync(Invocation rotation)
    {
        var started = _time.GetTimestamp();
        List<Activation> activations = [];
        switch (rotation.Operation)
        {
            case CreateSecret.Step:
                await _createSecret.RunAsync(rotation);
                break;
            case SetSecret.Step:
                await _setSecret.RunAsync(rotation);
                break;
            case TestSecret.Step:
                activations = await _testSecret.RunAsync(rotation);
                break;
            case FinishSecret.Step:
                await _finishSecret.RunAsync(rotation);
                break;
            default:
                throw Errors.UnknownStep(CreateSecret.Step, SetSecret.Step, TestSecret.Step, FinishSecret.Step);
        }

        var duration = _time.GetElapsedTime(started);
        rotation.Log.StepDone(duration);
        _metrics.StepDone(rotation, duration, activations);
    }
}
