namespace LocalAws;

/// <summary>An action that a call needs, and on which resource.</summary>
/// <param name="Service">The service that is called, as in a SigV4 scope.</param>
/// <param name="Operation">The operation.</param>
/// <param name="Action">The action that a policy must allow.</param>
/// <param name="On">The resource that it must allow it on.</param>
public sealed record RequiredAction(string Service, string Operation, string Action, ActionResource On)
{
    /// <summary>The parameters of the request of which one must be given for the action to be needed; none where it always is.</summary>
    public IReadOnlyList<string> IfGiven { get; init; } = [];
}

/// <summary>A resource that a call needs an action on.</summary>
public enum ActionResource
{
    /// <summary>What the call names: a path of API Gateway, a secret or each of several, a function.</summary>
    Named,

    /// <summary>No resource: a policy must have <c>*</c>.</summary>
    Any,

    /// <summary>API Gateway's tags of a resource that is about to be made, so that its id is not known: <c>/tags/</c> and the escaped ARN with <c>*</c> for the id.</summary>
    TagsOfNew,

    /// <summary>The resource whose tags the call is about.</summary>
    Tagged,

    /// <summary>The customer's key that encrypts the secret; none where it is AWS's own.</summary>
    KmsKey,

    /// <summary>The rotation function that the call names, or else the secret's.</summary>
    RotationFunction,
}
