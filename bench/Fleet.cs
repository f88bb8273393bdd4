using System.Collections.Concurrent;
using LocalAws;
using LocalAws.ApiGateway;
using LocalAws.SecretsManager;
using RotationFunction;
using RotationFunction.Tests;

namespace Bench;

/// <summary>The result of many secrets that were due at once.</summary>
/// <param name="Function">The function.</param>
/// <param name="Secrets">The number of secrets.</param>
/// <param name="Rotated">The number of rotations that succeeded.</param>
/// <param name="Repeated">The number of times that Secrets Manager retried a rotation.</param>
/// <param name="Lost">The number of secrets of which AWSCURRENT or AWSPREVIOUS has no enabled key in the usage plan.</param>
/// <param name="Took">The time from the first event to the last response.</param>
/// <param name="Bound">The shortest time.</param>
/// <param name="LastAttach">The time until the last key was attached.</param>
/// <param name="LongestStep">The duration of the longest invocation.</param>
/// <param name="Billed">The duration of all invocations.</param>
/// <param name="Throttled">The number of throttled calls.</param>
internal sealed record FleetResult(
    string Function, int Secrets, int Rotated, int Repeated, int Lost, TimeSpan Took, TimeSpan Bound, TimeSpan LastAttach, TimeSpan LongestStep, TimeSpan Billed, int Throttled);

/// <summary>
/// Rotates many secrets of one account, due at once, in virtual time, under API Gateway's real rates and with attaches that take a second. Each
/// environment of the function has its own clients.
/// </summary>
internal sealed class Fleet
{
    /// <summary>
    /// The number of attempts that Secrets Manager makes here for a rotation. AWS publishes no number: "multiple times during the open rotation
    /// windows".
    /// </summary>
    public const int Attempts = 5;

    // "Amazon API Gateway quotas". CreateApiKey and DeleteApiKey, five a second each and one of each in a rotation, never bind.
    public const double CallsPerSecond = 10;

    public static readonly TimeSpan AttachDuration = TimeSpan.FromSeconds(1);

    private static readonly bool[] KeysBefore = [false, true, true];
    private static readonly string[] LabelsOfClients = ["AWSCURRENT", "AWSPREVIOUS"];

    private readonly VirtualTime _time = new();
    private readonly EmbeddedAws _aws;
    private readonly string _plan;
    private readonly ConcurrentDictionary<string, Rotating> _rotating = [];
    private readonly Lock _gate = new();
    private TimeSpan _longest;
    private TimeSpan _billed;
    private Func<FunctionInvocation, Task<ReadOnlyMemory<byte>>> _invoke = null!;
    private DateTimeOffset _lastAttach;
    private int _repeated;

    private Fleet()
    {
        _aws = EmbeddedAws.Create(new EmbeddedAwsOptions
        {
            TimeProvider = _time,
            RotationAttempts = Attempts,
            Unknowns = new UnknownBehaviours { AttachDuration = AttachDuration },
        });
        _plan = BenchAccount.AddPlan(_aws).Id;
        _aws.Lambda.Register("rotation", InvokeAsync, new FunctionOptions { Timeout = TimeSpan.FromMinutes(15) });
        _aws.Lambda.AddPermission(new AddPermissionRequest
        {
            FunctionName = "rotation",
            StatementId = "secretsmanager",
            Action = "lambda:InvokeFunction",
            Principal = "secretsmanager.amazonaws.com",
            SourceAccount = _aws.AccountId,
        });
    }

    /// <summary>Rotates all secrets with this function.</summary>
    /// <param name="secrets">The number of secrets.</param>
    /// <param name="activationWait">ACTIVATION_WAIT.</param>
    public static async Task<FleetResult> RotateAsync(int secrets, TimeSpan activationWait)
    {
        var fleet = new Fleet();
        await using var aws = fleet._aws;
        var function = new VirtualFunction(aws, new Settings(activationWait));
        fleet._invoke = function.InvokeAsync;
        return await fleet.RotateAsync(Report.Function, secrets, activationWait, () => function.Clients.Throttled);
    }

    /// <summary>Rotates all secrets with the Python function, which does not wait until a key is active.</summary>
    /// <param name="secrets">The number of secrets.</param>
    public static async Task<FleetResult> RotateWithPeerAsync(int secrets)
    {
        var fleet = new Fleet();
        await using var aws = fleet._aws;
        await using var crowd = await PeerCrowd.StartAsync(aws, secrets);
        fleet._invoke = crowd.InvokeAsync;
        fleet._time.OthersWork = () => crowd.Works;
        return await fleet.RotateAsync(Report.Peer, secrets, TimeSpan.Zero, () => crowd.Throttled);
    }

