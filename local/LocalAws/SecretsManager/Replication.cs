using System.Text.Json.Serialization;

namespace LocalAws.SecretsManager;

/// <summary>A Region that gets a replica.</summary>
/// <param name="Region">The Region's code.</param>
/// <param name="KmsKeyId">The KMS key that encrypts the replica, or null for AWS's own.</param>
public sealed record ReplicaRegion(string Region, string? KmsKeyId = null);

/// <summary>The input of ReplicateSecretToRegions.</summary>
public sealed record ReplicateSecretToRegionsRequest
{
    /// <summary>The secret's name, its ARN, or its ARN without the random suffix.</summary>
    public required string SecretId { get; init; }

    /// <summary>The Regions that get a replica.</summary>
    public required IReadOnlyList<ReplicaRegion> AddReplicaRegions { get; init; }

    /// <summary>Whether to overwrite a secret of the same name there.</summary>
    public bool? ForceOverwriteReplicaSecret { get; init; }
}

/// <summary>The input of RemoveRegionsFromReplication.</summary>
public sealed record RemoveRegionsFromReplicationRequest
{
    /// <summary>The secret's name, its ARN, or its ARN without the random suffix.</summary>
    public required string SecretId { get; init; }

    /// <summary>The Regions that lose their replica.</summary>
    public required IReadOnlyList<string> RemoveReplicaRegions { get; init; }
}

/// <summary>A replica.</summary>
public sealed record ReplicationStatus
{
    /// <summary>The Region's code.</summary>
    public required string Region { get; init; }

    /// <summary>The KMS key that encrypts the replica.</summary>
    public required string KmsKeyId { get; init; }

    /// <summary><c>InProgress</c>, <c>InSync</c> or <c>Failed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The reason of a failure, or null.</summary>
    public string? StatusMessage { get; init; }

    /// <summary>The day of the last read of a value in the Region, or null if there was none.</summary>
    public DateTimeOffset? LastAccessedDate { get; init; }
}

/// <summary>The secret that StopReplicationToReplica promoted.</summary>
public sealed record PromotionResponse
{
    /// <summary>The secret's ARN.</summary>
    [JsonPropertyName("ARN")]
    public required string Arn { get; init; }
}

/// <summary>A secret's replicas after a change.</summary>
public sealed record ReplicationResponse
{
    /// <summary>The secret's ARN.</summary>
    [JsonPropertyName("ARN")]
    public required string Arn { get; init; }

    /// <summary>The replicas.</summary>
    public required IReadOnlyList<ReplicationStatus> ReplicationStatus { get; init; }
}
