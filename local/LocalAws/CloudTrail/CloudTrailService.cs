using System.Text.Json;
using LocalAws.CloudTrail;

namespace LocalAws;

/// <summary>
/// CloudTrail: the trails of a Region, and the records of calls of Secrets Manager and API Gateway over HTTP. A record reaches EventBridge only while
/// a trail of the Region, or a multi-Region trail, logs, and <see cref="EmbeddedAwsOptions.TrailLag"/> after the call.
/// </summary>
public sealed class CloudTrailService
{
    // CloudTrail user guide, "Quotas in AWS CloudTrail".
    private const int MostTrails = 5;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, StoredTrail> _trails = [];
    private readonly EmbeddedAws _aws;
    private readonly AwsRegion _region;
    private readonly TimeSpan _lag;
    private readonly CancellationToken _stopped;

    internal CloudTrailService(EmbeddedAws aws, AwsRegion region, TimeSpan lag, CancellationToken stopped)
    {
        _aws = aws;
        _region = region;
        _lag = lag;
        _stopped = stopped;
    }

    /// <summary>Gets the names of the trails whose home this Region is.</summary>
    public IReadOnlyList<string> Trails
    {
        get
        {
            lock (_gate)
            {
                return [.. _trails.Keys];
            }
        }
    }

    /// <summary>Creates a trail of management events. It logs only after <see cref="StartLogging"/>.</summary>
    /// <param name="name">The trail's name.</param>
    /// <param name="s3BucketName">The bucket of its log files, whose policy must let CloudTrail write them.</param>
    /// <param name="isMultiRegionTrail">Whether it records the calls of all Regions.</param>
    /// <returns>The trail's ARN.</returns>
    /// <exception cref="AwsException">The name is not valid, there are too many trails, or the bucket does not accept the log files.</exception>
    public string CreateTrail(string name, string s3BucketName, bool isMultiRegionTrail = false)
    {
        ArgumentNullException.ThrowIfNull(name);
        // API reference of CreateTrail.
        if (name.Length is < 3 or > 128 || !name.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_'))
        {
            throw new AwsException(400, "InvalidTrailNameException", $"The trail name {name} is not valid.");
        }

        if (!_aws.S3.AcceptsTrail(s3BucketName, ArnOf(name)))
        {
            throw new AwsException(400, "InsufficientS3BucketPolicyException", $"Incorrect S3 bucket policy is detected for bucket: {s3BucketName}");
        }

        lock (_gate)
        {
            if (_trails.ContainsKey(name))
            {
                throw new AwsException(400, "TrailAlreadyExistsException", $"Trail {name} already exists for customer: {_aws.AccountId}");
            }

            if (_trails.Count >= MostTrails)
            {
                throw new AwsException(400, "MaximumNumberOfTrailsExceededException", $"User: {_aws.AccountId} already has {MostTrails} trails.");
            }

            _trails[name] = new StoredTrail(s3BucketName, isMultiRegionTrail);
        }

        return ArnOf(name);
    }

    /// <summary>Starts the logging of a trail.</summary>
    /// <param name="name">The trail's name.</param>
    /// <exception cref="AwsException">The trail does not exist.</exception>
    public void StartLogging(string name) => SetLogging(name, true);

    /// <summary>Stops the logging of a trail.</summary>
    /// <param name="name">The trail's name.</param>
    /// <exception cref="AwsException">The trail does not exist.</exception>
    public void StopLogging(string name) => SetLogging(name, false);

    /// <summary>Deletes a trail. Its bucket and log files stay.</summary>
    /// <param name="name">The trail's name.</param>
    /// <exception cref="AwsException">The trail does not exist.</exception>
    public void DeleteTrail(string name)
    {
        lock (_gate)
        {
            Find(name);
            _trails.Remove(name);
        }
    }

    /// <summary>Delivers a record to EventBridge at once, if a trail logs. For records of calls that this instance does not have.</summary>
    /// <param name="record">The record, as a log file contains it.</param>
    public void Send(JsonElement record)
    {
        var trails = Logging();
        if (trails.Count > 0)
        {
            trails.ForEach(trail => _aws.S3.AddObject(trail.Bucket));
            _region.Events.SendRecord(record);
        }
    }

    /// <summary>Records a call over HTTP that was signed. It is delivered later, and only if a trail logs now.</summary>
    internal void Record(IWireProtocol protocol, WireOperation operation, WireRequest request, WireResponse? answer, string? errorCode)
    {
        if (protocol.Service is "secretsmanager" or "apigateway" && operation.Name is not "Unknown" && Logging().Count > 0)
        {
            _ = SendLaterAsync(CallRecords.Of(_aws, _region.Name, protocol.Service, operation, request, answer, errorCode));
        }
    }

    private async Task SendLaterAsync(JsonElement record)
    {
        // As the process ends, a record that has not been delivered is lost.
        await Task.Delay(_lag, _aws.TimeProvider, _stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_stopped.IsCancellationRequested)
        {
            Send(record);
        }
    }

    private List<StoredTrail> Logging() => [.. _aws.Regions().SelectMany(region => region.CloudTrail.LoggingIn(_region))];

    private List<StoredTrail> LoggingIn(AwsRegion region)
    {
        lock (_gate)
        {
            return [.. _trails.Values.Where(trail => trail.IsLogging && (trail.IsMultiRegion || region == _region))];
        }
    }

    private void SetLogging(string name, bool isLogging)
    {
        lock (_gate)
        {
            Find(name).IsLogging = isLogging;
        }
    }

    private string ArnOf(string name) => $"arn:aws:cloudtrail:{_region.Name}:{_aws.AccountId}:trail/{name}";

    private StoredTrail Find(string name) => _trails.GetValueOrDefault(name)
        ?? throw new AwsException(400, "TrailNotFoundException", $"Unknown trail: {ArnOf(name)} for the user: {_aws.AccountId}");

    private sealed class StoredTrail(string bucket, bool isMultiRegion)
    {
        public string Bucket { get; } = bucket;

        public bool IsMultiRegion { get; } = isMultiRegion;

        public bool IsLogging { get; set; }
    }
}
