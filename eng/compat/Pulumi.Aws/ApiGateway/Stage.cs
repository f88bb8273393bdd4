using Pulumi.Aws.ApiGateway.Inputs;

namespace Pulumi.Aws.ApiGateway;

public class Stage : CustomResource
{
    public Stage(string name, StageArgs args, CustomResourceOptions? options = null)
        : base("aws:apigateway/stage:Stage", name, args ?? new StageArgs(), ResourceDefaults.Merge(options))
    {
    }

    [Output("invokeUrl")]
    public Output<string> InvokeUrl { get; private set; } = null!;

    [Output("stageName")]
    public Output<string> StageName { get; private set; } = null!;
}

public sealed class StageArgs : ResourceArgs
{
    [Input("accessLogSettings")]
    public Input<StageAccessLogSettingsArgs>? AccessLogSettings { get; set; }

    [Input("deployment", required: true)]
    public Input<string> Deployment { get; set; } = null!;

    [Input("restApi", required: true)]
    public Input<string> RestApi { get; set; } = null!;

    [Input("stageName", required: true)]
    public Input<string> StageName { get; set; } = null!;
}
