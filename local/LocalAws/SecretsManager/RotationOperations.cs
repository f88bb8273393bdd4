using System.Text.Json.Serialization;

namespace LocalAws.SecretsManager;

/// <summary>When a secret is rotated. One of <see cref="AutomaticallyAfterDays"/> and <see cref="ScheduleExpression"/>.</summary>
public sealed record RotationRules
{
    /// <summary>Days between rotations, 1 to 1000.</summary>
    public long? AutomaticallyAfterDays { get; init; }

    /// <summary>The length of the rotation window, such as <c>3h</c>.</summary>
    public string? Duration { get; init; }

    /// <summary>A <c>rate()</c> or <c>cron()</c> expression, in UTC.</summary>
    public string? ScheduleExpression { get; init; }
}

/// <summary>RotateSecret's input.</summary>
public sealed record RotateSecretRequest
{
    /// <summary>The secret's name, its ARN, or its ARN without the random suffix.</summary>
    public required string SecretId { get; init; }

    /// <summary>The id of the new version, 32 to 64 characters.</summary>
    public string? ClientRequestToken { get; init; }

    /// <summary>The rotation function's ARN; as configured before where null.</summary>
    [JsonPropertyName("RotationLambdaARN")]
    public string? RotationLambdaArn { get; init; }

    /// <summary>The schedule; as configured before where null.</summary>
    public RotationRules? RotationRules { get; init; }

    /// <summary>Whether to rotate now; otherwise only <c>testSecret</c> is called. True unless said otherwise.</summary>
    public bool? RotateImmediately { get; init; }
}
