using LocalAws;

namespace Deployer;

/// <summary><c>aws.cloudtrail.Trail</c></summary>
internal sealed class TrailType(EmbeddedAws aws) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("name");

    public override string AutoNamed => "name";

    public override Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        var arn = aws.CloudTrail.CreateTrail(inputs.Text("name"), inputs.Text("s3BucketName"), inputs.Flag("isMultiRegionTrail") ?? false);
        if (inputs.Flag("enableLogging") ?? true)
        {
            aws.CloudTrail.StartLogging(inputs.Text("name"));
        }

        return Task.FromResult((arn, new Dictionary<string, object> { ["arn"] = arn, ["homeRegion"] = aws.Region }));
    }

    public override Task DeleteAsync(DeployedResource resource) => Idempotent.DeleteAsync(() =>
    {
        aws.CloudTrail.DeleteTrail(resource.Inputs.Text("name"));
        return Task.CompletedTask;
    });

    public override Task<bool> ExistsAsync(DeployedResource resource) =>
        Task.FromResult(aws.CloudTrail.Trails.Contains(resource.Inputs.Text("name")));
}

/// <summary><c>aws.s3.Bucket</c></summary>
internal sealed class BucketType(S3Service s3) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("bucket");

    public override string AutoNamed => "bucket";

    public override Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        var name = inputs.Text("bucket");
        s3.CreateBucket(name);
        return Task.FromResult((name, new Dictionary<string, object> { ["arn"] = "arn:aws:s3:::" + name }));
    }

    public override Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes) => Task.CompletedTask;

    public override Task DeleteAsync(DeployedResource resource) => Idempotent.DeleteAsync(() =>
    {
        if (resource.Inputs.Flag("forceDestroy") == true)
        {
            s3.EmptyBucket(resource.Id);
        }

        s3.DeleteBucket(resource.Id);
        return Task.CompletedTask;
    });

    public override Task<bool> ExistsAsync(DeployedResource resource) => Task.FromResult(s3.Buckets.Contains(resource.Id));
}

/// <summary><c>aws.s3.BucketPolicy</c></summary>
internal sealed class BucketPolicyType(S3Service s3) : ResourceType
{
    public override IReadOnlySet<string> ReplacedBy(Inputs inputs) => Names("bucket");

    public override Task<(string Id, Dictionary<string, object> Outputs)> CreateAsync(Inputs inputs)
    {
        s3.PutBucketPolicy(inputs.Text("bucket"), inputs.Text("policy"));
        return Task.FromResult((inputs.Text("bucket"), new Dictionary<string, object>()));
    }

    public override Task UpdateAsync(DeployedResource resource, Inputs inputs, IReadOnlySet<string> changes) => CreateAsync(inputs);

    public override Task DeleteAsync(DeployedResource resource) => Idempotent.DeleteAsync(() =>
    {
        s3.PutBucketPolicy(resource.Id, policy: null);
        return Task.CompletedTask;
    });

    public override Task<bool> ExistsAsync(DeployedResource resource) => Task.FromResult(s3.Buckets.Contains(resource.Id));
}
