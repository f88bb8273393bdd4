using System.Globalization;
using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>
/// Reports the calls of others on the stack's secrets, template keys and minted keys. EventBridge invokes this action with CloudTrail's record of
/// each such call in the account. Secrets are recognized by name, and API keys by their tags, because their ids change with each rotation.
/// </summary>
internal sealed class Watch(Secrets secrets, Region home, Metrics metrics, TimeProvider time)
{
    public const string Action = "watch";

    private const string SecretsManager = "secretsmanager.amazonaws.com";
    private const string ApiGateway = "apigateway.amazonaws.com";

    // The only such call of the function's role that the stack's rule lets through: see ProveAsync.
    private const string Proof = "DescribeSecret";

    public async Task<ActionResult> RunAsync(Invocation invocation, RotationEvent received)
    {
        if (received is not { Detail: { UserIdentity: { } identity } record, Expected.Secrets: not null })
        {
            throw Errors.NoCloudTrailRecord();
        }

        var stack = new WatchedSecrets(received.Expected, invocation.FunctionArn);
        if ((record.EventSource, record.EventName) is (SecretsManager, Proof))
        {
            return invocation.Answer(await ProveAsync(invocation, stack, record));
        }

        var isRefused = record.ErrorCode is { Length: > 0 };
        if (identity.IsSecretsManager || IsAny(received.Expected.At(received.Expected.Callers)))
        {
            return invocation.Answer("The caller is expected.");
        }

        var call = await FindAsync(invocation, stack, record);
        if (record.EventName is "GetSecretValue")
        {
            call.Secrets.RemoveAll(secret => IsAny(stack.ReadersOf(secret)));
        }

        foreach (var secret in call.Secrets)
        {
            invocation.About(stack.ArnOf(secret)).Log.CalledByOther(record, identity, call.Subject);
        }

        if (call.IsUnresolved)
        {
            invocation.Log.CallNotResolved(record, identity, call.Subject);
        }

        if (call.Secrets.Count > 0 || call.IsUnresolved)
        {
            metrics.Called(invocation, call.Secrets.Count > 0 ? 1 : 0, call.IsUnresolved ? 1 : 0);
        }

        return invocation.Answer(
            call.IsUnresolved ? "It is not known whether the call concerns a key of this stack."
            : call.Secrets.Count > 0 ? $"Another principal's call concerns: {string.Join(", ", call.Secrets.Select(WatchedSecrets.NameOf))}."
            : "The call concerns no key of this stack, or an expected reader made it.");

        bool IsAny(IEnumerable<string> principals) =>
            principals.Any(principal => identity.Is(principal, stack.Account, isRefused));
    }

    private async Task<WatchedCall> FindAsync(Invocation invocation, WatchedSecrets stack, CloudTrailRecord record) => record.EventSource switch
    {
        SecretsManager => FindSecret(stack, record),
        ApiGateway => await FindKeysAsync(invocation, stack, record),
        _ => new WatchedCall([], "", IsUnresolved: false),
    };

    private static WatchedCall FindSecret(WatchedSecrets stack, CloudTrailRecord record)
    {
        // CreateSecret names the secret by its name. Secrets Manager records each secret of a batch as a GetSecretValue of its own.
        var ids = record.Texts("secretId", "name");
        return new WatchedCall(
            [.. ids.Select(stack.Find).OfType<string>().Distinct()],
            ids is [var id, ..] ? id : "",
            IsUnresolved: ids.Count == 0 && record.EventName is not ("GetRandomPassword" or "ListSecrets" or "BatchGetSecretValue"));
    }

    private async Task<WatchedCall> FindKeysAsync(Invocation invocation, WatchedSecrets stack, CloudTrailRecord record)
    {
        switch (record.EventName)
        {
            case "GetApiKey" when record.Texts("includeValue") is not ["true"]:
            case "GetApiKeys" when record.Texts("includeValues") is not ["true"]:
                return new WatchedCall([], "", IsUnresolved: false);
            case "GetApiKeys" or "GetUsagePlanKeys" or "ImportApiKeys":
                return new WatchedCall([.. stack.All], "every key", IsUnresolved: false);
            case "TagResource" or "UntagResource":
                return record.Texts("resourceArn") is [var arn, ..] && !arn.Contains("/apikeys/", StringComparison.Ordinal)
                    ? new WatchedCall([], "", IsUnresolved: false)
                    : await FindKeyAsync(invocation, stack, record.Texts("resourceArn").Find(_ => true)?.Split('/')[^1]);
            case "CreateApiKey":
                return record.ErrorCode is { Length: > 0 }
                    ? new WatchedCall([.. stack.OfKeyName(record.Texts("name").Find(_ => true))], "a new key", IsUnresolved: false)
                    : await FindKeyAsync(invocation, stack, record.ResponseText("id"));
            case "GetApiKey" or "UpdateApiKey" or "DeleteApiKey":
                return await FindKeyAsync(invocation, stack, record.Texts("apiKey", "apiKeyId").Find(_ => true));
            case "GetUsagePlanKey" or "CreateUsagePlanKey" or "DeleteUsagePlanKey" or "UpdateUsage":
                return await FindKeyAsync(invocation, stack, record.Texts("keyId").Find(_ => true));
            default:
                return new WatchedCall([], "", IsUnresolved: false);
        }
    }

