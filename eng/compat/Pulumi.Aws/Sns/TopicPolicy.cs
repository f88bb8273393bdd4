namespace Pulumi.Aws.Sns;

public class TopicPolicy : CustomResource
{
    public TopicPolicy(string name, TopicPolicyArgs args, CustomResourceOptions? options = null)
        : base("aws:sns/topicPolicy:TopicPolicy", name, args ?? new TopicPolicyArgs(), ResourceDefaults.Merge(options))
    {
    }

    [Output("arn")]
    public Output<string> Arn { get; private set; } = null!;

    [Output("policy")]
    public Output<string> Policy { get; private set; } = null!;

    [Output("region")]
    public Output<string> Region { get; private set; } = null!;
}

public sealed class TopicPolicyArgs : ResourceArgs
{
    [Input("arn", required: true)]
    public Input<string> Arn { get; set; } = null!;

    [Input("policy", required: true)]
    public Input<string> Policy { get; set; } = null!;

    [Input("region")]
    public Input<string>? Region { get; set; }
}
