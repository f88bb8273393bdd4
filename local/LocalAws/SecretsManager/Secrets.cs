using System.Text.Json.Serialization;

namespace LocalAws.SecretsManager;

/// <summary>A tag of a secret.</summary>
/// <param name="Key">The tag's key.</param>
/// <param name="Value">The tag's value.</param>
public sealed record Tag(string Key, string? Value = null);

/// <summary>CreateSecret's input.</summary>
public sealed record CreateSecretRequest
{
    /// <summary>The secret's name.</summary>
    public required string Name { get; init; }

    /// <summary>The id of the first version, 32 to 64 characters; needed where there is a value.</summary>
    public string? ClientRequestToken { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>The key that encrypts the values.</summary>
    public string? KmsKeyId { get; init; }

    /// <summary>The first value, as text.</summary>
    public string? SecretString { get; init; }

    /// <summary>The first value, as bytes.</summary>
    public ReadOnlyMemory<byte>? SecretBinary { get; init; }

    /// <summary>The secret's tags.</summary>
    public IReadOnlyList<Tag>? Tags { get; init; }

    /// <summary>The Regions that get a replica.</summary>
    public IReadOnlyList<ReplicaRegion>? AddReplicaRegions { get; init; }

    /// <summary>Whether to overwrite a secret of the same name there. There is none here: other Regions hold nothing.</summary>
    public bool? ForceOverwriteReplicaSecret { get; init; }

    /// <summary>Names the request without its value.</summary>
    public override string ToString() => $"{nameof(CreateSecretRequest)} {{ {Name} }}";
}

/// <summary>The input of operations that need no more than a secret.</summary>
public sealed record SecretRequest
{
    /// <summary>The secret's name, its ARN, or its ARN without the random suffix.</summary>
    public required string SecretId { get; init; }
}

/// <summary>DeleteSecret's input.</summary>
public sealed record DeleteSecretRequest
{
    /// <summary>The secret's name, its ARN, or its ARN without the random suffix.</summary>
    public required string SecretId { get; init; }

    /// <summary>For how many days it can be restored: 7 to 30, 30 unless said otherwise.</summary>
    public long? RecoveryWindowInDays { get; init; }

    /// <summary>Whether it is gone at once.</summary>
    public bool? ForceDeleteWithoutRecovery { get; init; }
}

/// <summary>TagResource's input.</summary>
public sealed record TagResourceRequest
{
    /// <summary>The secret's name, its ARN, or its ARN without the random suffix.</summary>
    public required string SecretId { get; init; }

    /// <summary>The tags to set; others stay.</summary>
    public required IReadOnlyList<Tag> Tags { get; init; }
}

/// <summary>UntagResource's input.</summary>
public sealed record UntagResourceRequest
{
    /// <summary>The secret's name, its ARN, or its ARN without the random suffix.</summary>
    public required string SecretId { get; init; }

    /// <summary>The tags to take off.</summary>
    public required IReadOnlyList<string> TagKeys { get; init; }
}

/// <summary>ListSecrets' input.</summary>
public sealed record ListSecretsRequest
{
    /// <summary>Whether to list secrets that are marked for deletion.</summary>
    public bool? IncludePlannedDeletion { get; init; }

    /// <summary>The most secrets on a page: 1 to 100, 100 unless said otherwise.</summary>
    public int? MaxResults { get; init; }

    /// <summary>Where the last page ended; null for the first.</summary>
    public string? NextToken { get; init; }

    /// <summary>Which secrets: those that match every filter.</summary>
    public IReadOnlyList<SecretFilter>? Filters { get; init; }

    /// <summary><c>created-date</c> unless it is <c>last-accessed-date</c>, <c>last-changed-date</c> or <c>name</c>.</summary>
    public string? SortBy { get; init; }

    /// <summary><c>asc</c> or <c>desc</c>. AWS does not say which it is where it is null; here it is the first.</summary>
    public string? SortOrder { get; init; }
}

/// <summary>A filter of ListSecrets.</summary>
/// <param name="Key">
/// <c>name</c>, <c>tag-key</c>, <c>tag-value</c>, <c>primary-region</c> or <c>owning-service</c>: prefixes in their case;
/// <c>description</c> or <c>all</c>: prefixes of words in either case.
/// </param>
/// <param name="Values">1 to 10, of which one matches; an exclamation mark in front turns one around.</param>
public sealed record SecretFilter(string? Key = null, IReadOnlyList<string>? Values = null);

/// <summary>A secret without its values, as DescribeSecret and ListSecrets return it.</summary>
public sealed record SecretDescription
{
    /// <summary>The ARN, which ends in six random characters.</summary>
    [JsonPropertyName("ARN")]
    public required string Arn { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>The key that encrypts the values.</summary>
    public string? KmsKeyId { get; init; }

    /// <summary>Whether rotation is on; null where it never was configured.</summary>
    public bool? RotationEnabled { get; init; }

    /// <summary>The rotation function's ARN.</summary>
    [JsonPropertyName("RotationLambdaARN")]
    public string? RotationLambdaArn { get; init; }

    /// <summary>The schedule.</summary>
    public RotationRules? RotationRules { get; init; }

    /// <summary>When the last rotation ended well.</summary>
    public DateTimeOffset? LastRotatedDate { get; init; }

    /// <summary>
    /// The latest date on which the next rotation happens; in the past while the last one did not succeed. Null where rotation is off or has no schedule.
    /// </summary>
    public DateTimeOffset? NextRotationDate { get; init; }

    /// <summary>When the secret was last changed in any way.</summary>
    public DateTimeOffset LastChangedDate { get; init; }

    /// <summary>The day on which a value was last read.</summary>
    public DateTimeOffset? LastAccessedDate { get; init; }

    /// <summary>When the secret was marked for deletion.</summary>
    public DateTimeOffset? DeletedDate { get; init; }

    /// <summary>When the secret was made.</summary>
    public DateTimeOffset CreatedDate { get; init; }

    /// <summary>The tags; null where there are none.</summary>
    public IReadOnlyList<Tag>? Tags { get; init; }

    /// <summary>The labels of each version that has any, as DescribeSecret names them; null where there is none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? VersionIdsToStages { get; init; }

    /// <summary>The labels of each version that has any, as ListSecrets names them; null where there is none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? SecretVersionsToStages { get; init; }

    /// <summary>The secret's Region; null where it has no replicas.</summary>
    public string? PrimaryRegion { get; init; }

    /// <summary>The replicas, as DescribeSecret shows them; null where there are none.</summary>
    public IReadOnlyList<ReplicationStatus>? ReplicationStatus { get; init; }
}

/// <summary>A page of secrets.</summary>
public sealed record ListSecretsResponse
{
    /// <summary>The secrets.</summary>
    public required IReadOnlyList<SecretDescription> SecretList { get; init; }

    /// <summary>Where the next page starts; null on the last.</summary>
    public string? NextToken { get; init; }
}

/// <summary>The secret that an operation changed.</summary>
public sealed record SecretResponse
{
    /// <summary>The ARN.</summary>
    [JsonPropertyName("ARN")]
    public required string Arn { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The version that the operation made, if any.</summary>
    public string? VersionId { get; init; }

    /// <summary>The labels of that version, as PutSecretValue returns them.</summary>
    public IReadOnlyList<string>? VersionStages { get; init; }

    /// <summary>The replicas, as CreateSecret returns them; null where there are none.</summary>
    public IReadOnlyList<ReplicationStatus>? ReplicationStatus { get; init; }

    /// <summary>When the secret is gone for good, as DeleteSecret returns it.</summary>
    public DateTimeOffset? DeletionDate { get; init; }
}
