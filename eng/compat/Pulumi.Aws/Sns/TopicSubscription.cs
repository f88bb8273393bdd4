namespace Pulumi.Aws.Sns;

public class TopicSubscription : CustomResource
{
    public TopicSubscription(string name, TopicSubscriptionArgs args, CustomResourceOptions? options = null)
        : base("aws:sns/topicSubscription:TopicSubscription", name, args ?? new TopicSubscriptionArgs(), ResourceDefaults.Merge(options))
    {
    }

    [Output("arn")]
    public Output<string> Arn { get; private set; } = null!;

    [Output("confirmationTimeoutInMinutes")]
    public Output<int?> ConfirmationTimeoutInMinutes { get; private set; } = null!;

    [Output("confirmationWasAuthenticated")]
    public Output<bool> ConfirmationWasAuthenticated { get; private set; } = null!;

    [Output("deliveryPolicy")]
    public Output<string?> DeliveryPolicy { get; private set; } = null!;

    [Output("endpoint")]
    public Output<string> Endpoint { get; private set; } = null!;

    [Output("endpointAutoConfirms")]
    public Output<bool?> EndpointAutoConfirms { get; private set; } = null!;

    [Output("filterPolicy")]
    public Output<string?> FilterPolicy { get; private set; } = null!;

    [Output("filterPolicyScope")]
    public Output<string> FilterPolicyScope { get; private set; } = null!;

    [Output("ownerId")]
    public Output<string> OwnerId { get; private set; } = null!;

    [Output("pendingConfirmation")]
    public Output<bool> PendingConfirmation { get; private set; } = null!;

    [Output("protocol")]
    public Output<string> Protocol { get; private set; } = null!;

    [Output("rawMessageDelivery")]
    public Output<bool?> RawMessageDelivery { get; private set; } = null!;

    [Output("redrivePolicy")]
    public Output<string?> RedrivePolicy { get; private set; } = null!;

    [Output("region")]
    public Output<string> Region { get; private set; } = null!;

    [Output("replayPolicy")]
    public Output<string?> ReplayPolicy { get; private set; } = null!;

    [Output("subscriptionRoleArn")]
    public Output<string?> SubscriptionRoleArn { get; private set; } = null!;

    [Output("topic")]
    public Output<string> Topic { get; private set; } = null!;
}

public sealed class TopicSubscriptionArgs : ResourceArgs
{
    [Input("confirmationTimeoutInMinutes")]
    public Input<int>? ConfirmationTimeoutInMinutes { get; set; }

    [Input("deliveryPolicy")]
    public Input<string>? DeliveryPolicy { get; set; }

    [Input("endpoint", required: true)]
    public Input<string> Endpoint { get; set; } = null!;

    [Input("endpointAutoConfirms")]
    public Input<bool>? EndpointAutoConfirms { get; set; }

    [Input("filterPolicy")]
    public Input<string>? FilterPolicy { get; set; }

    [Input("filterPolicyScope")]
    public Input<string>? FilterPolicyScope { get; set; }

    [Input("protocol", required: true)]
    public Input<string> Protocol { get; set; } = null!;

    [Input("rawMessageDelivery")]
    public Input<bool>? RawMessageDelivery { get; set; }

    [Input("redrivePolicy")]
    public Input<string>? RedrivePolicy { get; set; }

    [Input("region")]
    public Input<string>? Region { get; set; }

    [Input("replayPolicy")]
    public Input<string>? ReplayPolicy { get; set; }

    [Input("subscriptionRoleArn")]
    public Input<string>? SubscriptionRoleArn { get; set; }

    [Input("topic", required: true)]
    public Input<string> Topic { get; set; } = null!;
}
