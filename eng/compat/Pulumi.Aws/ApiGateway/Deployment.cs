namespace Pulumi.Aws.ApiGateway;

public class Deployment : CustomResource
{
    public Deployment(string name, DeploymentArgs args, CustomResourceOptions? options = null)
        : base("aws:apigateway/deployment:Deployment", name, args ?? new DeploymentArgs(), ResourceDefaults.Merge(options))
    {
    }
}

public sealed class DeploymentArgs : ResourceArgs
{
    [Input("restApi", required: true)]
    public Input<string> RestApi { get; set; } = null!;

    [field: Input("triggers")]
    public InputMap<string> Triggers { get => field ??= new(); set; }
}
