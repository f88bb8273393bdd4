using System.Collections.Concurrent;

namespace LocalAws;

/// <summary>CloudWatch Logs, as far as Lambda needs it: log groups, and the lines that functions of other processes wrote.</summary>
public sealed class LogsService
{
    private readonly EmbeddedAws _aws;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _groups = new();

    internal LogsService(EmbeddedAws aws) => _aws = aws;

    /// <summary>The names of the log groups, in order.</summary>
    public IReadOnlyList<string> LogGroups => [.. _groups.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Makes an empty log group.</summary>
    /// <param name="logGroupName">Its name.</param>
    /// <exception cref="AwsException">There is one of that name.</exception>
    public void CreateLogGroup(string logGroupName)
    {
        if (!_groups.TryAdd(logGroupName, new()))
        {
            throw new AwsException(400, "ResourceAlreadyExistsException", "The specified log group already exists");
        }
    }

    /// <summary>Deletes a log group with its lines.</summary>
    /// <param name="logGroupName">Its name.</param>
    /// <exception cref="AwsException">There is none.</exception>
    public void DeleteLogGroup(string logGroupName)
    {
        if (!_groups.TryRemove(logGroupName, out _))
        {
            throw NoGroup();
        }
    }

    /// <summary>The lines of a log group, in the order in which they came.</summary>
    /// <param name="logGroupName">Its name.</param>
    /// <exception cref="AwsException">There is none.</exception>
    public IReadOnlyList<string> Read(string logGroupName) => _groups.TryGetValue(logGroupName, out var lines) ? [.. lines] : throw NoGroup();

    /// <summary>
    /// Writes what a function wrote, as far as its role allows. AWS's developer guide: what it does not allow is lost, and nobody is told. The
    /// ARNs are those of refusals seen in the field.
    /// </summary>
    internal void Write(string functionName, string? roleArn, string logStream, string line)
    {
        var group = "/aws/lambda/" + functionName;
        var arn = $"arn:aws:logs:{_aws.Region}:{_aws.AccountId}:log-group:{group}:log-stream:";
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
