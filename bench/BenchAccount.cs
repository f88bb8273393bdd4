using LocalAws;
using LocalAws.ApiGateway;
using LocalAws.SecretsManager;

namespace Bench;

/// <summary>
/// An embedded AWS with one rotating key that has rotated before: one key is current, one previous and one disabled. A rotation therefore creates one
/// key, disables one and deletes one.
/// </summary>
internal sealed class BenchAccount : IAsyncDisposable
{
    private const string SecretName = "bench/partner-api";

    private readonly Clock _clock;
    private readonly string _secretArn;
    private readonly string _functionArn;

    private BenchAccount(EmbeddedAws aws, Clock clock, string secretArn, string functionArn) =>
        (Aws, _clock, _secretArn, _functionArn) = (aws, clock, secretArn, functionArn);

    public EmbeddedAws Aws { get; }

    /// <summary>Starts the account with keys and usage plans of other owners. <paramref name="invoke"/> runs the function.</summary>
    public static async Task<BenchAccount> StartAsync(Func<FunctionInvocation, Task<ReadOnlyMemory<byte>>> invoke, int otherKeys = 0, int otherPlans = 0)
    {
        var clock = new Clock();
        var aws = await EmbeddedAws.StartAsync(new EmbeddedAwsOptions { TimeProvider = clock, RotationAttempts = 1 });
        AddOthers(aws, otherKeys, otherPlans);
        var plan = AddPlan(aws);
        var template = aws.ApiGateway.CreateApiKey(new CreateApiKeyRequest
        {
            Name = "partner-api",
            Tags = new Dictionary<string, string> { ["apikey-rotation:template-for"] = SecretName },
        });
        aws.ApiGateway.CreateUsagePlanKey(new CreateUsagePlanKeyRequest { UsagePlanId = plan.Id, KeyId = template.Id });
        var secret = aws.SecretsManager.CreateSecret(new CreateSecretRequest
        {
            Name = SecretName,
            ClientRequestToken = Guid.NewGuid().ToString(),
            SecretString = Mint(enabled: true, secretArn: null),
            Tags = [new Tag("apikey-rotation:template", template.Id)],
        });
        Mint(enabled: false, secret.Arn);
        aws.SecretsManager.PutSecretValue(new PutSecretValueRequest { SecretId = secret.Arn, ClientRequestToken = Guid.NewGuid().ToString(), SecretString = Mint(enabled: true, secret.Arn) });

        var function = aws.Lambda.Register("rotation", invoke);
        aws.Lambda.AddPermission(new AddPermissionRequest
        {
            FunctionName = "rotation",
            StatementId = "secretsmanager",
            Action = "lambda:InvokeFunction",
            Principal = "secretsmanager.amazonaws.com",
            SourceAccount = aws.AccountId,
        });
        return new BenchAccount(aws, clock, secret.Arn, function);

        // The secret does not exist yet, so the first key's tag can have another random suffix.
        string Mint(bool enabled, string? secretArn)
        {
            var value = Guid.NewGuid().ToString("N");
            var key = aws.ApiGateway.CreateApiKey(new CreateApiKeyRequest
            {
                Name = $"{SecretName}/{Guid.NewGuid()}",
                Value = value,
                Enabled = enabled,
                Tags = new Dictionary<string, string>
                {
                    ["apikey-rotation:minted-for"] = secretArn ?? $"arn:aws:secretsmanager:{aws.Region}:{aws.AccountId}:secret:{SecretName}-AbCdEf",
                },
            });
            aws.ApiGateway.CreateUsagePlanKey(new CreateUsagePlanKeyRequest { UsagePlanId = plan.Id, KeyId = key.Id });
            return $$"""{"apiKey": "{{value}}"}""";
        }
    }

    /// <summary>Runs a whole rotation, one day later, so that the account's rates are available again.</summary>
    public async Task<RotationRecord> RotateAsync()
    {
        _clock.Shift += TimeSpan.FromDays(1);
        Aws.SecretsManager.RotateSecret(new RotateSecretRequest { SecretId = _secretArn, ClientRequestToken = Guid.NewGuid().ToString(), RotationLambdaArn = _functionArn });
        await Aws.SecretsManager.SettledAsync();
        var rotation = Aws.SecretsManager.Rotations[^1];
        return rotation.Outcome == RotationOutcome.Succeeded
            ? rotation
            : throw new InvalidOperationException($"{rotation.Steps[^1].Step} failed: {rotation.Steps[^1].Error}");
    }

    public ValueTask DisposeAsync() => Aws.DisposeAsync();

    private static void AddOthers(EmbeddedAws aws, int keys, int plans)
    {
        aws.ApiGateway.MaximumApiKeys += keys;
        for (var number = 0; number < keys; number++)
        {
            aws.ApiGateway.CreateApiKey(new CreateApiKeyRequest { Name = $"other/{number}", Enabled = true });
        }

        for (var number = 0; number < plans; number++)
        {
            aws.ApiGateway.CreateUsagePlan(new CreateUsagePlanRequest { Name = $"other {number}" });
        }
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
    }

    /// <summary>Creates a usage plan with an API stage. Without a stage a key opens nothing, and the rotation fails.</summary>
    public static UsagePlan AddPlan(EmbeddedAws aws)
    {
        var api = aws.ApiGateway.ImportRestApi(new() { Body = SampleApi.Document });
        var deployment = aws.ApiGateway.CreateDeployment(new CreateDeploymentRequest { RestApiId = api.Id });
        aws.ApiGateway.CreateStage(new CreateStageRequest { RestApiId = api.Id, StageName = "prod", DeploymentId = deployment.Id });
        return aws.ApiGateway.CreateUsagePlan(new CreateUsagePlanRequest { Name = "partners", ApiStages = [new ApiStage(api.Id, "prod")] });
    }
}
