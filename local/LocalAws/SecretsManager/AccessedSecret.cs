namespace LocalAws.SecretsManager;

/// <summary>What policies ask of a secret.</summary>
/// <param name="Arn">Its ARN.</param>
/// <param name="Shown">How a refusal names it.</param>
/// <param name="Tags">Its tags.</param>
/// <param name="RotationFunctionArn">Its rotation function, if any.</param>
/// <param name="ResourcePolicy">Its resource policy as JSON, if any.</param>
/// <param name="KmsKeyId">The key that encrypts its values, as it was given; null where none was.</param>
internal sealed record AccessedSecret(string Arn, string Shown, IReadOnlyList<Tag> Tags, string? RotationFunctionArn, string? ResourcePolicy, string? KmsKeyId);
