namespace LocalAws;

/// <summary>One call to the control plane, named as in CloudTrail. Contains no value of a key or a secret.</summary>
/// <param name="Sequence">The position of the call in the order of arrival. The first call has 1.</param>
/// <param name="AccessKeyId">The caller: the access key id of the SigV4 credential, or the service principal.</param>
/// <param name="Service">The service's name in a SigV4 scope: <c>secretsmanager</c>, <c>apigateway</c>, <c>lambda</c>, <c>scheduler</c>.</param>
/// <param name="Operation">The operation, such as <c>PutSecretValue</c>.</param>
/// <param name="Resource">The ARN of the resource, or the identifier in the request if the resource does not exist.</param>
public sealed record AwsCall(long Sequence, string AccessKeyId, string Service, string Operation, string Resource)
{
    /// <summary>Gets the Region in the ARN of the resource, or null for a call without a resource.</summary>
    public string? Region => Resource.Split(':') is ["arn", _, _, { Length: > 0 } region, ..] ? region : null;
}

/// <summary>A call and its result.</summary>
/// <param name="Call">The call.</param>
/// <param name="Status">The HTTP status that was sent, or 0 if the connection was reset instead.</param>
/// <param name="ErrorCode">The error code that was sent, or null.</param>
/// <param name="At">The time at which the call ended.</param>
public sealed record CallRecord(AwsCall Call, int Status, string? ErrorCode, DateTimeOffset At);
