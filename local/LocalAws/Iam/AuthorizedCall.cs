using System.Security.Cryptography;
using System.Text.Json;
using LocalAws.SecretsManager;

namespace LocalAws.Iam;

/// <summary>A resource that a call needs permission for.</summary>
/// <param name="Arn">The ARN of the resource.</param>
/// <param name="Keys">The condition keys of the resource.</param>
/// <param name="Policy">The resource policy, or null.</param>
internal sealed record Target(string Arn, ConditionKeys Keys, Policy? Policy = null)
{
    /// <summary>Gets the resource's name in a denial.</summary>
    public string Shown { get; init; } = Arn;
}

/// <summary>A role's call: its resources, and the condition keys that the Service Authorization Reference lists for its operation.</summary>
internal sealed class AuthorizedCall : IDisposable
{
    // SAR, and user guide, "Permissions reference": the parameters that are condition keys. A missing parameter is a missing key.
    private static readonly Dictionary<string, string[]> ParameterKeys = new()
    {
        ["CreateSecret"] = ["Name", "Description", "KmsKeyId"],
        ["UpdateSecret"] = ["SecretId", "Description", "KmsKeyId"],
        ["GetSecretValue"] = ["SecretId", "VersionId", "VersionStage"],
        ["UpdateSecretVersionStage"] = ["SecretId", "VersionStage"],
        ["PutResourcePolicy"] = ["SecretId", "BlockPublicPolicy"],
        ["DeleteSecret"] = ["SecretId", "ForceDeleteWithoutRecovery"],
        ["RotateSecret"] = ["SecretId", "RotationLambdaARN", "RotateImmediately"],
    };

    private static readonly string[] SecretIdOnly = ["SecretId"];

    private readonly EmbeddedAws _aws;
    private readonly AwsRegion _region;
    private readonly Principal _caller;
    private readonly string _service;
    private readonly WireOperation _operation;
    private readonly WireRequest _request;
    private readonly JsonDocument _json;

    public AuthorizedCall(EmbeddedAws aws, AwsRegion region, Principal caller, string service, WireOperation operation, WireRequest request)
    {
        (_aws, _region, _caller, _service, _operation, _request) = (aws, region, caller, service, operation, request);
        _json = Read(request.Body);
    }

    private JsonElement Body => _json.RootElement;

    /// <summary>Returns whether the call needs this action of its operation.</summary>
    public bool Needs(RequiredAction row) => row.IfGiven.Count == 0 || row.IfGiven.Any(IsGiven);

    public IEnumerable<Target> TargetsOf(RequiredAction row) => (_service, row.On) switch
    {
        (_, ActionResource.Any) => [new Target("*", RequestKeys(row.Action))],
        ("apigateway", ActionResource.Named) => [Path(_operation.Resource)],
        ("apigateway", ActionResource.Tagged) => [Path(TaggedArn())],
        ("apigateway", ActionResource.TagsOfNew) => [Path(TagsOf(_operation.Resource + "/*"))],
        ("lambda", _) => [Function(_operation.Resource)],
        ("scheduler", ActionResource.PassedRole) => PassedRoles(),
        ("scheduler", _) => [new Target(_operation.Resource, [])],
        (_, ActionResource.RotationFunction) =>
            Secrets().Select(secret => Text("RotationLambdaARN") ?? secret.RotationFunctionArn).OfType<string>().Select(Function),
        (_, ActionResource.KmsKey) =>
            Secrets().Select(secret => KmsKey(Text("KmsKeyId") ?? secret.KmsKeyId, secret.Arn, _region.Name)).OfType<Target>(),
        (_, ActionResource.ReplicaKmsKey) => Secrets().SelectMany(ReplicaKeys).OfType<Target>(),
        _ => Secrets().Select(secret => Secret(secret, row.Action)).DefaultIfEmpty(new Target("*", RequestKeys(row.Action))),
    };

    public void Dispose() => _json.Dispose();

