using Pulumi.Aws.CloudWatch.Inputs;

namespace Pulumi.Aws.CloudWatch;

public class EventTarget : CustomResource
{
    public EventTarget(string name, EventTargetArgs args, CustomResourceOptions? options = null)
        : base("aws:cloudwatch/eventTarget:EventTarget", name, args ?? new EventTargetArgs(), ResourceDefaults.Merge(options))
    {
    }
}

public sealed class EventTargetArgs : ResourceArgs
{
    [Input("arn", required: true)]
    public Input<string> Arn { get; set; } = null!;

    [Input("inputTransformer")]
    public Input<EventTargetInputTransformerArgs>? InputTransformer { get; set; }

    [Input("roleArn")]
    public Input<string>? RoleArn { get; set; }

    [Input("rule", required: true)]
    public Input<string> Rule { get; set; } = null!;
}
