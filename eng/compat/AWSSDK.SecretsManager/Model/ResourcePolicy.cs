using Amazon.Runtime;

namespace Amazon.SecretsManager.Model;

/// <summary>What PutResourcePolicy is asked.</summary>
public partial class PutResourcePolicyRequest : AmazonSecretsManagerRequest
{
    public string SecretId { get; set; }

    public string ResourcePolicy { get; set; }

    public bool? BlockPublicPolicy { get; set; }
}

/// <summary>What PutResourcePolicy answers.</summary>
public partial class PutResourcePolicyResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }
}

/// <summary>What GetResourcePolicy is asked.</summary>
public partial class GetResourcePolicyRequest : AmazonSecretsManagerRequest
{
    public string SecretId { get; set; }
}

/// <summary>What GetResourcePolicy answers.</summary>
public partial class GetResourcePolicyResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }

    public string ResourcePolicy { get; set; }
}

/// <summary>What DeleteResourcePolicy is asked.</summary>
public partial class DeleteResourcePolicyRequest : AmazonSecretsManagerRequest
{
    public string SecretId { get; set; }
}

/// <summary>What DeleteResourcePolicy answers.</summary>
public partial class DeleteResourcePolicyResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }
}
