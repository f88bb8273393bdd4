using System.Text.Json.Serialization;

namespace LocalAws.SecretsManager;

/// <summary>The input of GetSecretValue.</summary>
public sealed record GetSecretValueRequest
{
    /// <summary>The secret's name, its ARN, or its ARN without the random suffix.</summary>
    public required string SecretId { get; init; }

    /// <summary>The version. If null, the version with the label.</summary>
    public string? VersionId { get; init; }

    /// <summary>The label. AWSCURRENT if neither this nor a version is set.</summary>
    public string? VersionStage { get; init; }
}

/// <summary>A version with its value.</summary>
public sealed record SecretValue
{
    /// <summary>The secret's ARN.</summary>
    [JsonPropertyName("ARN")]
    public required string Arn { get; init; }

    /// <summary>The secret's name.</summary>
    public required string Name { get; init; }

    /// <summary>The version's id.</summary>
    public required string VersionId { get; init; }

    /// <summary>The value, as text.</summary>
    public string? SecretString { get; init; }

    /// <summary>The value, as bytes.</summary>
    public ReadOnlyMemory<byte>? SecretBinary { get; init; }

    /// <summary>The version's labels, or null if there are none.</summary>
    public IReadOnlyList<string>? VersionStages { get; init; }

    /// <summary>The time at which the version was created.</summary>
    public required DateTimeOffset CreatedDate { get; init; }

    /// <summary>Returns a text that identifies the version without its value.</summary>
    public override string ToString() => $"{nameof(SecretValue)} {{ {Name}, {VersionId} }}";
}

/// <summary>The input of BatchGetSecretValue: either a list of secrets or filters.</summary>
public sealed record BatchGetSecretValueRequest
{
    /// <summary>Up to 20 secrets, each by its name, its ARN, or its ARN without the random suffix.</summary>
    public IReadOnlyList<string>? SecretIdList { get; init; }

    /// <summary>The filters. A secret must match all of them.</summary>
    public IReadOnlyList<SecretFilter>? Filters { get; init; }

    /// <summary>The maximum number of secrets on a page: 1 to 20, 20 by default. Only with filters.</summary>
    public int? MaxResults { get; init; }

    /// <summary>The position after the last page, or null for the first page.</summary>
    public string? NextToken { get; init; }
}

/// <summary>The current values of several secrets.</summary>
public sealed record BatchSecretValues
{
    /// <summary>The values.</summary>
    public required IReadOnlyList<SecretValue> SecretValues { get; init; }

    /// <summary>The secrets whose value could not be read, with the reason.</summary>
    public required IReadOnlyList<SecretError> Errors { get; init; }

    /// <summary>The position of the next page, or null on the last page.</summary>
    public string? NextToken { get; init; }
}

/// <summary>A secret whose value could not be read.</summary>
/// <param name="SecretId">The secret, as it was asked for.</param>
/// <param name="ErrorCode">The error's code.</param>
/// <param name="Message">The error's text.</param>
public sealed record SecretError(string SecretId, string ErrorCode, string Message);

/// <summary>The input of PutSecretValue.</summary>
public sealed record PutSecretValueRequest
{
    /// <summary>The secret's name, its ARN, or its ARN without the random suffix.</summary>
    public required string SecretId { get; init; }

    /// <summary>The version's id, 32 to 64 characters.</summary>
    public string? ClientRequestToken { get; init; }

    /// <summary>The value, as text.</summary>
    public string? SecretString { get; init; }

    /// <summary>The value, as bytes.</summary>
    public ReadOnlyMemory<byte>? SecretBinary { get; init; }

    /// <summary>The labels that the version gets; AWSCURRENT where null.</summary>
    public IReadOnlyList<string>? VersionStages { get; init; }

    /// <summary>The token of the rotation event, 36 to 256 letters, digits and hyphens. Not checked against the rotation.</summary>
    public string? RotationToken { get; init; }

    /// <summary>Returns a text that identifies the request without its value and its token.</summary>
    public override string ToString() => $"{nameof(PutSecretValueRequest)} {{ {SecretId}, {ClientRequestToken} }}";
}

/// <summary>The input of UpdateSecret.</summary>
public sealed record UpdateSecretRequest
{
    /// <summary>The secret's name, its ARN, or its ARN without the random suffix.</summary>
    public required string SecretId { get; init; }

    /// <summary>The id of the new version, 32 to 64 characters. Required if there is a value.</summary>
    public string? ClientRequestToken { get; init; }

    /// <summary>The new description, or null to keep the current one.</summary>
    public string? Description { get; init; }

    /// <summary>The new key that encrypts the values, or null to keep the current one.</summary>
    public string? KmsKeyId { get; init; }

    /// <summary>The new value, as text.</summary>
    public string? SecretString { get; init; }

    /// <summary>The new value, as bytes.</summary>
    public ReadOnlyMemory<byte>? SecretBinary { get; init; }

    /// <summary>Returns a text that identifies the request without its value.</summary>
    public override string ToString() => $"{nameof(UpdateSecretRequest)} {{ {SecretId}, {ClientRequestToken} }}";
}

/// <summary>The input of UpdateSecretVersionStage.</summary>
public sealed record UpdateSecretVersionStageRequest
{
    /// <summary>The secret's name, its ARN, or its ARN without the random suffix.</summary>
    public required string SecretId { get; init; }

    /// <summary>The label to move.</summary>
    public required string VersionStage { get; init; }

    /// <summary>The version that has the label; needed where one has it.</summary>
    public string? RemoveFromVersionId { get; init; }

    /// <summary>The version that gets the label; none where null.</summary>
    public string? MoveToVersionId { get; init; }
}

/// <summary>The input of ListSecretVersionIds.</summary>
public sealed record ListSecretVersionIdsRequest
{
    /// <summary>The secret's name, its ARN, or its ARN without the random suffix.</summary>
    public required string SecretId { get; init; }

    /// <summary>The maximum number of versions on a page: 1 to 100, 100 by default.</summary>
    public int? MaxResults { get; init; }

    /// <summary>The position after the last page, or null for the first page.</summary>
    public string? NextToken { get; init; }

    /// <summary>Whether to list versions without labels.</summary>
    public bool? IncludeDeprecated { get; init; }
}

/// <summary>A version without its value.</summary>
public sealed record SecretVersionEntry
{
    /// <summary>The version's id.</summary>
    public required string VersionId { get; init; }

    /// <summary>The version's labels, or null if there are none.</summary>
    public IReadOnlyList<string>? VersionStages { get; init; }

    /// <summary>The day of the last read of the value.</summary>
    public DateTimeOffset? LastAccessedDate { get; init; }

    /// <summary>The time at which the version was created.</summary>
    public required DateTimeOffset CreatedDate { get; init; }

    /// <summary>The KMS keys that encrypt the value. <c>DefaultEncryptionKey</c> is AWS's own.</summary>
    public required IReadOnlyList<string> KmsKeyIds { get; init; }
}

/// <summary>A page of a secret's versions.</summary>
public sealed record ListSecretVersionIdsResponse
{
    /// <summary>The secret's ARN.</summary>
    [JsonPropertyName("ARN")]
    public required string Arn { get; init; }

    /// <summary>The secret's name.</summary>
    public required string Name { get; init; }

    /// <summary>The versions.</summary>
    public required IReadOnlyList<SecretVersionEntry> Versions { get; init; }

    /// <summary>The position of the next page, or null on the last page.</summary>
    public string? NextToken { get; init; }
}
