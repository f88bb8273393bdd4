using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Util.Internal;
using AwsWire;

namespace Amazon.SecretsManager;

/// <summary>Settings of a client of AWS Secrets Manager.</summary>
public partial class AmazonSecretsManagerConfig : ClientConfig
{
    private const string Id = "Secrets Manager";

    public AmazonSecretsManagerConfig()
        : base(ServicePipeline.DefaultsModes())
    {
        base.ServiceId = Id;
        AuthenticationServiceName = "secretsmanager";
        EndpointProvider = new RegionalEndpointProvider("secretsmanager");
    }

    public static new string ServiceId => Id;

    public override string RegionEndpointServiceName => "secretsmanager";

    public override string ServiceVersion => "2017-10-17";

    public override string UserAgent { get; } = InternalSDKUtils.BuildUserAgentString(Id, "0.0.0.0");

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters)
        => ServicePipeline.DetermineEndpoint(this, parameters);
}
