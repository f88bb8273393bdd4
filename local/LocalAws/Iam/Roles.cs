namespace LocalAws;

/// <summary>Credentials to sign with as a role.</summary>
/// <param name="AccessKeyId">The access key id.</param>
/// <param name="SecretAccessKey">The secret access key.</param>
/// <param name="SessionToken">The session token, which must be sent along.</param>
public sealed record RoleCredentials(string AccessKeyId, string SecretAccessKey, string SessionToken)
{
    /// <summary>Names the credentials without their secrets.</summary>
    public override string ToString() => $"{nameof(RoleCredentials)} {{ {AccessKeyId} }}";
}

/// <summary>A role.</summary>
/// <param name="RoleName">Its name.</param>
/// <param name="Arn">Its ARN.</param>
/// <param name="AssumeRolePolicyDocument">Its trust policy.</param>
public sealed record Role(string RoleName, string Arn, string AssumeRolePolicyDocument);
