namespace Pulumi.Aws.ApiGateway.Inputs;

public sealed class MethodSettingsSettingsArgs : ResourceArgs
{
    [Input("metricsEnabled")]
    public Input<bool>? MetricsEnabled { get; set; }
}

public sealed class RestApiEndpointConfigurationArgs : ResourceArgs
{
    [Input("types", required: true)]
    public Input<string> Types { get; set; } = null!;
}

public sealed class StageAccessLogSettingsArgs : ResourceArgs
{
    [Input("destinationArn", required: true)]
    public Input<string> DestinationArn { get; set; } = null!;

    [Input("format", required: true)]
    public Input<string> Format { get; set; } = null!;
}
