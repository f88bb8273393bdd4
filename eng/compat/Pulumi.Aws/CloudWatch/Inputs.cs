namespace Pulumi.Aws.CloudWatch.Inputs;

public sealed class EventTargetInputTransformerArgs : ResourceArgs
{
    [field: Input("inputPaths")]
    public InputMap<string> InputPaths { get => field ??= new(); set; }

    [Input("inputTemplate", required: true)]
    public Input<string> InputTemplate { get; set; } = null!;
}

public sealed class MetricAlarmWarmUpConfigurationArgs : ResourceArgs
{
    [Input("warmUpPeriodDurationInMinutes", required: true)]
    public Input<int> WarmUpPeriodDurationInMinutes { get; set; } = null!;
}
