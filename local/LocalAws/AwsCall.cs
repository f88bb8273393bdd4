namespace LocalAws;

/// <summary>One call to the control plane, as CloudTrail would name it. Holds no value of a key or a secret.</summary>
/// <param name="Sequence">1 for the first call of the instance; in the order in which the calls arrived.</param>
/// <param name="AccessKeyId">Who called: the access key id of the SigV4 credential, or the service principal.</param>
/// <param name="Service">The service's name as in a SigV4 scope: <c>secretsmanager</c>, <c>apigateway</c>, <c>lambda</c>.</param>
/// <param name="Operation">The operation, such as <c>PutSecretValue</c>.</param>
/// <param name="Resource">The ARN of what the operation acts on; the identifier as given when there is no such resource.</param>
public sealed record AwsCall(long Sequence, string AccessKeyId, string Service, string Operation, string Resource);

/// <summary>A call and what became of it.</summary>
/// <param name="Call">The call.</param>
/// <param name="Status">The HTTP status that was sent; 0 when the connection was reset instead.</param>
/// <param name="ErrorCode">The error code that was sent, if any.</param>
/// <param name="At">When the call ended.</param>
public sealed record CallRecord(AwsCall Call, int Status, string? ErrorCode, DateTimeOffset At);
