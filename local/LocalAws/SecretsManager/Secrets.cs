using System.Text.Json.Serialization;

namespace LocalAws.SecretsManager;

/// <summary>A tag of a secret.</summary>
/// <param name="Key">The tag's key.</param>
/// <param name="Value">The tag's value.</param>
public sealed record Tag(string Key, string? Value = null);

/// <summary>The input of CreateSecret.</summary>
public sealed record CreateSecretRequest
{
    /// <summary>The secret's name.</summary>
    public required string Name { get; init; }

    /// <summary>The id of the first version, 32 to 64 characters. Required if there is a value.</summary>
    public string? ClientRequestToken { get; init; }

    /// <summary>The description.</summary>
    public string? Description { get; init; }

    /// <summary>The KMS key that encrypts the values.</summary>
    public string? KmsKeyId { get; init; }

    /// <summary>The first value, as text.</summary>
    public string? SecretString { get; init; }

    /// <summary>The first value, as bytes.</summary>
    public ReadOnlyMemory<byte>? SecretBinary { get; init; }

    /// <summary>The secret's tags.</summary>
    public IReadOnlyList<Tag>? Tags { get; init; }

    /// <summary>The Regions that get a replica.</summary>
    public IReadOnlyList<ReplicaRegion>? AddReplicaRegions { get; init; }

    /// <summary>Whether to overwrite a secret of the same name there.</summary>
    public bool? ForceOverwriteReplicaSecret { get; init; }

    /// <summary>Returns a text that identifies the request without its value.</summary>
    public override string ToString() => $"{nameof(CreateSecretRequest)} {{ {Name} }}";
}

/// <summary>The input of operations that need only a secret.</summary>
public sealed record SecretRequest
{
    /// <summary>The secret's name, its ARN, or its ARN without the random suffix.</summary>
    public required string SecretId { get; init; }
}

/// <summary>The input of DeleteSecret.</summary>
public sealed record DeleteSecretRequest
{
    /// <summary>The secret's name, its ARN, or its ARN without the random suffix.</summary>
    public required string SecretId { get; init; }

    /// <summary>The days in which the secret can be restored: 7 to 30, 30 by default.</summary>
    public long? RecoveryWindowInDays { get; init; }

    /// <summary>Whether to delete the secret at once.</summary>
    public bool? ForceDeleteWithoutRecovery { get; init; }
}

/// <summary>The input of TagResource.</summary>
public sealed record TagResourceRequest
{
    /// <summary>The secret's name, its ARN, or its ARN without the random suffix.</summary>
    public required string SecretId { get; init; }

    /// <summary>The tags to set. Other tags stay.</summary>
    public required IReadOnlyList<Tag> Tags { get; init; }
}

/// <summary>The input of UntagResource.</summary>
public sealed record UntagResourceRequest
{
    /// <summary>The secret's name, its ARN, or its ARN without the random suffix.</summary>
    public required string SecretId { get; init; }

    /// <summary>The tags to remove.</summary>
    public required IReadOnlyList<string> TagKeys { get; init; }
}

/// <summary>The input of ListSecrets.</summary>
public sealed record ListSecretsRequest
{
    /// <summary>Whether to list secrets that are marked for deletion.</summary>
    public bool? IncludePlannedDeletion { get; init; }

    /// <summary>The maximum number of secrets on a page: 1 to 100, 100 by default.</summary>
    public int? MaxResults { get; init; }

    /// <summary>The position after the last page, or null for the first page.</summary>
    public string? NextToken { get; init; }

    /// <summary>The filters. A secret must match all of them.</summary>
    public IReadOnlyList<SecretFilter>? Filters { get; init; }

    /// <summary><c>created-date</c> (default), <c>last-accessed-date</c>, <c>last-changed-date</c> or <c>name</c>.</summary>
    public string? SortBy { get; init; }

    /// <summary><c>asc</c> or <c>desc</c>. AWS documents no default; here it is the first.</summary>
    public string? SortOrder { get; init; }
}

