using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Util.Internal;
using AwsWire;

namespace Amazon.APIGateway;

/// <summary>Settings of a client of Amazon API Gateway.</summary>
public partial class AmazonAPIGatewayConfig : ClientConfig
{
    private const string Id = "API Gateway";

    public AmazonAPIGatewayConfig()
        : base(ServicePipeline.DefaultsModes())
    {
        base.ServiceId = Id;
        AuthenticationServiceName = "apigateway";
        EndpointProvider = new RegionalEndpointProvider("apigateway");
    }

    public static new string ServiceId => Id;

    public override string RegionEndpointServiceName => "apigateway";

    public override string ServiceVersion => "2015-07-09";

    public override string UserAgent { get; } = InternalSDKUtils.BuildUserAgentString(Id, "0.0.0.0");

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters)
        => ServicePipeline.DetermineEndpoint(this, parameters);
}
