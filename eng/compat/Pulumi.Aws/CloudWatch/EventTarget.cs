using Pulumi.Aws.CloudWatch.Inputs;

namespace Pulumi.Aws.CloudWatch;

public class EventTarget : CustomResource
{
    public EventTarget(string name, EventTargetArgs args, CustomResourceOptions? options = null)
        : base("aws:cloudwatch/eventTarget:EventTarget", name, args ?? new EventTargetArgs(), ResourceDefaults.Merge(options))
    {
    }

    [Output("arn")]
    public Output<string> Arn { get; private set; } = null!;

    [Output("eventBusName")]
    public Output<string?> EventBusName { get; private set; } = null!;

    [Output("forceDestroy")]
    public Output<bool?> ForceDestroy { get; private set; } = null!;

    [Output("input")]
    public Output<string?> Input { get; private set; } = null!;

    [Output("inputPath")]
    public Output<string?> InputPath { get; private set; } = null!;

    [Output("region")]
    public Output<string> Region { get; private set; } = null!;

    [Output("roleArn")]
    public Output<string?> RoleArn { get; private set; } = null!;

    [Output("rule")]
    public Output<string> Rule { get; private set; } = null!;

    [Output("targetId")]
    public Output<string> TargetId { get; private set; } = null!;
}

public sealed class EventTargetArgs : ResourceArgs
{
    [Input("arn", required: true)]
    public Input<string> Arn { get; set; } = null!;

    [Input("deadLetterConfig")]
    public Input<EventTargetDeadLetterConfigArgs>? DeadLetterConfig { get; set; }

    [Input("eventBusName")]
    public Input<string>? EventBusName { get; set; }

    [Input("forceDestroy")]
    public Input<bool>? ForceDestroy { get; set; }

    [Input("input")]
    public Input<string>? Input { get; set; }

    [Input("inputPath")]
    public Input<string>? InputPath { get; set; }

    [Input("inputTransformer")]
    public Input<EventTargetInputTransformerArgs>? InputTransformer { get; set; }

    [Input("region")]
    public Input<string>? Region { get; set; }

    [Input("retryPolicy")]
    public Input<EventTargetRetryPolicyArgs>? RetryPolicy { get; set; }

    [Input("roleArn")]
    public Input<string>? RoleArn { get; set; }

    [Input("rule", required: true)]
    public Input<string> Rule { get; set; } = null!;

    [Input("targetId")]
    public Input<string>? TargetId { get; set; }
}
