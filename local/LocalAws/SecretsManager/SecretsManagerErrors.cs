namespace LocalAws.SecretsManager;

/// <summary>
/// Secrets Manager's errors. All client errors have the HTTP status 400 (recorded on AWS). Where no source is named, AWS's text is not known.
/// </summary>
internal static class SecretsManagerErrors
{
    /// <summary>Recorded on AWS.</summary>
    public static AwsException UnknownSecret() => NotFound("Secrets Manager can't find the specified secret.");

    /// <summary>Recorded on AWS.</summary>
    public static AwsException NoValueForVersion(string versionId) =>
        NotFound($"Secrets Manager can't find the specified secret value for VersionId: {versionId}");

    /// <summary>Recorded on AWS.</summary>
    public static AwsException NoValueForLabel(string label) =>
        NotFound($"Secrets Manager can't find the specified secret value for staging label: {label}");

    /// <summary>Recorded on AWS.</summary>
    public static AwsException LabelNotOnVersion() => InvalidRequest("You provided a VersionStage that is not associated to the provided VersionId.");

    /// <summary>Recorded on AWS.</summary>
    public static AwsException TokenInUse(string token, string arn) =>
        new(400, "ResourceExistsException",
            $"You can't use ClientRequestToken {token} because that value is already in use for a version of secret {arn}.");

    /// <summary>Observed in the field.</summary>
    public static AwsException SecretExists(string name) =>
        new(400, "ResourceExistsException", $"The operation failed because the secret {name} already exists.");

    /// <summary>Observed in the field.</summary>
    public static AwsException MarkedForDeletion() =>
        InvalidRequest("You can't perform this operation on the secret because it was marked for deletion.");

    /// <summary>Observed in the field.</summary>
    public static AwsException NameBlocked() =>
        InvalidRequest("You can't create this secret because a secret with this name is already scheduled for deletion.");

    /// <summary>Recorded on AWS.</summary>
    public static AwsException CurrentMoveNeedsSource(string label, string versionId) => InvalidParameter(
        $"The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to version "
            + $"{versionId}, so you must explicitly reference that version in RemoveFromVersionId.");

    /// <summary>The rule is in the AWS API reference.</summary>
    public static AwsException WrongSource(string label) => InvalidParameter(
        $"When you move staging label {label}, if you specify RemoveFromVersionId, it must be set to the version "
            + $"that currently has the staging label {label}.");

    /// <summary>Observed in the field.</summary>
    public static AwsException CurrentCannotBeRemoved() =>
        InvalidParameter("You can only move staging label AWSCURRENT to a different secret version. It can\u2019t be completely removed.");

    /// <summary>Observed in the field.</summary>
    public static AwsException PreviousRotationIncomplete() =>
        InvalidRequest("A previous rotation isn't complete. That rotation will be reattempted.");

    /// <summary>Recorded on AWS.</summary>
    public static AwsException NoRotationFunction() => InvalidRequest("No Lambda rotation function ARN is associated with this secret.");

    /// <summary>Recorded on AWS. The secret's configuration does not change.</summary>
    public static AwsException CannotInvokeFunction() => new(
        400,
        "AccessDeniedException",
        "Secrets Manager cannot invoke the specified Lambda function. "
            + "Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.");

    /// <summary>Observed in the field.</summary>
    public static AwsException TwoSchedules() => InvalidParameter("You cannot specify both rotation frequency and schedule expression together.");

    /// <summary>Recorded on AWS.</summary>
    public static AwsException InvalidName() => new(
        400, "ValidationException", "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!");

    /// <summary>Observed in the field.</summary>
    public static AwsException MalformedPolicy() => new(400, "MalformedPolicyDocumentException", "This resource policy contains a syntax error.");

    /// <summary>Observed in the field: the provider for AWS retries this text for a role that IAM does not know yet.</summary>
    public static AwsException UnsupportedPrincipal() =>
        new(400, "MalformedPolicyDocumentException", "This resource policy contains an unsupported principal.");

    /// <summary>The rule is in the AWS API reference.</summary>
    public static AwsException PublicPolicy() => new(400, "PublicPolicyException", "The resource policy grants broad access to the secret.");

    /// <summary>Observed in the field.</summary>
    public static AwsException PasswordTooShort() => InvalidParameter("Password length is too short based on the required types.");

    /// <summary>Observed in the field.</summary>
    public static AwsException HasReplicas(string arn, IEnumerable<string> regions) =>
        InvalidParameter($"You can't delete secret {arn} that still has replica regions [{string.Join(", ", regions)}].");

    /// <summary>Observed in the field for the secret's own Region. Assumed for an unknown Region.</summary>
    public static AwsException InvalidReplicaRegion() => InvalidParameter("Invalid replica region.");

    /// <summary>Observed in the field.</summary>
    public static AwsException ReadOnlyReplica() =>
        InvalidParameter("Operation not permitted on a replica secret. Call must be made in primary secret's region.");

    public static AwsException NotAReplica() => InvalidRequest("The secret is not a replica. Call must be made in the replica's Region.");

    /// <summary>The rule is in the AWS API reference.</summary>
    public static AwsException TooManyLabels() => new(400, "LimitExceededException", "A version can have at most 20 staging labels.");

    public static AwsException InvalidRequest(string message) => new(400, "InvalidRequestException", message);

    public static AwsException InvalidParameter(string message) => new(400, "InvalidParameterException", message);

    public static AwsException NotFound(string message) => new(400, "ResourceNotFoundException", message);
}
