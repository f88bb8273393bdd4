using System.Text.Json.Serialization;

namespace LocalAws.SecretsManager;

/// <summary>The rotation schedule, with either <see cref="AutomaticallyAfterDays"/> or <see cref="ScheduleExpression"/>.</summary>
public sealed record RotationRules
{
    /// <summary>Days between rotations, 1 to 1000.</summary>
    public long? AutomaticallyAfterDays { get; init; }

    /// <summary>The length of the rotation window, such as <c>3h</c>.</summary>
    public string? Duration { get; init; }

    /// <summary>A <c>rate()</c> or <c>cron()</c> expression, in UTC.</summary>
    public string? ScheduleExpression { get; init; }
}

/// <summary>The input of RotateSecret.</summary>
public sealed record RotateSecretRequest
{
    /// <summary>The secret's name, its ARN, or its ARN without the random suffix.</summary>
    public required string SecretId { get; init; }

    /// <summary>The id of the new version, 32 to 64 characters.</summary>
    public string? ClientRequestToken { get; init; }

    /// <summary>The rotation function's ARN, or null to keep the current one.</summary>
    [JsonPropertyName("RotationLambdaARN")]
    public string? RotationLambdaArn { get; init; }

    /// <summary>The schedule, or null to keep the current one.</summary>
    public RotationRules? RotationRules { get; init; }

    /// <summary>Whether to rotate now. Otherwise only <c>testSecret</c> is called. True by default.</summary>
    public bool? RotateImmediately { get; init; }
}