/// <summary>A filter of ListSecrets.</summary>
/// <param name="Key"><c>name</c>, <c>tag-key</c>, <c>tag-value</c>, <c>primary-region</c> or <c>owning-service</c>: case-sensitive prefixes;
/// <c>description</c> or <c>all</c>: prefixes of words, not case-sensitive.</param>
/// <param name="Values">1 to 10 values, of which one must match. A leading exclamation mark negates a value.</param>
public sealed record SecretFilter(string? Key = null, IReadOnlyList<string>? Values = null);

/// <summary>A secret without its values, as DescribeSecret and ListSecrets return it.</summary>
public sealed record SecretDescription
{
    /// <summary>The ARN, which ends in six random characters.</summary>
    [JsonPropertyName("ARN")]
    public required string Arn { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The description.</summary>
    public string? Description { get; init; }

    /// <summary>The KMS key that encrypts the values.</summary>
    public string? KmsKeyId { get; init; }

    /// <summary>Whether rotation is enabled, or null if it was never configured.</summary>
    public bool? RotationEnabled { get; init; }

    /// <summary>The rotation function's ARN.</summary>
    [JsonPropertyName("RotationLambdaARN")]
    public string? RotationLambdaArn { get; init; }

    /// <summary>The schedule.</summary>
    public RotationRules? RotationRules { get; init; }

    /// <summary>The end of the last successful rotation.</summary>
    public DateTimeOffset? LastRotatedDate { get; init; }

    /// <summary>
    /// The latest date of the next rotation. It is in the past if the last rotation did not succeed, and null if rotation is off or has no schedule.
    /// </summary>
    public DateTimeOffset? NextRotationDate { get; init; }

    /// <summary>The time of the last change of the secret.</summary>
    public DateTimeOffset LastChangedDate { get; init; }

    /// <summary>The day of the last read of a value.</summary>
    public DateTimeOffset? LastAccessedDate { get; init; }

    /// <summary>The time at which the secret was marked for deletion.</summary>
    public DateTimeOffset? DeletedDate { get; init; }

    /// <summary>The time at which the secret was created.</summary>
    public DateTimeOffset CreatedDate { get; init; }

    /// <summary>The tags, or null if there are none.</summary>
    public IReadOnlyList<Tag>? Tags { get; init; }

    /// <summary>The labels of each version that has one, as DescribeSecret returns them, or null if there are none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? VersionIdsToStages { get; init; }

    /// <summary>The labels of each version that has one, as ListSecrets returns them, or null if there are none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? SecretVersionsToStages { get; init; }

    /// <summary>The Region of the primary secret, or null for a secret that is no replica and has none.</summary>
    public string? PrimaryRegion { get; init; }

    /// <summary>The replicas, as DescribeSecret returns them, or null if there are none.</summary>
    public IReadOnlyList<ReplicationStatus>? ReplicationStatus { get; init; }
}

/// <summary>A page of secrets.</summary>
public sealed record ListSecretsResponse
{
    /// <summary>The secrets.</summary>
    public required IReadOnlyList<SecretDescription> SecretList { get; init; }

    /// <summary>The position of the next page, or null on the last page.</summary>
    public string? NextToken { get; init; }
}

/// <summary>The secret that an operation created or changed.</summary>
public sealed record SecretResponse
{
    /// <summary>The ARN.</summary>
    [JsonPropertyName("ARN")]
    public required string Arn { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The version that the operation created, or null.</summary>
    public string? VersionId { get; init; }

    /// <summary>The labels of that version, as PutSecretValue returns them.</summary>
    public IReadOnlyList<string>? VersionStages { get; init; }

    /// <summary>The replicas, as CreateSecret returns them, or null if there are none.</summary>
    public IReadOnlyList<ReplicationStatus>? ReplicationStatus { get; init; }

    /// <summary>The time of the permanent deletion, as DeleteSecret returns it.</summary>
    public DateTimeOffset? DeletionDate { get; init; }
}
