namespace Pulumi.Aws.Sns;

public class TopicSubscription : CustomResource
{
    public TopicSubscription(string name, TopicSubscriptionArgs args, CustomResourceOptions? options = null)
        : base("aws:sns/topicSubscription:TopicSubscription", name, args ?? new TopicSubscriptionArgs(), ResourceDefaults.Merge(options))
    {
    }

    [Output("arn")]
    public Output<string> Arn { get; private set; } = null!;

    [Output("region")]
    public Output<string> Region { get; private set; } = null!;

    [Output("topic")]
    public Output<string> Topic { get; private set; } = null!;
}

public sealed class TopicSubscriptionArgs : ResourceArgs
{
    [Input("endpoint", required: true)]
    public Input<string> Endpoint { get; set; } = null!;

    [Input("protocol", required: true)]
    public Input<string> Protocol { get; set; } = null!;

    [Input("region")]
    public Input<string>? Region { get; set; }

    [Input("topic", required: true)]
    public Input<string> Topic { get; set; } = null!;
}
