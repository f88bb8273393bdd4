using System.Collections.Concurrent;

namespace LocalAws;

/// <summary>The part of CloudWatch Logs that Lambda needs: log groups, and the lines of functions in other processes.</summary>
public sealed class LogsService
{
    private readonly EmbeddedAws _aws;
    private readonly string _region;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _groups = new();

    internal LogsService(EmbeddedAws aws, string region) => (_aws, _region) = (aws, region);

    /// <summary>Gets the names of the log groups, in order.</summary>
    public IReadOnlyList<string> LogGroups => [.. _groups.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Creates an empty log group.</summary>
    /// <param name="logGroupName">The name of the log group.</param>
    /// <exception cref="AwsException">A log group of that name exists.</exception>
    public void CreateLogGroup(string logGroupName)
    {
        if (!_groups.TryAdd(logGroupName, new()))
        {
            throw new AwsException(400, "ResourceAlreadyExistsException", "The specified log group already exists");
        }
    }

    /// <summary>Deletes a log group with its lines.</summary>
    /// <param name="logGroupName">The name of the log group.</param>
    /// <exception cref="AwsException">The log group does not exist.</exception>
    public void DeleteLogGroup(string logGroupName)
    {
        if (!_groups.TryRemove(logGroupName, out _))
        {
            throw NoGroup();
        }
    }

    /// <summary>Returns the lines of a log group, in the order of arrival.</summary>
    /// <param name="logGroupName">The name of the log group.</param>
    /// <exception cref="AwsException">The log group does not exist.</exception>
    public IReadOnlyList<string> Read(string logGroupName) => _groups.TryGetValue(logGroupName, out var lines) ? [.. lines] : throw NoGroup();

    /// <summary>
    /// Writes a function's output, if its role permits it. AWS's developer guide: without the permission, Lambda drops the output without an error.
    /// The ARNs are those of denials that were observed in the field.
    /// </summary>
    internal void Write(string functionName, string? roleArn, string logStream, string line)
    {
        var group = "/aws/lambda/" + functionName;
        var arn = $"arn:aws:logs:{_region}:{_aws.AccountId}:log-group:{group}:log-stream:";
        if (!_groups.ContainsKey(group) && !Allows("logs:CreateLogGroup", arn))
        {
            return;
        }

        var lines = _groups.GetOrAdd(group, _ => new());
        if (Allows("logs:CreateLogStream", arn + logStream) && Allows("logs:PutLogEvents", arn + logStream))
        {
            lines.Enqueue(line);
        }

        bool Allows(string action, string resource) => roleArn is null || _aws.Iam.Allows(roleArn, action, resource);
    }

    private static AwsException NoGroup() => new(400, "ResourceNotFoundException", "The specified log group does not exist.");
}
