namespace LocalAws;

/// <summary>Credentials that sign requests as a role.</summary>
/// <param name="AccessKeyId">The access key id.</param>
/// <param name="SecretAccessKey">The secret access key.</param>
/// <param name="SessionToken">The session token, which must be sent with each request.</param>
public sealed record RoleCredentials(string AccessKeyId, string SecretAccessKey, string SessionToken)
{
    /// <summary>Returns a text that identifies the credentials without their secrets.</summary>
    public override string ToString() => $"{nameof(RoleCredentials)} {{ {AccessKeyId} }}";
}

/// <summary>A role.</summary>
/// <param name="RoleName">The name.</param>
/// <param name="Arn">The ARN.</param>
/// <param name="AssumeRolePolicyDocument">The trust policy.</param>
public sealed record Role(string RoleName, string Arn, string AssumeRolePolicyDocument);
