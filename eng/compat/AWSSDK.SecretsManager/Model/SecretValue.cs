using Amazon.Runtime;

namespace Amazon.SecretsManager.Model;

/// <summary>What GetSecretValue is asked.</summary>
public partial class GetSecretValueRequest : AmazonSecretsManagerRequest
{
    public string SecretId { get; set; }

    public string VersionId { get; set; }

    public string VersionStage { get; set; }
}

/// <summary>What GetSecretValue answers.</summary>
public partial class GetSecretValueResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }

    public string VersionId { get; set; }

    public MemoryStream SecretBinary { get; set; }

    public string SecretString { get; set; }

    public List<string> VersionStages { get; set; }

    public DateTime? CreatedDate { get; set; }
}

/// <summary>What PutSecretValue is asked.</summary>
public partial class PutSecretValueRequest : AmazonSecretsManagerRequest
{
    public string SecretId { get; set; }

    public string ClientRequestToken { get; set; }

    public MemoryStream SecretBinary { get; set; }

    public string SecretString { get; set; }

    public List<string> VersionStages { get; set; }

    public string RotationToken { get; set; }
}

/// <summary>What PutSecretValue answers.</summary>
public partial class PutSecretValueResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }

    public string VersionId { get; set; }

    public List<string> VersionStages { get; set; }
}

/// <summary>What ListSecretVersionIds is asked.</summary>
public partial class ListSecretVersionIdsRequest : AmazonSecretsManagerRequest
{
    public string SecretId { get; set; }

    public int? MaxResults { get; set; }

    public string NextToken { get; set; }

    public bool? IncludeDeprecated { get; set; }
}

/// <summary>What ListSecretVersionIds answers.</summary>
public partial class ListSecretVersionIdsResponse : AmazonWebServiceResponse
{
    public List<SecretVersionsListEntry> Versions { get; set; }

    public string NextToken { get; set; }

    public string ARN { get; set; }

    public string Name { get; set; }
}

/// <summary>What UpdateSecretVersionStage is asked.</summary>
public partial class UpdateSecretVersionStageRequest : AmazonSecretsManagerRequest
{
    public string SecretId { get; set; }

    public string VersionStage { get; set; }

    public string RemoveFromVersionId { get; set; }

    public string MoveToVersionId { get; set; }
}

/// <summary>What UpdateSecretVersionStage answers.</summary>
public partial class UpdateSecretVersionStageResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }
}

/// <summary>A version in a list.</summary>
public partial class SecretVersionsListEntry
{
    public string VersionId { get; set; }

    public List<string> VersionStages { get; set; }

    public DateTime? LastAccessedDate { get; set; }

    public DateTime? CreatedDate { get; set; }

    public List<string> KmsKeyIds { get; set; }
}
