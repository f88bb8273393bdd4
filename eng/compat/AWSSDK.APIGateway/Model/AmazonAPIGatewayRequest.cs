using Amazon.Runtime;

namespace Amazon.APIGateway.Model;

/// <summary>Base of every request to Amazon API Gateway.</summary>
public partial class AmazonAPIGatewayRequest : AmazonWebServiceRequest
{
}
