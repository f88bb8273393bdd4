using Pulumi.Aws.ApiGateway.Inputs;

namespace Pulumi.Aws.ApiGateway;

public class MethodSettings : CustomResource
{
    public MethodSettings(string name, MethodSettingsArgs args, CustomResourceOptions? options = null)
        : base("aws:apigateway/methodSettings:MethodSettings", name, args ?? new MethodSettingsArgs(), ResourceDefaults.Merge(options))
    {
    }
}

public sealed class MethodSettingsArgs : ResourceArgs
{
    [Input("methodPath", required: true)]
    public Input<string> MethodPath { get; set; } = null!;

    [Input("restApi", required: true)]
    public Input<string> RestApi { get; set; } = null!;

    [Input("settings", required: true)]
    public Input<MethodSettingsSettingsArgs> Settings { get; set; } = null!;

    [Input("stageName", required: true)]
    public Input<string> StageName { get; set; } = null!;
}
