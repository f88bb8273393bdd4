using System.Text.Json.Serialization;

namespace RotationFunction;

/// <summary>The event that Secrets Manager sends for each step. Not a record: <see cref="RotationToken"/> must not be printed.</summary>
public sealed class RotationEvent
{
    /// <summary><c>createSecret</c>, <c>setSecret</c>, <c>testSecret</c> or <c>finishSecret</c>.</summary>
    public string? Step { get; init; }

    /// <summary>The secret's ARN.</summary>
    public string? SecretId { get; init; }

    /// <summary>The rotation's token, which is also the id of the new version: 32 to 64 characters, not always a UUID.</summary>
    public string? ClientRequestToken { get; init; }

    /// <summary>Passed to PutSecretValue so that Secrets Manager can tell who writes. Sensitive; absent from older events.</summary>
    public string? RotationToken { get; init; }
}

/// <summary>Serialization of what the function receives, generated at compile time.</summary>
[JsonSerializable(typeof(RotationEvent))]
public sealed partial class EventJson : JsonSerializerContext;
