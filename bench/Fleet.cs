using System.Collections.Concurrent;
using LocalAws;
using LocalAws.ApiGateway;
using LocalAws.SecretsManager;
using RotationFunction;
using RotationFunction.Tests;

namespace Bench;

/// <summary>The result of many secrets that were due at once.</summary>
/// <param name="Secrets">The number of secrets.</param>
/// <param name="Concurrency">The number of concurrent rotations, or null for all.</param>
/// <param name="Rotated">The number of rotations that succeeded.</param>
/// <param name="Failed">The number of rotations that failed in every attempt.</param>
/// <param name="Took">The time from the first event to the last response.</param>
/// <param name="Bound">The larger of the times that the rate limits and the activation waits require.</param>
/// <param name="LongestStep">The duration of the longest invocation.</param>
/// <param name="Billed">The duration of all invocations.</param>
/// <param name="Throttled">The number of throttled calls.</param>
/// <param name="Repeated">The number of times that Secrets Manager retried a rotation.</param>
internal sealed record FleetResult(
    int Secrets, int? Concurrency, int Rotated, int Failed, TimeSpan Took, TimeSpan Bound, TimeSpan LongestStep, TimeSpan Billed, int Throttled, int Repeated);

/// <summary>
/// Rotates many secrets of one account, due in one window, in virtual time and under API Gateway's real rates. Each environment of the function has
/// its own clients.
/// </summary>
internal sealed class Fleet
{
    /// <summary>
    /// The number of attempts that Secrets Manager makes here for a rotation. AWS publishes no number: "multiple times during the open rotation
    /// windows".
    /// </summary>
    private const int Attempts = 10;

    // "Amazon API Gateway quotas". CreateApiKey and DeleteApiKey, five a second each and one of each in a rotation, never bind.
    private const double CallsPerSecond = 10;
    private static readonly bool[] KeysBefore = [false, true, true];

    private readonly VirtualTime _time = new();
    private readonly EmbeddedAws _aws;
    private readonly VirtualFunction _function;
    private readonly ConcurrentDictionary<string, Rotating> _rotating = [];
    private readonly Lock _gate = new();
    private TimeSpan _longest;
    private TimeSpan _billed;
    private int _repeated;

    private Fleet(TimeSpan activationWait)
    {
        _aws = EmbeddedAws.Create(new EmbeddedAwsOptions
        {
            TimeProvider = _time,
            RotationAttempts = Attempts,
            Unknowns = new UnknownBehaviours { AttachDuration = TimeSpan.FromSeconds(1) },
        });
        _function = new VirtualFunction(_aws, new Settings(activationWait));
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

    /// <summary>Rotates all secrets.</summary>
    /// <param name="secrets">The number of secrets.</param>
    /// <param name="concurrency">The number of concurrent rotations, or null for all.</param>
    /// <param name="activationWait">ACTIVATION_WAIT.</param>
    public static async Task<FleetResult> RotateAsync(int secrets, int? concurrency, TimeSpan activationWait)
    {
        var fleet = new Fleet(activationWait);
        await using var aws = fleet._aws;
        var arns = fleet.Seed(secrets);
        var atOnce = concurrency ?? secrets;
        aws.ApiGateway.RateLimits = true;
        var started = fleet._time.GetUtcNow();
        using var gate = new SemaphoreSlim(atOnce);
        var all = Task.WhenAll(arns.Select(async secret =>
        {
            await gate.WaitAsync();
            try
            {
                return await fleet.RotateAsync(secret);
            }
            finally
            {
                gate.Release();
            }
        }));
        await fleet._time.RunUntilAsync(all);
        var errors = (await all).OfType<string>().ToList();
        if (errors is [var first, ..])
        {
            Console.Error.WriteLine(first);
        }

        var bound = Math.Max(
            (Calls.Needed.Count - Calls.NeededOfSecretsManager) * secrets / CallsPerSecond,
            activationWait.TotalSeconds * Math.Ceiling((double)secrets / atOnce));
        return new FleetResult(
            secrets, concurrency, secrets - errors.Count, errors.Count, fleet._time.GetUtcNow() - started, TimeSpan.FromSeconds(bound), fleet._longest, fleet._billed, fleet._function.Clients.Throttled, fleet._repeated);
    }

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
            var answer = await _function.InvokeAsync(invocation);
            if (received.GetProperty("Step").GetString() == "finishSecret")
            {
                rotating.Ended.SetResult(null);
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
        var plan = BenchAccount.AddPlan(_aws);
        return [.. Enumerable.Range(0, secrets).Select(number =>
        {
            var name = $"fleet/{number}";
            var template = _aws.ApiGateway.CreateApiKey(new CreateApiKeyRequest { Name = name, Tags = new Dictionary<string, string> { ["apikey-rotation:template-for"] = name } });
            _aws.ApiGateway.CreateUsagePlanKey(new CreateUsagePlanKeyRequest { UsagePlanId = plan.Id, KeyId = template.Id });
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
                _aws.ApiGateway.CreateUsagePlanKey(new CreateUsagePlanKeyRequest { UsagePlanId = plan.Id, KeyId = key.Id });
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
