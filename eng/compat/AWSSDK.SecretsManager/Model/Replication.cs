using Amazon.Runtime;

namespace Amazon.SecretsManager.Model;

/// <summary>What ReplicateSecretToRegions is asked.</summary>
public partial class ReplicateSecretToRegionsRequest : AmazonSecretsManagerRequest
{
    public string SecretId { get; set; }

    public List<ReplicaRegionType> AddReplicaRegions { get; set; }

    public bool? ForceOverwriteReplicaSecret { get; set; }
}

/// <summary>What ReplicateSecretToRegions answers.</summary>
public partial class ReplicateSecretToRegionsResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public List<ReplicationStatusType> ReplicationStatus { get; set; }
}

/// <summary>What RemoveRegionsFromReplication is asked.</summary>
public partial class RemoveRegionsFromReplicationRequest : AmazonSecretsManagerRequest
{
    public string SecretId { get; set; }

    public List<string> RemoveReplicaRegions { get; set; }
}

/// <summary>What RemoveRegionsFromReplication answers.</summary>
public partial class RemoveRegionsFromReplicationResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public List<ReplicationStatusType> ReplicationStatus { get; set; }
}

/// <summary>What StopReplicationToReplica is asked.</summary>
public partial class StopReplicationToReplicaRequest : AmazonSecretsManagerRequest
{
    public string SecretId { get; set; }
}

/// <summary>What StopReplicationToReplica answers.</summary>
public partial class StopReplicationToReplicaResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }
}

/// <summary>A Region that gets a replica.</summary>
public partial class ReplicaRegionType
{
    public string Region { get; set; }

    public string KmsKeyId { get; set; }
}

/// <summary>How a replica stands.</summary>
public partial class ReplicationStatusType
{
    public string Region { get; set; }

    public string KmsKeyId { get; set; }

    public StatusType Status { get; set; }

    public string StatusMessage { get; set; }

    public DateTime? LastAccessedDate { get; set; }
}
