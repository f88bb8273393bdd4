using Pulumi.Aws.CloudWatch.Inputs;

namespace Pulumi.Aws.CloudWatch;

public class LogMetricFilter : CustomResource
{
    public LogMetricFilter(string name, LogMetricFilterArgs args, CustomResourceOptions? options = null)
        : base("aws:cloudwatch/logMetricFilter:LogMetricFilter", name, args ?? new LogMetricFilterArgs(), ResourceDefaults.Merge(options))
    {
    }

    [Output("applyOnTransformedLogs")]
    public Output<bool> ApplyOnTransformedLogs { get; private set; } = null!;

    [Output("logGroupName")]
    public Output<string> LogGroupName { get; private set; } = null!;

    [Output("name")]
    public Output<string> Name { get; private set; } = null!;

    [Output("pattern")]
    public Output<string> Pattern { get; private set; } = null!;

    [Output("region")]
    public Output<string> Region { get; private set; } = null!;
}

public sealed class LogMetricFilterArgs : ResourceArgs
{
    [Input("applyOnTransformedLogs")]
    public Input<bool>? ApplyOnTransformedLogs { get; set; }

    [Input("logGroupName", required: true)]
    public Input<string> LogGroupName { get; set; } = null!;

    [Input("metricTransformation", required: true)]
    public Input<LogMetricFilterMetricTransformationArgs> MetricTransformation { get; set; } = null!;

    [Input("name")]
    public Input<string>? Name { get; set; }

    [Input("pattern", required: true)]
    public Input<string> Pattern { get; set; } = null!;

    [Input("region")]
    public Input<string>? Region { get; set; }
}
