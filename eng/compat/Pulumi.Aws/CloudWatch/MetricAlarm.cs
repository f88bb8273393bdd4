using System.Collections.Immutable;
using Pulumi.Aws.CloudWatch.Inputs;

namespace Pulumi.Aws.CloudWatch;

public class MetricAlarm : CustomResource
{
    public MetricAlarm(string name, MetricAlarmArgs? args = null, CustomResourceOptions? options = null)
        : base("aws:cloudwatch/metricAlarm:MetricAlarm", name, args ?? new MetricAlarmArgs(), ResourceDefaults.Merge(options))
    {
    }

    [Output("arn")]
    public Output<string> Arn { get; private set; } = null!;

    [Output("name")]
    public Output<string> Name { get; private set; } = null!;

    [Output("period")]
    public Output<int?> Period { get; private set; } = null!;

    [Output("region")]
    public Output<string> Region { get; private set; } = null!;

    [Output("statistic")]
    public Output<string?> Statistic { get; private set; } = null!;

    [Output("tags")]
    public Output<ImmutableDictionary<string, string>?> Tags { get; private set; } = null!;
}

public sealed class MetricAlarmArgs : ResourceArgs
{
    [field: Input("alarmActions")]
    public InputList<string> AlarmActions { get => field ??= new(); set; }

    [Input("alarmDescription")]
    public Input<string>? AlarmDescription { get; set; }

    [Input("comparisonOperator")]
    public Input<string>? ComparisonOperator { get; set; }

    [Input("datapointsToAlarm")]
    public Input<int>? DatapointsToAlarm { get; set; }

    [field: Input("dimensions")]
    public InputMap<string> Dimensions { get => field ??= new(); set; }

    [Input("evaluationPeriods")]
    public Input<int>? EvaluationPeriods { get; set; }

    [Input("metricName")]
    public Input<string>? MetricName { get; set; }

    [Input("name")]
    public Input<string>? Name { get; set; }

    [Input("namespace")]
    public Input<string>? Namespace { get; set; }

    [Input("period")]
    public Input<int>? Period { get; set; }

    [Input("region")]
    public Input<string>? Region { get; set; }

    [Input("statistic")]
    public Input<string>? Statistic { get; set; }

    [field: Input("tags")]
    public InputMap<string> Tags { get => field ??= new(); set; }

    [Input("threshold")]
    public Input<double>? Threshold { get; set; }

    [Input("treatMissingData")]
    public Input<string>? TreatMissingData { get; set; }

    [Input("warmUpConfiguration")]
    public Input<MetricAlarmWarmUpConfigurationArgs>? WarmUpConfiguration { get; set; }
}
