using Amazon.Runtime;

namespace Amazon.SecretsManager.Model;

/// <summary>What TagResource is asked.</summary>
public partial class TagResourceRequest : AmazonSecretsManagerRequest
{
    public string SecretId { get; set; }

    public List<Tag> Tags { get; set; }
}

/// <summary>What TagResource answers.</summary>
public partial class TagResourceResponse : AmazonWebServiceResponse
{
}

/// <summary>What UntagResource is asked.</summary>
public partial class UntagResourceRequest : AmazonSecretsManagerRequest
{
    public string SecretId { get; set; }

    public List<string> TagKeys { get; set; }
}

/// <summary>What UntagResource answers.</summary>
public partial class UntagResourceResponse : AmazonWebServiceResponse
{
}

/// <summary>A tag of a secret.</summary>
public partial class Tag
{
    public string Key { get; set; }

    public string Value { get; set; }
}