    private async Task<WatchedCall> FindKeyAsync(Invocation invocation, WatchedSecrets stack, string? keyId)
    {
        var key = keyId is null ? null : await home.ApiKeys.FindAsync(invocation, keyId);
        return new WatchedCall(key is null ? [] : [.. stack.OfKey(key)], keyId is null ? "a key" : $"key {keyId}", IsUnresolved: key is null);
    }

    /// <summary>
    /// Records on AWSCURRENT's key that CloudTrail's events arrive. <c>check</c> makes a call that the stack's rule lets through although the
    /// function's role makes it, and reports a key that was not marked for days.
    /// </summary>
    private async Task<string> ProveAsync(Invocation invocation, WatchedSecrets stack, CloudTrailRecord record)
    {
        if (record.Texts("secretId").Select(stack.Find).OfType<string>().FirstOrDefault() is not { } found)
        {
            return "The call concerns no key of this stack.";
        }

        var about = invocation.About(stack.ArnOf(found));
        var secret = await secrets.DescribeAsync(about);
        if (await secrets.ReadCurrentAsync(about, secret) is not { ApiKey: { } value }
            || await home.KeyRing.ReadAsync(about, secret, value) is not { } key)
        {
            return "AWSCURRENT has no key to mark.";
        }

        var now = time.GetUtcNow().UtcDateTime.ToString("s", CultureInfo.InvariantCulture);
        await home.ApiKeys.TagAsync(about, secret, key.Id, RotationTags.Watched, now);
        return $"CloudTrail's events arrive. Key {key.Id} is marked.";
    }

    /// <summary>What a call concerns.</summary>
    /// <param name="Secrets">The stack's secrets whose keys it concerns, by the last parts of their ARNs.</param>
    /// <param name="Subject">What the call names: a secret as the caller wrote it, or a key's id.</param>
    /// <param name="IsUnresolved">Whether this is not known.</param>
    private sealed record WatchedCall(List<string> Secrets, string Subject, bool IsUnresolved);
}

/// <summary>The stack's secrets, by the last parts of their ARNs.</summary>
internal sealed class WatchedSecrets(ExpectedCallers expected, string functionArn)
{
    private const int SuffixLength = 7; // a hyphen and Secrets Manager's six random characters

    // arn:aws:lambda:<Region>:<account>:function:<name>
    private readonly string[] _function = functionArn.Split(':');

    public string Account => _function[4];

    public IEnumerable<string> All => expected.Secrets!.Keys;

    public static string NameOf(string secret) => secret.Length > SuffixLength ? secret[..^SuffixLength] : secret;

    public string ArnOf(string secret) => $"arn:{_function[1]}:secretsmanager:{_function[3]}:{Account}:secret:{secret}";

    public IEnumerable<string> ReadersOf(string secret) => expected.At(expected.Secrets!.GetValueOrDefault(secret));

    /// <summary>Finds a secret by its name, its ARN, or its ARN without the random characters; null for another one.</summary>
    public string? Find(string secretId) => secretId.StartsWith("arn:", StringComparison.Ordinal)
        ? All.FirstOrDefault(secret => ArnOf(secret) == secretId || ArnOf(NameOf(secret)) == secretId)
        : All.FirstOrDefault(secret => NameOf(secret) == secretId);

    /// <summary>Returns the secret that a key belongs to, by the tags of minted, template and adopted keys, or by its name.</summary>
    public IEnumerable<string> OfKey(GetApiKeyResponse key)
    {
        var tags = key.Tags ?? [];
        return All.Where(secret => KeyRing.IsMintedFor(ArnOf(secret), key) || KeyRing.IsAdoptedFor(NameOf(secret), key)
            || tags.GetValueOrDefault(RotationTags.TemplateFor) == NameOf(secret) || KeyNames.IsMinted(key.Name, NameOf(secret)));
    }

    /// <summary>Returns the secret that has such names for its minted keys.</summary>
    public IEnumerable<string> OfKeyName(string? keyName) => All.Where(secret => KeyNames.IsMinted(keyName, NameOf(secret)));
}
