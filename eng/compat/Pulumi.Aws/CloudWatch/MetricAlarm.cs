using System.Collections.Immutable;
using Pulumi.Aws.CloudWatch.Inputs;

namespace Pulumi.Aws.CloudWatch;

public class MetricAlarm : CustomResource
{
    public MetricAlarm(string name, MetricAlarmArgs? args = null, CustomResourceOptions? options = null)
        : base("aws:cloudwatch/metricAlarm:MetricAlarm", name, args ?? new MetricAlarmArgs(), ResourceDefaults.Merge(options))
    {
    }

    [Output("actionsEnabled")]
    public Output<bool?> ActionsEnabled { get; private set; } = null!;

    [Output("alarmActions")]
    public Output<ImmutableArray<string>> AlarmActions { get; private set; } = null!;

    [Output("alarmDescription")]
    public Output<string?> AlarmDescription { get; private set; } = null!;

    [Output("arn")]
    public Output<string> Arn { get; private set; } = null!;

    [Output("comparisonOperator")]
    public Output<string?> ComparisonOperator { get; private set; } = null!;

    [Output("datapointsToAlarm")]
    public Output<int?> DatapointsToAlarm { get; private set; } = null!;

    [Output("dimensions")]
    public Output<ImmutableDictionary<string, string>?> Dimensions { get; private set; } = null!;

    [Output("evaluateLowSampleCountPercentiles")]
    public Output<string> EvaluateLowSampleCountPercentiles { get; private set; } = null!;

    [Output("evaluationInterval")]
    public Output<int?> EvaluationInterval { get; private set; } = null!;

    [Output("evaluationPeriods")]
    public Output<int?> EvaluationPeriods { get; private set; } = null!;

    [Output("extendedStatistic")]
    public Output<string?> ExtendedStatistic { get; private set; } = null!;

    [Output("insufficientDataActions")]
    public Output<ImmutableArray<string>> InsufficientDataActions { get; private set; } = null!;

    [Output("metricName")]
    public Output<string?> MetricName { get; private set; } = null!;

    [Output("name")]
    public Output<string> Name { get; private set; } = null!;

    [Output("namespace")]
    public Output<string?> Namespace { get; private set; } = null!;

    [Output("okActions")]
    public Output<ImmutableArray<string>> OkActions { get; private set; } = null!;

    [Output("period")]
    public Output<int?> Period { get; private set; } = null!;

    [Output("region")]
    public Output<string> Region { get; private set; } = null!;

    [Output("statistic")]
    public Output<string?> Statistic { get; private set; } = null!;

    [Output("tags")]
    public Output<ImmutableDictionary<string, string>?> Tags { get; private set; } = null!;

    [Output("tagsAll")]
    public Output<ImmutableDictionary<string, string>> TagsAll { get; private set; } = null!;

    [Output("threshold")]
    public Output<double?> Threshold { get; private set; } = null!;

    [Output("thresholdMetricId")]
    public Output<string?> ThresholdMetricId { get; private set; } = null!;

    [Output("treatMissingData")]
    public Output<string?> TreatMissingData { get; private set; } = null!;

    [Output("unit")]
    public Output<string?> Unit { get; private set; } = null!;
}

public sealed class MetricAlarmArgs : ResourceArgs
{
    [Input("actionsEnabled")]
    public Input<bool>? ActionsEnabled { get; set; }

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

    [Input("evaluateLowSampleCountPercentiles")]
    public Input<string>? EvaluateLowSampleCountPercentiles { get; set; }

    [Input("evaluationInterval")]
    public Input<int>? EvaluationInterval { get; set; }

    [Input("evaluationPeriods")]
    public Input<int>? EvaluationPeriods { get; set; }

    [Input("extendedStatistic")]
    public Input<string>? ExtendedStatistic { get; set; }

    [field: Input("insufficientDataActions")]
    public InputList<string> InsufficientDataActions { get => field ??= new(); set; }

    [Input("metricName")]
    public Input<string>? MetricName { get; set; }

    [field: Input("metricQueries")]
    public InputList<MetricAlarmMetricQueryArgs> MetricQueries { get => field ??= new(); set; }

    [Input("name")]
    public Input<string>? Name { get; set; }

    [Input("namespace")]
    public Input<string>? Namespace { get; set; }

    [field: Input("okActions")]
    public InputList<string> OkActions { get => field ??= new(); set; }

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

    [Input("thresholdMetricId")]
    public Input<string>? ThresholdMetricId { get; set; }

    [Input("treatMissingData")]
    public Input<string>? TreatMissingData { get; set; }

    [Input("unit")]
    public Input<string>? Unit { get; set; }

    [Input("warmUpConfiguration")]
    public Input<MetricAlarmWarmUpConfigurationArgs>? WarmUpConfiguration { get; set; }
}
