namespace LocalAws;

/// <summary>An action that a call requires, and its resource.</summary>
/// <param name="Service">The called service, as in a SigV4 scope.</param>
/// <param name="Operation">The operation.</param>
/// <param name="Action">The action that a policy must permit.</param>
/// <param name="On">The resource on which a policy must permit it.</param>
public sealed record RequiredAction(string Service, string Operation, string Action, ActionResource On)
{
    /// <summary>
    /// Gets the parameters that make the action required: at least one of them is in the request. Empty if the action is always required.
    /// </summary>
    public IReadOnlyList<string> IfGiven { get; init; } = [];
}

/// <summary>A resource of a required action.</summary>
public enum ActionResource
{
    /// <summary>The resource that the call names: a path of API Gateway, one or several secrets, a function, a schedule.</summary>
    Named,

    /// <summary>No resource: a policy must have <c>*</c>.</summary>
    Any,

    /// <summary>
    /// The tags of an API Gateway resource that the call creates, whose id is not known yet: <c>/tags/</c> and the escaped ARN with <c>*</c> as the
    /// id.
    /// </summary>
    TagsOfNew,

    /// <summary>The resource whose tags the call reads or changes.</summary>
    Tagged,

    /// <summary>The customer managed KMS key that encrypts the secret. Not required for AWS's own key.</summary>
    KmsKey,

    /// <summary>The customer managed KMS keys of the replicas that the call adds, each in its replica's Region.</summary>
    ReplicaKmsKey,

    /// <summary>The rotation function that the call names, or the secret's.</summary>
    RotationFunction,

    /// <summary>The role that the call passes to the service.</summary>
    PassedRole,
}