    private static JsonDocument Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind is JsonValueKind.Object)
            {
                return json;
            }

            json.Dispose();
        }
        catch (JsonException)
        {
            // The operation itself rejects such a body.
        }

        return JsonDocument.Parse("{}");
    }

    // The path of a resource's tags contains the resource's ARN as one escaped segment.
    private static string TagsOf(string arn) =>
        $"{arn[..arn.IndexOf('/', StringComparison.Ordinal)]}/tags/{Uri.EscapeDataString(arn).Replace("%2A", "*", StringComparison.Ordinal)}";

    private bool IsGiven(string parameter) => Body.TryGetProperty(parameter, out var value) && value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        JsonValueKind.Null => false,
        _ => true,
    };

    private string? Text(string parameter) => Body.TryGetProperty(parameter, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => null,
        }
        : null;

    private string TaggedArn() =>
        Uri.UnescapeDataString(_operation.Resource[(_operation.Resource.IndexOf("/tags/", StringComparison.Ordinal) + "/tags/".Length)..]);

    private Target Path(string arn)
    {
        var keys = RequestKeys("apigateway:");
        foreach (var (key, value) in _region.ApiGateway.TagsAt(arn)
            .Where(_ => !_aws.Unknowns.KeysLackTagConditions || !arn.Contains("::/apikeys/", StringComparison.Ordinal)))
        {
            keys.Add("aws:ResourceTag/" + key, value);
        }

        return new Target(arn, keys);
    }

    private IEnumerable<Target> PassedRoles()
    {
        if (Body.TryGetProperty("Target", out var target) && target.ValueKind is JsonValueKind.Object
            && target.TryGetProperty("RoleArn", out var role))
        {
            var keys = new ConditionKeys();
            keys.Add("iam:PassedToService", "scheduler.amazonaws.com");
            yield return new Target(role.ToString(), keys);
        }
    }

    private Target Function(string nameOrArn)
    {
        var arn = _region.Lambda.ArnOf(nameOrArn);
        return new Target(arn, [], _region.Lambda.PolicyOf(arn));
    }

    private IEnumerable<AccessedSecret> Secrets()
    {
        if (_operation.Name is "CreateSecret")
        {
            return Text("Name") is { } name ? [New(name)] : [];
        }

        if (Text("SecretId") is { } secretId)
        {
            return [Accessed(secretId)];
        }

        if (_operation.Name is not "BatchGetSecretValue")
        {
            return [];
        }

        var batch = SecretsManagerProtocol.Read<BatchGetSecretValueRequest>(_request.Body);
        var ids = batch.SecretIdList
            ?? [.. _region.SecretsManager.ListSecrets(new ListSecretsRequest { Filters = batch.Filters }).SecretList.Select(secret => secret.Arn)];
        return ids.Select(Accessed);
    }

    // API reference of GetSecretValue: a caller of another account must use the ARN. Whether an ARN without its end is enough is not known.
    private AccessedSecret Accessed(string secretId) =>
        _region.SecretsManager.Accessed(secretId) is { } secret
            && (_caller.Account == _aws.AccountId || secret.Arn == secretId) ? secret : New(secretId);

    // Observed in the field: IAM evaluates a call for an unknown secret with an ARN with a random suffix, and the denial names the secret as the
    // caller did. For a full ARN the behaviour is not known; the stricter one is assumed.
    private AccessedSecret New(string secretId) => new(
        (secretId switch
        {
            [.. var arn, '-', _, _, _, _, _, _] when arn.StartsWith("arn:", StringComparison.Ordinal) => arn,
            _ when secretId.StartsWith("arn:", StringComparison.Ordinal) => secretId,
            _ => $"arn:aws:secretsmanager:{_region.Name}:{_aws.AccountId}:secret:{secretId}",
        }) + "-" + RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 6),
        secretId,
        [],
        null,
        null,
        null);

    private Target Secret(AccessedSecret secret, string action)
    {
        var keys = RequestKeys(action);
        keys.Add("secretsmanager:resource/AllowRotationLambdaArn", secret.RotationFunctionArn);
        foreach (var tag in secret.Tags)
        {
            keys.Add("aws:ResourceTag/" + tag.Key, tag.Value ?? "");
            keys.Add("secretsmanager:ResourceTag/" + tag.Key, tag.Value ?? "");
        }

        var policy = secret.ResourcePolicy is null ? null : _aws.Iam.ResourcePolicy(secret.ResourcePolicy);
        return new Target(secret.Arn, keys, policy) { Shown = secret.Shown };
    }

    private Target? KmsKey(string? key, string secretArn, string region)
    {
        if (string.IsNullOrEmpty(key) || key is StoredSecret.ManagedKey)
        {
            return null;
        }

        var keys = new ConditionKeys();
        keys.Add("kms:ViaService", $"secretsmanager.{region}.amazonaws.com");
        keys.Add("kms:EncryptionContext:SecretARN", secretArn);
        keys.Add(
            "kms:EncryptionContext:SecretVersionId",
            Text("VersionId") ?? Text("ClientRequestToken") ?? _region.SecretsManager.VersionIdOf(secretArn, Text("VersionStage")));
        return new Target(_aws.Kms.ArnOf(key, region), keys);
    }

    private IEnumerable<Target?> ReplicaKeys(AccessedSecret secret) =>
        Body.TryGetProperty("AddReplicaRegions", out var replicas) && replicas.ValueKind is JsonValueKind.Array
            ? replicas.EnumerateArray().Select(replica => (Region: Part(replica, "Region"), Key: Part(replica, "KmsKeyId")))
                .Select(replica => KmsKey(replica.Key, secret.Arn.Replace($":{_region.Name}:", $":{replica.Region}:", StringComparison.Ordinal),
                    replica.Region))
            : [];

    private ConditionKeys RequestKeys(string action)
    {
        var keys = new ConditionKeys();
        var tags = RequestTags();
        foreach (var (key, value) in tags)
        {
            keys.Add("aws:RequestTag/" + key, value);
        }

        var tagKeys = tags.Select(tag => tag.Key).Concat(_request.QueryList("tagKeys")).Concat(Texts("TagKeys")).ToList();
        if (tagKeys.Count > 0)
        {
            keys["aws:TagKeys"] = tagKeys;
        }

        if (action == "secretsmanager:" + _operation.Name)
        {
            foreach (var parameter in ParameterKeys.GetValueOrDefault(_operation.Name, SecretIdOnly))
            {
                keys.Add("secretsmanager:" + parameter, Text(parameter));
            }
        }

        return keys;
    }

    private IEnumerable<string> Texts(string parameter) =>
        Body.TryGetProperty(parameter, out var values) && values.ValueKind is JsonValueKind.Array
            ? values.EnumerateArray().Select(value => value.ToString()) : [];

    private List<KeyValuePair<string, string>> RequestTags()
    {
        if (_service is "apigateway")
        {
            return Body.TryGetProperty("tags", out var map) && map.ValueKind is JsonValueKind.Object
                ? [.. map.EnumerateObject().Select(tag => KeyValuePair.Create(tag.Name, tag.Value.ToString()))]
                : [];
        }

        return Body.TryGetProperty("Tags", out var tags) && tags.ValueKind is JsonValueKind.Array
            ? [.. tags.EnumerateArray().Select(tag => KeyValuePair.Create(Part(tag, "Key"), Part(tag, "Value")))]
            : [];
    }

    private static string Part(JsonElement structure, string name) =>
        structure.ValueKind is JsonValueKind.Object && structure.TryGetProperty(name, out var value) ? value.ToString() : "";
}