    private async Task<FleetResult> RotateAsync(string function, int secrets, TimeSpan activationWait, Func<int> throttled)
    {
        var arns = Seed(secrets);
        _aws.ApiGateway.RateLimits = true;
        var started = _time.GetUtcNow();
        var all = Task.WhenAll(arns.Select(RotateAsync));
        await _time.RunUntilAsync(all);
        var errors = (await all).OfType<string>().ToList();
        if (errors is [var first, ..])
        {
            Console.Error.WriteLine(first);
        }

        var (calls, attaches) = ((Calls.Needed.Count - Calls.NeededOfSecretsManager) * secrets / CallsPerSecond, secrets * AttachDuration);
        return new FleetResult(
            function, secrets, secrets - errors.Count, _repeated, arns.Count(IsLost), _time.GetUtcNow() - started,
            TimeSpan.FromSeconds(Math.Max(calls, (attaches + activationWait).TotalSeconds)), _lastAttach - started, _longest, _billed, throttled());
    }

    /// <summary>Returns whether a client with AWSCURRENT's or AWSPREVIOUS's key would be refused for ever.</summary>
    private bool IsLost(string secret) => LabelsOfClients.Any(label =>
    {
        var document = _aws.SecretsManager.GetSecretValue(new GetSecretValueRequest { SecretId = secret, VersionStage = label }).SecretString!;
        var value = System.Text.Json.JsonDocument.Parse(document).RootElement.GetProperty("apiKey").GetString();
        var name = _aws.SecretsManager.DescribeSecret(new SecretRequest { SecretId = secret }).Name;
        var key = _aws.ApiGateway.GetApiKeys(new GetApiKeysRequest { NameQuery = name + "/", IncludeValues = true }).Items.FirstOrDefault(key => key.Value == value);
        return key is not { Enabled: true } || _aws.ApiGateway.GetUsagePlans(new GetUsagePlansRequest { KeyId = key.Id }).Items.Count == 0;
    });

    private Task<string?> RotateAsync(string secret)
    {
        var rotating = _rotating[secret] = new Rotating();
        _aws.SecretsManager.RotateSecret(new RotateSecretRequest { SecretId = secret, ClientRequestToken = Guid.NewGuid().ToString(), RotationLambdaArn = "arn:aws:lambda:eu-west-1:123456789012:function:rotation" });
        return rotating.Ended.Task;
    }

    private async Task<ReadOnlyMemory<byte>> InvokeAsync(FunctionInvocation invocation)
    {
        var received = System.Text.Json.JsonDocument.Parse(invocation.Payload).RootElement;
        var rotating = _rotating[received.GetProperty("SecretId").GetString()!];
        var started = _time.GetUtcNow();
        _aws.Calls.Clear();
        try
        {
            var answer = await _invoke(invocation);
            switch (received.GetProperty("Step").GetString())
            {
                case "setSecret":
                    _lastAttach = _time.GetUtcNow();
                    break;
                case "finishSecret":
                    rotating.Ended.SetResult(null);
                    break;
            }

            return answer;
        }
        catch (Exception failure)
        {
            if (++rotating.Failures == Attempts)
            {
                rotating.Ended.SetResult(failure.Message);
            }
            else
            {
                Interlocked.Increment(ref _repeated);
            }

            throw;
        }
        finally
        {
            lock (_gate)
            {
                var took = _time.GetUtcNow() - started;
                _billed += took;
                _longest = took > _longest ? took : _longest;
            }
        }
    }

    private List<string> Seed(int secrets)
    {
        return [.. Enumerable.Range(0, secrets).Select(number =>
        {
            var name = $"fleet/{number}";
            var template = _aws.ApiGateway.CreateApiKey(new CreateApiKeyRequest { Name = name, Tags = new Dictionary<string, string> { ["apikey-rotation:template-for"] = name } });
            _aws.ApiGateway.CreateUsagePlanKey(new CreateUsagePlanKeyRequest { UsagePlanId = _plan, KeyId = template.Id });
            var secret = _aws.SecretsManager.CreateSecret(new CreateSecretRequest
            {
                Name = name,
                ClientRequestToken = Guid.NewGuid().ToString(),
                SecretString = "{}",
                Tags = [new Tag("apikey-rotation:template", template.Id)],
            });
            foreach (var enabled in KeysBefore)
            {
                var value = Guid.NewGuid().ToString("N");
                var key = _aws.ApiGateway.CreateApiKey(new CreateApiKeyRequest
                {
                    Name = $"{name}/{Guid.NewGuid()}",
                    Value = value,
                    Enabled = enabled,
                    Tags = new Dictionary<string, string> { ["apikey-rotation:minted-for"] = secret.Arn },
                });
                _aws.ApiGateway.CreateUsagePlanKey(new CreateUsagePlanKeyRequest { UsagePlanId = _plan, KeyId = key.Id });
                _aws.SecretsManager.PutSecretValue(new PutSecretValueRequest { SecretId = secret.Arn, ClientRequestToken = Guid.NewGuid().ToString(), SecretString = $$"""{"apiKey": "{{value}}"}""" });
            }

            return secret.Arn;
        })];
    }

    private sealed class Rotating
    {
        public TaskCompletionSource<string?> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Failures { get; set; }
    }
}
