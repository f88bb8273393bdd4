using Amazon.Runtime;

namespace Amazon.SecretsManager.Model;

/// <summary>What CreateSecret is asked.</summary>
public partial class CreateSecretRequest : AmazonSecretsManagerRequest
{
    public string Name { get; set; }

    public string ClientRequestToken { get; set; }

    public string Description { get; set; }

    public string KmsKeyId { get; set; }

    public MemoryStream SecretBinary { get; set; }

    public string SecretString { get; set; }

    public List<Tag> Tags { get; set; }

    public List<ReplicaRegionType> AddReplicaRegions { get; set; }

    public bool? ForceOverwriteReplicaSecret { get; set; }
}

/// <summary>What CreateSecret answers.</summary>
public partial class CreateSecretResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }

    public string VersionId { get; set; }

    public List<ReplicationStatusType> ReplicationStatus { get; set; }
}

/// <summary>What DescribeSecret is asked.</summary>
public partial class DescribeSecretRequest : AmazonSecretsManagerRequest
{
    public string SecretId { get; set; }
}

/// <summary>What DescribeSecret answers.</summary>
public partial class DescribeSecretResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }

    public string Description { get; set; }

    public string KmsKeyId { get; set; }

    public bool? RotationEnabled { get; set; }

    public string RotationLambdaARN { get; set; }

    public RotationRulesType RotationRules { get; set; }

    public DateTime? LastRotatedDate { get; set; }

    public DateTime? LastChangedDate { get; set; }

    public DateTime? LastAccessedDate { get; set; }

    public DateTime? DeletedDate { get; set; }

    public DateTime? NextRotationDate { get; set; }

    public List<Tag> Tags { get; set; }

    public Dictionary<string, List<string>> VersionIdsToStages { get; set; }

    public string OwningService { get; set; }

    public DateTime? CreatedDate { get; set; }

    public string PrimaryRegion { get; set; }

    public List<ReplicationStatusType> ReplicationStatus { get; set; }
}

/// <summary>What UpdateSecret is asked.</summary>
public partial class UpdateSecretRequest : AmazonSecretsManagerRequest
{
    public string SecretId { get; set; }

    public string ClientRequestToken { get; set; }

    public string Description { get; set; }

    public string KmsKeyId { get; set; }

    public MemoryStream SecretBinary { get; set; }

    public string SecretString { get; set; }
}

/// <summary>What UpdateSecret answers.</summary>
public partial class UpdateSecretResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }

    public string VersionId { get; set; }
}

/// <summary>What DeleteSecret is asked.</summary>
public partial class DeleteSecretRequest : AmazonSecretsManagerRequest
{
    public string SecretId { get; set; }

    public long? RecoveryWindowInDays { get; set; }

    public bool? ForceDeleteWithoutRecovery { get; set; }
}

/// <summary>What DeleteSecret answers.</summary>
public partial class DeleteSecretResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }

    public DateTime? DeletionDate { get; set; }
}

/// <summary>What RestoreSecret is asked.</summary>
public partial class RestoreSecretRequest : AmazonSecretsManagerRequest
{
    public string SecretId { get; set; }
}

/// <summary>What RestoreSecret answers.</summary>
public partial class RestoreSecretResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }
}

/// <summary>What ListSecrets is asked.</summary>
public partial class ListSecretsRequest : AmazonSecretsManagerRequest
{
    public bool? IncludePlannedDeletion { get; set; }

    public int? MaxResults { get; set; }

    public string NextToken { get; set; }

    public List<Filter> Filters { get; set; }

    public SortOrderType SortOrder { get; set; }

    public SortByType SortBy { get; set; }
}

/// <summary>What ListSecrets answers.</summary>
public partial class ListSecretsResponse : AmazonWebServiceResponse
{
    public List<SecretListEntry> SecretList { get; set; }

    public string NextToken { get; set; }
}

/// <summary>A condition on the secrets that a list shows.</summary>
public partial class Filter
{
    public FilterNameStringType Key { get; set; }

    public List<string> Values { get; set; }
}

/// <summary>A secret in a list.</summary>
public partial class SecretListEntry
{
    public string ARN { get; set; }

    public string Name { get; set; }

    public string Description { get; set; }

    public string KmsKeyId { get; set; }

    public bool? RotationEnabled { get; set; }

    public string RotationLambdaARN { get; set; }

    public RotationRulesType RotationRules { get; set; }

    public DateTime? LastRotatedDate { get; set; }

    public DateTime? LastChangedDate { get; set; }

    public DateTime? LastAccessedDate { get; set; }

    public DateTime? DeletedDate { get; set; }

    public DateTime? NextRotationDate { get; set; }

    public List<Tag> Tags { get; set; }

    public Dictionary<string, List<string>> SecretVersionsToStages { get; set; }

    public string OwningService { get; set; }

    public DateTime? CreatedDate { get; set; }

    public string PrimaryRegion { get; set; }
}
