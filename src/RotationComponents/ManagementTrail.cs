using Pulumi;
using Aws = Pulumi.Aws;

namespace RotationComponents;

/// <summary>
/// A trail that records the Region's management events, with a bucket of its own. CloudTrail sends events to EventBridge only in a Region that has
/// one.
/// </summary>
internal static class ManagementTrail
{
    // As long as CloudTrail's own event history, which every account has: nothing of the last days is lost with the bucket.
    private const int Days = 90;

    // Of CloudTrail's keys in a bucket.
    private const string Prefix = "AWSLogs/";

    /// <summary>Creates the trail, its bucket, and the bucket's policy and rules.</summary>
    public static void Create(string name, KeyRotationFunction function, Resource parent)
    {
        var child = new CustomResourceOptions { Parent = parent };
        // S3 encrypts each object with keys of its own by default.
        var bucket = new Aws.S3.Bucket(name, new() { ForceDestroy = true }, child);
        var block = new Aws.S3.BucketPublicAccessBlock(name, new()
        {
            Bucket = bucket.Id,
            BlockPublicAcls = true,
            BlockPublicPolicy = true,
            IgnorePublicAcls = true,
            RestrictPublicBuckets = true,
        }, child);
        _ = new Aws.S3.BucketLifecycleConfiguration(name, new()
        {
            Bucket = bucket.Id,
            Rules =
            {
                new Aws.S3.Inputs.BucketLifecycleConfigurationRuleArgs
                {
                    Id = "expire",
                    Status = "Enabled",
                    Filter = new Aws.S3.Inputs.BucketLifecycleConfigurationRuleFilterArgs { Prefix = Prefix },
                    Expiration = new Aws.S3.Inputs.BucketLifecycleConfigurationRuleExpirationArgs { Days = Days },
                },
            },
        }, child);
        var policy = new Aws.S3.BucketPolicy(name, new()
        {
            Bucket = bucket.Id,
            Policy = Output.Tuple(function.Account, bucket.Id).Apply(t => PolicyOf(t.Item1, t.Item2, function.Scope).ToJson()),
        }, new CustomResourceOptions { Parent = parent, DependsOn = block }); // S3 rejects concurrent changes of a bucket
        _ = new Aws.CloudTrail.Trail(name, new()
        {
            Name = function.Scope, // the bucket's policy names it
            S3BucketName = bucket.Id,
            EnableLogFileValidation = true,
            IncludeGlobalServiceEvents = false, // those of IAM and STS
        }, new CustomResourceOptions { Parent = parent, DependsOn = policy });
    }

    /// <summary>Returns the bucket's policy, as CloudTrail requires it for one trail.</summary>
    private static PolicyDocument PolicyOf(AwsAccount account, string bucket, string trail)
    {
        var arn = $"arn:{account.Partition}:s3:::{bucket}";
        var cloudTrail = new Dictionary<string, Values> { ["Service"] = "cloudtrail.amazonaws.com" };
        var ofTrail = new Dictionary<string, Values> { ["aws:SourceArn"] = account.Arn("cloudtrail", "trail/" + trail) };
        return new(
            new Statement
            {
                Sid = "TrailChecksBucket",
                Principal = cloudTrail,
                Action = ["s3:GetBucketAcl"],
                Resource = [arn],
                Condition = new() { ["StringEquals"] = ofTrail },
            },
            new Statement
            {
                Sid = "TrailWritesLogs",
                Principal = cloudTrail,
                Action = ["s3:PutObject"],
                Resource = [$"{arn}/{Prefix}{account.Id}/*"],
                Condition = new() { ["StringEquals"] = new(ofTrail) { ["s3:x-amz-acl"] = "bucket-owner-full-control" } },
            },
            new Statement
            {
                Sid = "OnlyWithTls",
                Effect = "Deny",
                Principal = new() { ["AWS"] = "*" },
                Action = ["s3:GetObject", "s3:PutObject"],
                Resource = [arn + "/*"],
                Condition = new() { ["Bool"] = new() { ["aws:SecureTransport"] = "false" } },
            });
    }
}
