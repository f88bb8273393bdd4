using System.Text.Json;
using System.Text.Json.Serialization;

namespace LocalAws.SecretsManager;

/// <summary>Secrets Manager over HTTP (awsJson1.1).</summary>
internal sealed class SecretsManagerProtocol(SecretsManagerService secretsManager) : IWireProtocol
{
    private const string TargetPrefix = "secretsmanager.";
    private const string ContentType = "application/x-amz-json-1.1";

    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new EpochSeconds(decimals: 3) },
    };

    private static readonly Dictionary<string, Func<SecretsManagerService, ReadOnlyMemory<byte>, object?>> Operations = new()
    {
        ["CreateSecret"] = (service, body) => service.CreateSecret(Read<CreateSecretRequest>(body)),
        ["DescribeSecret"] = (service, body) => service.DescribeSecret(Read<SecretRequest>(body)),
        ["ListSecrets"] = (service, body) => service.ListSecrets(Read<ListSecretsRequest>(body)),
        ["DeleteSecret"] = (service, body) => service.DeleteSecret(Read<DeleteSecretRequest>(body)),
        ["RestoreSecret"] = (service, body) => service.RestoreSecret(Read<SecretRequest>(body)),
        ["TagResource"] = (service, body) => Void(() => service.TagResource(Read<TagResourceRequest>(body))),
        ["UntagResource"] = (service, body) => Void(() => service.UntagResource(Read<UntagResourceRequest>(body))),
        ["GetSecretValue"] = (service, body) => service.GetSecretValue(Read<GetSecretValueRequest>(body)),
        ["PutSecretValue"] = (service, body) => service.PutSecretValue(Read<PutSecretValueRequest>(body)),
        ["UpdateSecret"] = (service, body) => service.UpdateSecret(Read<UpdateSecretRequest>(body)),
        ["UpdateSecretVersionStage"] = (service, body) => service.UpdateSecretVersionStage(Read<UpdateSecretVersionStageRequest>(body)),
        ["ListSecretVersionIds"] = (service, body) => service.ListSecretVersionIds(Read<ListSecretVersionIdsRequest>(body)),
        ["BatchGetSecretValue"] = (service, body) => service.BatchGetSecretValue(Read<BatchGetSecretValueRequest>(body)),
        ["PutResourcePolicy"] = (service, body) => service.PutResourcePolicy(Read<PutResourcePolicyRequest>(body)),
        ["GetResourcePolicy"] = (service, body) => service.GetResourcePolicy(Read<SecretRequest>(body)),
        ["DeleteResourcePolicy"] = (service, body) => service.DeleteResourcePolicy(Read<SecretRequest>(body)),
        ["ValidateResourcePolicy"] = (service, body) => service.ValidateResourcePolicy(Read<ValidateResourcePolicyRequest>(body)),
        ["GetRandomPassword"] = (_, body) => SecretsManagerService.GetRandomPassword(Read<GetRandomPasswordRequest>(body)),
        ["ReplicateSecretToRegions"] = (service, body) => service.ReplicateSecretToRegions(Read<ReplicateSecretToRegionsRequest>(body)),
        ["RemoveRegionsFromReplication"] = (service, body) => service.RemoveRegionsFromReplication(Read<RemoveRegionsFromReplicationRequest>(body)),
        ["StopReplicationToReplica"] = (service, body) => service.StopReplicationToReplica(Read<SecretRequest>(body)),
        ["RotateSecret"] = (service, body) => service.RotateSecret(Read<RotateSecretRequest>(body)),
        ["CancelRotateSecret"] = (service, body) => service.CancelRotateSecret(Read<SecretRequest>(body)),
    };

    public string Service => "secretsmanager";

    public AwsException MissingAuthentication => new(400, "MissingAuthenticationTokenException", "Request is missing Authentication Token");

    // AWS user guide, "Secrets Manager quotas". The service sends no Retry-After.
    public AwsException Throttled(TimeSpan retryAfter) => new(400, "ThrottlingException", "Rate exceeded");

    public WireOperation Find(WireRequest request)
    {
        var target = request.Header("X-Amz-Target") ?? "";
        var name = target.StartsWith(TargetPrefix, StringComparison.OrdinalIgnoreCase) ? target[TargetPrefix.Length..] : "";
        return Operations.TryGetValue(name, out var operation)
            ? new WireOperation(name, ResourceOf(request.Body), () => Task.FromResult(Answer(200, operation(secretsManager, request.Body))))
            : new WireOperation("Unknown", "*", () => throw AwsException.NotHere(Service, target.Split('.')[^1]));
    }

    public WireResponse Error(AwsException error)
    {
        var body = new Dictionary<string, string>() { ["__type"] = error.Code };
        if (error.Message.Length > 0)
        {
            body["Message"] = error.Message;
        }

        return Answer(error.Status, body);
    }

    private static WireResponse Answer(int status, object? body) => WireResponse.Json(status, ContentType, body, Json);

    private static object? Void(Action run)
    {
        run();
        return null;
    }

    internal static T Read<T>(ReadOnlyMemory<byte> body) => RequestBody.Read<T>(
        body, Json, JsonNamingPolicy.CamelCase.ConvertName, new AwsException(400, "SerializationException", "The request body cannot be read."),
        CheckNested);

    // Optional in the published model, so the service itself must reject missing ones. Its codes and texts are not known.
    private static void CheckNested(JsonElement request)
    {
        if (Lacks("Tags", "Key"))
        {
            throw SecretsManagerErrors.InvalidParameter("A tag has no Key.");
        }

        if (Lacks("AddReplicaRegions", "Region"))
        {
            throw SecretsManagerErrors.InvalidReplicaRegion();
        }

        bool Lacks(string list, string member) => request.TryGetProperty(list, out var structures) && structures.ValueKind is JsonValueKind.Array
            && structures.EnumerateArray().Any(structure => structure.ValueKind is JsonValueKind.Object && !RequestBody.Has(structure, member));
    }

    private string ResourceOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            foreach (var property in (ReadOnlySpan<string>)["SecretId", "Name"])
            {
                if (json.RootElement.TryGetProperty(property, out var id) && id.GetString() is { } text)
                {
                    return secretsManager.ArnOf(text);
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The operation itself rejects such a body.
        }

        return "*";
    }
}
