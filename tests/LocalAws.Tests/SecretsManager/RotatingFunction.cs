using System.Text.Json;
using Amazon.SecretsManager.Model;

namespace LocalAws.Tests.SecretsManager;

/// <summary>A rotation function as AWS's template has it: it writes a pending value and makes it current. A test can step in.</summary>
internal sealed class RotatingFunction
{
    private readonly LocalAwsAccount _account;

    public RotatingFunction(LocalAwsAccount account, string name = "rotate")
    {
        _account = account;
        Arn = account.Aws.Lambda.Register(name, InvokeAsync);
        account.AdmitSecretsManager(name);
    }

    public string Arn { get; }

    /// <summary>The events so far.</summary>
    public List<RotationEvent> Events { get; } = [];

    /// <summary>Runs before a step does its work.</summary>
    public Func<RotationEvent, Task>? Before { get; set; }

    public IEnumerable<string> Steps => Events.Select(rotation => rotation.Step);

    private async Task<ReadOnlyMemory<byte>> InvokeAsync(FunctionInvocation invocation)
    {
        var rotation = JsonSerializer.Deserialize<RotationEvent>(invocation.Payload.Span)!;
        lock (Events)
        {
            Events.Add(rotation);
        }

        if (Before is not null)
        {
            await Before(rotation);
        }

        switch (rotation.Step)
        {
            case "createSecret":
                await CreateSecretAsync(rotation);
                break;
            case "finishSecret":
                await FinishSecretAsync(rotation);
                break;
        }

        return ReadOnlyMemory<byte>.Empty;
    }

    private async Task CreateSecretAsync(RotationEvent rotation)
    {
        try
        {
            await _account.SecretsManager.GetSecretValueAsync(
                new GetSecretValueRequest { SecretId = rotation.SecretId, VersionId = rotation.ClientRequestToken, VersionStage = "AWSPENDING" });
        }
        catch (ResourceNotFoundException)
        {
            await _account.SecretsManager.PutSecretValueAsync(new PutSecretValueRequest
            {
                SecretId = rotation.SecretId,
                ClientRequestToken = rotation.ClientRequestToken,
                SecretString = "rotated",
                VersionStages = ["AWSPENDING"],
                RotationToken = rotation.RotationToken,
            });
        }
    }

    private async Task FinishSecretAsync(RotationEvent rotation)
    {
        var secret = await _account.SecretsManager.DescribeSecretAsync(new DescribeSecretRequest { SecretId = rotation.SecretId });
        await _account.SecretsManager.UpdateSecretVersionStageAsync(new UpdateSecretVersionStageRequest
        {
            SecretId = rotation.SecretId,
            VersionStage = "AWSCURRENT",
            MoveToVersionId = rotation.ClientRequestToken,
            RemoveFromVersionId = secret.VersionIdsToStages.FirstOrDefault(version => version.Value.Contains("AWSCURRENT")).Key,
        });
    }
}

internal sealed record RotationEvent(string Step, string SecretId, string ClientRequestToken, string RotationToken);
