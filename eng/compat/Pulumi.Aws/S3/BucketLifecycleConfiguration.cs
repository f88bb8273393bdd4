using Pulumi.Aws.S3.Inputs;

namespace Pulumi.Aws.S3;

public class BucketLifecycleConfiguration : CustomResource
{
    public BucketLifecycleConfiguration(string name, BucketLifecycleConfigurationArgs args, CustomResourceOptions? options = null)
        : base(
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", name, args ?? new BucketLifecycleConfigurationArgs(),
            ResourceDefaults.Merge(options))
    {
    }
}

public sealed class BucketLifecycleConfigurationArgs : ResourceArgs
{
    [Input("bucket", required: true)]
    public Input<string> Bucket { get; set; } = null!;

    [field: Input("rules")]
    public InputList<BucketLifecycleConfigurationRuleArgs> Rules { get => field ??= new(); set; }
}
