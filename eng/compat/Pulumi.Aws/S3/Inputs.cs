namespace Pulumi.Aws.S3.Inputs;

public sealed class BucketLifecycleConfigurationRuleArgs : ResourceArgs
{
    [Input("expiration")]
    public Input<BucketLifecycleConfigurationRuleExpirationArgs>? Expiration { get; set; }

    [Input("filter")]
    public Input<BucketLifecycleConfigurationRuleFilterArgs>? Filter { get; set; }

    [Input("id", required: true)]
    public Input<string> Id { get; set; } = null!;

    [Input("status", required: true)]
    public Input<string> Status { get; set; } = null!;
}

public sealed class BucketLifecycleConfigurationRuleExpirationArgs : ResourceArgs
{
    [Input("days")]
    public Input<int>? Days { get; set; }
}

public sealed class BucketLifecycleConfigurationRuleFilterArgs : ResourceArgs
{
    [Input("prefix")]
    public Input<string>? Prefix { get; set; }
}
