using Amazon.SecretsManager.Model;
using AwsWire;

namespace Amazon.SecretsManager;

/// <summary>The operations: names, URIs and declared errors as in the service's published model.</summary>
internal static class Operations
{
    private static readonly ServiceProtocol Protocol = new(memberNames: null)
    {
        ServiceName = "Amazon.SecretsManager",
        ApiVersion = "2017-10-17",
        ContentType = "application/x-amz-json-1.1",
        TargetPrefix = "secretsmanager",
        ServiceException = typeof(AmazonSecretsManagerException),
    };

    public static readonly Operation<CancelRotateSecretResponse> CancelRotateSecret = new(
        Protocol,
        nameof(CancelRotateSecret),
        "POST /",
        typeof(ResourceNotFoundException), typeof(InvalidParameterException), typeof(InternalServiceErrorException), typeof(InvalidRequestException));

    public static readonly Operation<CreateSecretResponse> CreateSecret = new(
        Protocol,
        nameof(CreateSecret),
        "POST /",
        typeof(InvalidParameterException), typeof(InvalidRequestException), typeof(LimitExceededException), typeof(EncryptionFailureException),
        typeof(ResourceExistsException), typeof(ResourceNotFoundException), typeof(MalformedPolicyDocumentException),
        typeof(InternalServiceErrorException), typeof(PreconditionNotMetException), typeof(DecryptionFailureException));

    public static readonly Operation<DeleteResourcePolicyResponse> DeleteResourcePolicy = new(
        Protocol,
        nameof(DeleteResourcePolicy),
        "POST /",
        typeof(ResourceNotFoundException), typeof(InternalServiceErrorException), typeof(InvalidRequestException),
        typeof(InvalidParameterException));

    public static readonly Operation<DeleteSecretResponse> DeleteSecret = new(
        Protocol,
        nameof(DeleteSecret),
        "POST /",
        typeof(ResourceNotFoundException), typeof(InvalidParameterException), typeof(InvalidRequestException), typeof(InternalServiceErrorException));

    public static readonly Operation<DescribeSecretResponse> DescribeSecret = new(
        Protocol,
        nameof(DescribeSecret),
        "POST /",
        typeof(ResourceNotFoundException), typeof(InternalServiceErrorException), typeof(InvalidParameterException));

    public static readonly Operation<GetRandomPasswordResponse> GetRandomPassword = new(
        Protocol,
        nameof(GetRandomPassword),
        "POST /",
        typeof(InvalidParameterException), typeof(InvalidRequestException), typeof(InternalServiceErrorException));

    public static readonly Operation<GetResourcePolicyResponse> GetResourcePolicy = new(
        Protocol,
        nameof(GetResourcePolicy),
        "POST /",
        typeof(ResourceNotFoundException), typeof(InternalServiceErrorException), typeof(InvalidRequestException),
        typeof(InvalidParameterException));

    public static readonly Operation<GetSecretValueResponse> GetSecretValue = new(
        Protocol,
        nameof(GetSecretValue),
        "POST /",
        typeof(ResourceNotFoundException), typeof(InvalidParameterException), typeof(InvalidRequestException), typeof(DecryptionFailureException),
        typeof(InternalServiceErrorException));

    public static readonly Operation<ListSecretVersionIdsResponse> ListSecretVersionIds = new(
        Protocol,
        nameof(ListSecretVersionIds),
        "POST /",
        typeof(InvalidNextTokenException), typeof(ResourceNotFoundException), typeof(InternalServiceErrorException),
        typeof(InvalidParameterException));

    public static readonly Operation<ListSecretsResponse> ListSecrets = new(
        Protocol,
        nameof(ListSecrets),
        "POST /",
        typeof(InvalidParameterException), typeof(InvalidRequestException), typeof(InvalidNextTokenException), typeof(InternalServiceErrorException));

    public static readonly Operation<PutResourcePolicyResponse> PutResourcePolicy = new(
        Protocol,
        nameof(PutResourcePolicy),
        "POST /",
        typeof(MalformedPolicyDocumentException), typeof(ResourceNotFoundException), typeof(InvalidParameterException),
        typeof(InternalServiceErrorException), typeof(InvalidRequestException), typeof(PublicPolicyException));

    public static readonly Operation<PutSecretValueResponse> PutSecretValue = new(
        Protocol,
        nameof(PutSecretValue),
        "POST /",
        typeof(InvalidParameterException), typeof(InvalidRequestException), typeof(LimitExceededException), typeof(EncryptionFailureException),
        typeof(ResourceExistsException), typeof(ResourceNotFoundException), typeof(InternalServiceErrorException),
        typeof(DecryptionFailureException));

    public static readonly Operation<RemoveRegionsFromReplicationResponse> RemoveRegionsFromReplication = new(
        Protocol,
        nameof(RemoveRegionsFromReplication),
        "POST /",
        typeof(ResourceNotFoundException), typeof(InvalidRequestException), typeof(InvalidParameterException),
        typeof(InternalServiceErrorException));

    public static readonly Operation<ReplicateSecretToRegionsResponse> ReplicateSecretToRegions = new(
        Protocol,
        nameof(ReplicateSecretToRegions),
        "POST /",
        typeof(ResourceNotFoundException), typeof(InvalidRequestException), typeof(InvalidParameterException),
        typeof(InternalServiceErrorException));

    public static readonly Operation<RestoreSecretResponse> RestoreSecret = new(
        Protocol,
        nameof(RestoreSecret),
        "POST /",
        typeof(ResourceNotFoundException), typeof(InvalidParameterException), typeof(InvalidRequestException),
        typeof(InternalServiceErrorException));

    public static readonly Operation<RotateSecretResponse> RotateSecret = new(
        Protocol,
        nameof(RotateSecret),
        "POST /",
        typeof(ResourceNotFoundException), typeof(InvalidParameterException), typeof(InternalServiceErrorException), typeof(InvalidRequestException));

    public static readonly Operation<StopReplicationToReplicaResponse> StopReplicationToReplica = new(
        Protocol,
        nameof(StopReplicationToReplica),
        "POST /",
        typeof(ResourceNotFoundException), typeof(InvalidRequestException), typeof(InvalidParameterException),
        typeof(InternalServiceErrorException));

    public static readonly Operation<TagResourceResponse> TagResource = new(
        Protocol,
        nameof(TagResource),
        "POST /",
        typeof(ResourceNotFoundException), typeof(InvalidRequestException), typeof(InvalidParameterException), typeof(InternalServiceErrorException));

    public static readonly Operation<UntagResourceResponse> UntagResource = new(
        Protocol,
        nameof(UntagResource),
        "POST /",
        typeof(ResourceNotFoundException), typeof(InvalidRequestException), typeof(InvalidParameterException), typeof(InternalServiceErrorException));

    public static readonly Operation<UpdateSecretResponse> UpdateSecret = new(
        Protocol,
        nameof(UpdateSecret),
        "POST /",
        typeof(InvalidParameterException), typeof(InvalidRequestException), typeof(LimitExceededException), typeof(EncryptionFailureException),
        typeof(ResourceExistsException), typeof(ResourceNotFoundException), typeof(MalformedPolicyDocumentException),
        typeof(InternalServiceErrorException), typeof(PreconditionNotMetException), typeof(DecryptionFailureException));

    public static readonly Operation<UpdateSecretVersionStageResponse> UpdateSecretVersionStage = new(
        Protocol,
        nameof(UpdateSecretVersionStage),
        "POST /",
        typeof(ResourceNotFoundException), typeof(InvalidParameterException), typeof(InvalidRequestException), typeof(LimitExceededException),
        typeof(InternalServiceErrorException));
}
