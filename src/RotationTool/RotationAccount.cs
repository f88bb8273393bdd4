using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using RotationFunction;

namespace RotationTool;

/// <summary>The secrets of an account and the functions that rotate them. Never reads a value.</summary>
internal sealed class RotationAccount : IDisposable
{
    private const string TemplateTag = "apikey-rotation:template";

    private readonly AmazonSecretsManagerClient _secrets =
        new(new AmazonSecretsManagerConfig { Timeout = NoAnswer.Timeout, HttpClientFactory = new WholeAnswers() });
    private readonly LambdaClient _lambda = new();

    /// <summary>Returns a secret, which must contain a rotating API key.</summary>
    /// <param name="secretId">The secret's name or ARN.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async Task<RotatedSecret> FindAsync(string secretId, CancellationToken cancellationToken)
    {
        try
        {
            var secret = await _secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = secretId }, cancellationToken);
            if (secret.Tags?.Exists(tag => tag.Key == TemplateTag) != true)
            {
                throw new ToolException(
                    ExitCode.Unknown,
                    $"The secret {secret.Name} contains no rotating API key: it has no tag {TemplateTag}. "
                    + "List the secrets that have it with: apikey-rotation status");
            }

            return new RotatedSecret(secret.Name, secret.ARN, secret.RotationLambdaARN)
            {
                IsNamed = true,
                Labels = secret.VersionIdsToStages ?? [],
                PrimaryRegion = secret.PrimaryRegion,
            };
        }
        catch (ResourceNotFoundException)
        {
            throw new ToolException(
                ExitCode.Unknown,
                $"There is no secret {secretId} in {_secrets.Config.RegionEndpoint?.SystemName ?? "this Region"}. "
                + "AWS_REGION and AWS_PROFILE select where to look.");
        }
    }

    /// <summary>Returns the secrets that have this project's tag, in the order of their names.</summary>
    /// <param name="function">The name or ARN of the function that rotates them; null for any function.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async Task<List<RotatedSecret>> ListAsync(string? function, CancellationToken cancellationToken)
    {
        var secrets = new List<RotatedSecret>();
        var request = new ListSecretsRequest { Filters = [new Filter { Key = FilterNameStringType.TagKey, Values = [TemplateTag] }] };
        do
        {
            var page = await _secrets.ListSecretsAsync(request, cancellationToken);
            // The filter matches a prefix.
            secrets.AddRange((page.SecretList ?? []).Where(secret => secret.Tags?.Exists(tag => tag.Key == TemplateTag) == true)
                .Select(secret => new RotatedSecret(secret.Name, secret.ARN, secret.RotationLambdaARN) { PrimaryRegion = secret.PrimaryRegion }));
            request.NextToken = page.NextToken;
        }
        while (request.NextToken is not null);
        return [.. secrets.Where(secret => function is null || secret.Function == function || secret.FunctionName == function)
            .OrderBy(secret => secret.Name, StringComparer.Ordinal)];
    }

    /// <summary>Starts a rotation. Returns its version.</summary>
    public async Task<string> RotateAsync(RotatedSecret secret, CancellationToken cancellationToken)
    {
        try
        {
            return (await _secrets.RotateSecretAsync(new RotateSecretRequest { SecretId = secret.Arn }, cancellationToken)).VersionId;
        }
        catch (InvalidRequestException refused) when (secret.Holding("AWSPENDING") is { } pending && pending != secret.Holding("AWSCURRENT"))
        {
            throw new ToolException(
                ExitCode.Wrong,
                $"Secrets Manager did not start a rotation: {refused.Message} Version {pending} is AWSPENDING. "
                + $"Wait while Secrets Manager retries its rotation, or abandon it with: {Commands.ClearPending(secret.Arn, pending)}");
        }
        catch (AmazonSecretsManagerException refused) when (
            refused.Message.Contains("cannot invoke the specified Lambda function", StringComparison.Ordinal))
        {
            throw new ToolException(
                ExitCode.Wrong,
                $"Secrets Manager has no permission to invoke {secret.Function}, or the function does not exist. Deploy the stack again.");
        }
    }

    /// <summary>Invokes the function to run an action on the secret.</summary>
    public async Task<ActionResult> ActAsync(RotatedSecret secret, string action, CancellationToken cancellationToken)
    {
        var answer = await InvokeAsync(secret, new JsonObject { ["action"] = action, ["secretId"] = secret.Arn }, cancellationToken);
        // Not quoted: another function may return anything.
        return Answers.Read(answer.Span, action, secret) ?? throw new ToolException(
            ExitCode.Unknown,
            $"The function {secret.Function} did not respond as a rotation function does. "
            + $"Check which function rotates the secret: {Commands.DescribeSecret(secret.Arn)}");
    }

    /// <summary>Returns the ARN of the function that rotates a secret.</summary>
    /// <exception cref="ToolException">The secret is a replica, or no function rotates it.</exception>
    public static string FunctionOf(RotatedSecret secret) => secret switch
    {
        { PrimaryRegion: { Length: > 0 } primary } when primary != secret.Arn.Split(':')[3] => throw new ToolException(
            ExitCode.Unknown,
            $"The secret {secret.Name} is a replica in Region {secret.Arn.Split(':')[3]}. The function that rotates it is in Region {primary}: "
            + $"set AWS_REGION to {primary}."),
        { Function: { } function } => function,
        _ => throw new ToolException(
            ExitCode.Wrong,
            $"No function rotates the secret {secret.Name}. Deploy the stack again, or enable rotation with: {Commands.EnableRotation(secret.Arn)}"),
    };

    public void Dispose()
    {
        _secrets.Dispose();
        _lambda.Dispose();
    }

    private async Task<ReadOnlyMemory<byte>> InvokeAsync(RotatedSecret secret, JsonObject payload, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await InvokeAsync(FunctionOf(secret), payload, cancellationToken);
            return !answer.Failed ? answer.Payload : throw (Answers.ReadError(answer.Payload, secret) is { } error
                ? new ToolException(ExitCode.Wrong, error)
                : new ToolException(ExitCode.Unknown, "The function failed without an error message. Check its log."));
        }
        catch (AmazonServiceException missing) when (missing.ErrorCode == "ResourceNotFoundException")
        {
            throw new ToolException(
                ExitCode.Wrong, $"The function {secret.Function}, which rotates the secret, does not exist. Deploy the stack again.");
        }
        catch (AmazonServiceException throttled) when (throttled.ErrorCode == "TooManyRequestsException")
        {
            throw new ToolException(
                ExitCode.Unknown,
                $"Lambda throttles the function {secret.Function}: its concurrency limit or the account's is reached. "
                + $"Try again in a minute. Show its reserved concurrency with: {Commands.FindConcurrency(secret.FunctionName)}");
        }
    }

    /// <summary>Invokes the function through the alias, which operators may invoke, or directly if it was deployed without the alias.</summary>
    private async Task<InvokeResponse> InvokeAsync(string function, JsonObject payload, CancellationToken cancellationToken)
    {
        try
        {
            return await _lambda.InvokeAsync(OperatorsAlias.Of(function), payload, cancellationToken);
        }
        catch (AmazonServiceException missing) when (missing.ErrorCode == "ResourceNotFoundException")
        {
            return await _lambda.InvokeAsync(function, payload, cancellationToken);
        }
    }
}

/// <summary>A secret and the ARN of the function that rotates it; null without one.</summary>
internal sealed record RotatedSecret(string Name, string Arn, string? Function)
{
    /// <summary>
    /// Gets whether a person named the secret, and thereby trusts its function to name keys and usage plans. A list contains secrets of others.
    /// </summary>
    public bool IsNamed { get; init; }

    /// <summary>Gets the labels by version id.</summary>
    public IReadOnlyDictionary<string, List<string>> Labels { get; init; } = new Dictionary<string, List<string>>();

    /// <summary>Gets the Region of the primary secret, for a secret with replicas and for a replica.</summary>
    public string? PrimaryRegion { get; init; }

    public string? FunctionName => Function?.Split(':') is [_, _, _, _, _, _, var name, ..] ? name : null;

    public string? Holding(string label) => Labels.FirstOrDefault(version => version.Value.Contains(label)).Key;

    /// <summary>Returns the command that shows the function's log of a version.</summary>
    public string LogCommand(string version) => Commands.FilterLog($"/aws/lambda/{FunctionName}", version);
}
