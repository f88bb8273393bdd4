namespace Pulumi.Aws.S3;

public class Bucket : CustomResource
{
    public Bucket(string name, BucketArgs? args = null, CustomResourceOptions? options = null)
        : base("aws:s3/bucket:Bucket", name, args ?? new BucketArgs(), ResourceDefaults.Merge(options))
    {
    }
}

public sealed class BucketArgs : ResourceArgs
{
    [Input("forceDestroy")]
    public Input<bool>? ForceDestroy { get; set; }
}
