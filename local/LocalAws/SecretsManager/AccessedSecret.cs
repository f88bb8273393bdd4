namespace LocalAws.SecretsManager;

/// <summary>The properties of a secret that policies evaluate.</summary>
/// <param name="Arn">The ARN.</param>
/// <param name="Shown">The name in a denial.</param>
/// <param name="Tags">The tags.</param>
/// <param name="RotationFunctionArn">The ARN of the rotation function, or null.</param>
/// <param name="ResourcePolicy">The resource policy as JSON, or null.</param>
/// <param name="KmsKeyId">The KMS key of the values as it was set, or null.</param>
internal sealed record AccessedSecret(
    string Arn, string Shown, IReadOnlyList<Tag> Tags, string? RotationFunctionArn, string? ResourcePolicy, string? KmsKeyId);
