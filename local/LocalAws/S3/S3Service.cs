using LocalAws.Iam;

namespace LocalAws;

/// <summary>The part of S3 that a trail needs: buckets with a policy. Log files are only counted. There are no operations over HTTP.</summary>
public sealed class S3Service
{
    private readonly EmbeddedAws _aws;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Bucket> _buckets = [];

    internal S3Service(EmbeddedAws aws) => _aws = aws;

    /// <summary>Gets the names of the buckets.</summary>
    public IReadOnlyList<string> Buckets
    {
        get
        {
            lock (_gate)
            {
                return [.. _buckets.Keys];
            }
        }
    }

    /// <summary>Creates a bucket.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="AwsException">The name is not valid, or the bucket exists.</exception>
    public void CreateBucket(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        // S3 user guide, "General purpose bucket naming rules".
        if (name.Length is < 3 or > 63
            || !name.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '.' or '-'))
        {
            throw new AwsException(400, "InvalidBucketName", "The specified bucket is not valid.");
        }

        lock (_gate)
        {
            if (!_buckets.TryAdd(name, new Bucket()))
            {
                throw new AwsException(409, "BucketAlreadyOwnedByYou", $"The bucket {name} exists and is owned by this account.");
            }
        }
    }

    /// <summary>Sets or removes the policy of a bucket.</summary>
    /// <param name="name">The bucket.</param>
    /// <param name="policy">The policy as JSON, or null for none.</param>
    /// <exception cref="AwsException">The bucket does not exist.</exception>
    public void PutBucketPolicy(string name, string? policy)
    {
        lock (_gate)
        {
            Find(name).Policy = policy is null ? null : Policy.Parse(policy, PolicyKind.Resource);
        }
    }

    /// <summary>Returns the number of objects in a bucket.</summary>
    /// <param name="name">The bucket.</param>
    /// <exception cref="AwsException">The bucket does not exist.</exception>
    public int CountObjects(string name)
    {
        lock (_gate)
        {
            return Find(name).Objects;
        }
    }

    /// <summary>Deletes the objects of a bucket.</summary>
    /// <param name="name">The bucket.</param>
    /// <exception cref="AwsException">The bucket does not exist.</exception>
    public void EmptyBucket(string name)
    {
        lock (_gate)
        {
            Find(name).Objects = 0;
        }
    }

    /// <summary>Deletes a bucket, which must be empty.</summary>
    /// <param name="name">The bucket.</param>
    /// <exception cref="AwsException">The bucket does not exist, or has objects.</exception>
    public void DeleteBucket(string name)
    {
        lock (_gate)
        {
            if (Find(name).Objects > 0)
            {
                throw new AwsException(409, "BucketNotEmpty", "The bucket you tried to delete is not empty");
            }

            _buckets.Remove(name);
        }
    }

    /// <summary>Returns whether the bucket exists and its policy lets CloudTrail write a trail's log files.</summary>
    internal bool AcceptsTrail(string name, string trailArn)
    {
        lock (_gate)
        {
            // CloudTrail user guide, "Amazon S3 bucket policy for CloudTrail".
            return _buckets.GetValueOrDefault(name)?.Policy is { } policy
                && Permits(policy, trailArn, "s3:GetBucketAcl", $"arn:aws:s3:::{name}")
                && Permits(policy, trailArn, "s3:PutObject", $"arn:aws:s3:::{name}/AWSLogs/{_aws.AccountId}/CloudTrail/file.json.gz");
        }
    }

    internal void AddObject(string name)
    {
        lock (_gate)
        {
            if (_buckets.TryGetValue(name, out var bucket))
            {
                bucket.Objects++;
            }
        }
    }

    private bool Permits(Policy policy, string trailArn, string action, string resource)
    {
        var keys = new ConditionKeys();
        keys.Add("aws:SourceArn", trailArn);
        keys.Add("aws:SourceAccount", _aws.AccountId);
        keys.Add("aws:SecureTransport", "true");
        if (action is "s3:PutObject")
        {
            keys.Add("s3:x-amz-acl", "bucket-owner-full-control");
        }

        var caller = new Principal(_aws.AccountId, "cloudtrail.amazonaws.com", RoleArn: null);
        return policy.Evaluate(new AccessRequest(caller, action, resource, keys)) is Verdict.Allowed;
    }

    private Bucket Find(string name) =>
        _buckets.GetValueOrDefault(name) ?? throw new AwsException(404, "NoSuchBucket", "The specified bucket does not exist");

    private sealed class Bucket
    {
        public Policy? Policy { get; set; }

        public int Objects { get; set; }
    }
}
