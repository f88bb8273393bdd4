using Amazon.Runtime;

namespace Amazon.APIGateway.Model;

/// <summary>What TagResource is asked.</summary>
public partial class TagResourceRequest : AmazonAPIGatewayRequest
{
    public string ResourceArn { get; set; }

    public Dictionary<string, string> Tags { get; set; }
}

/// <summary>What TagResource answers.</summary>
public partial class TagResourceResponse : AmazonWebServiceResponse
{
}

/// <summary>What UntagResource is asked.</summary>
public partial class UntagResourceRequest : AmazonAPIGatewayRequest
{
    public string ResourceArn { get; set; }

    public List<string> TagKeys { get; set; }
}

/// <summary>What UntagResource answers.</summary>
public partial class UntagResourceResponse : AmazonWebServiceResponse
{
}
