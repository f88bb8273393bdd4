namespace Pulumi.Aws.CloudWatch.Inputs;

public sealed class EventTargetDeadLetterConfigArgs : ResourceArgs
{
    [Input("arn")]
    public Input<string>? Arn { get; set; }
}

public sealed class EventTargetInputTransformerArgs : ResourceArgs
{
    [field: Input("inputPaths")]
    public InputMap<string> InputPaths { get => field ??= new(); set; }

    [Input("inputTemplate", required: true)]
    public Input<string> InputTemplate { get; set; } = null!;
}

public sealed class EventTargetRetryPolicyArgs : ResourceArgs
{
    [Input("maximumEventAgeInSeconds")]
    public Input<int>? MaximumEventAgeInSeconds { get; set; }

    [Input("maximumRetryAttempts")]
    public Input<int>? MaximumRetryAttempts { get; set; }
}

public sealed class MetricAlarmMetricQueryArgs : ResourceArgs
{
    [Input("accountId")]
    public Input<string>? AccountId { get; set; }

    [Input("expression")]
    public Input<string>? Expression { get; set; }

    [Input("id", required: true)]
    public Input<string> Id { get; set; } = null!;

    [Input("label")]
    public Input<string>? Label { get; set; }

    [Input("metric")]
    public Input<MetricAlarmMetricQueryMetricArgs>? Metric { get; set; }

    [Input("period")]
    public Input<int>? Period { get; set; }

    [Input("returnData")]
    public Input<bool>? ReturnData { get; set; }
}

public sealed class MetricAlarmMetricQueryMetricArgs : ResourceArgs
{
    [field: Input("dimensions")]
    public InputMap<string> Dimensions { get => field ??= new(); set; }

    [Input("metricName", required: true)]
    public Input<string> MetricName { get; set; } = null!;

    [Input("namespace")]
    public Input<string>? Namespace { get; set; }

    [Input("period", required: true)]
    public Input<int> Period { get; set; } = null!;

    [Input("stat", required: true)]
    public Input<string> Stat { get; set; } = null!;

    [Input("unit")]
    public Input<string>? Unit { get; set; }
}

public sealed class MetricAlarmWarmUpConfigurationArgs : ResourceArgs
{
    [Input("onlyStartEvaluatingAfterWarmUpPeriodEnds")]
    public Input<bool>? OnlyStartEvaluatingAfterWarmUpPeriodEnds { get; set; }

    [Input("warmUpPeriodDurationInMinutes", required: true)]
    public Input<int> WarmUpPeriodDurationInMinutes { get; set; } = null!;
}
