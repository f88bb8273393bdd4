namespace Pulumi.Aws.CloudWatch;

public class EventRule : CustomResource
{
    public EventRule(string name, EventRuleArgs? args = null, CustomResourceOptions? options = null)
        : base("aws:cloudwatch/eventRule:EventRule", name, args ?? new EventRuleArgs(), ResourceDefaults.Merge(options))
    {
    }

    [Output("arn")]
    public Output<string> Arn { get; private set; } = null!;

    [Output("name")]
    public Output<string> Name { get; private set; } = null!;
}

public sealed class EventRuleArgs : ResourceArgs
{
    [Input("description")]
    public Input<string>? Description { get; set; }

    [Input("eventPattern")]
    public Input<string>? EventPattern { get; set; }

    [Input("state")]
    public Input<string>? State { get; set; }
}
