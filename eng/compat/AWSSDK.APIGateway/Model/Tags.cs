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

/// <summary>What GetTags is asked.</summary>
public partial class GetTagsRequest : AmazonAPIGatewayRequest
{
    public string ResourceArn { get; set; }

    public string Position { get; set; }

    public int? Limit { get; set; }
}

/// <summary>What GetTags answers.</summary>
public partial class GetTagsResponse : AmazonWebServiceResponse
{
    public Dictionary<string, string> Tags { get; set; }
}
