namespace Pulumi.Aws.CloudTrail;

public class Trail : CustomResource
{
    public Trail(string name, TrailArgs args, CustomResourceOptions? options = null)
        : base("aws:cloudtrail/trail:Trail", name, args ?? new TrailArgs(), ResourceDefaults.Merge(options))
    {
    }
}

public sealed class TrailArgs : ResourceArgs
{
    [Input("enableLogFileValidation")]
    public Input<bool>? EnableLogFileValidation { get; set; }

    [Input("includeGlobalServiceEvents")]
    public Input<bool>? IncludeGlobalServiceEvents { get; set; }

    [Input("name")]
    public Input<string>? Name { get; set; }

    [Input("s3BucketName", required: true)]
    public Input<string> S3BucketName { get; set; } = null!;
}
