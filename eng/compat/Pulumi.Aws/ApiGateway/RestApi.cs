using Pulumi.Aws.ApiGateway.Inputs;

namespace Pulumi.Aws.ApiGateway;

public class RestApi : CustomResource
{
    public RestApi(string name, RestApiArgs? args = null, CustomResourceOptions? options = null)
        : base("aws:apigateway/restApi:RestApi", name, args ?? new RestApiArgs(), ResourceDefaults.Merge(options))
    {
    }

    [Output("name")]
    public Output<string> Name { get; private set; } = null!;
}

public sealed class RestApiArgs : ResourceArgs
{
    [Input("body")]
    public Input<string>? Body { get; set; }

    [Input("endpointConfiguration")]
    public Input<RestApiEndpointConfigurationArgs>? EndpointConfiguration { get; set; }
}
