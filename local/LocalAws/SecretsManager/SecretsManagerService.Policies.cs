using LocalAws.SecretsManager;

namespace LocalAws;

/// <content>Resource policies. They apply to calls of roles, not to the account's administrator.</content>
public sealed partial class SecretsManagerService
{
    /// <summary>Attaches a policy to a secret, and replaces the previous policy.</summary>
    /// <param name="request">The input of PutResourcePolicy.</param>
    public ResourcePolicyResponse PutResourcePolicy(PutResourcePolicyRequest request)
    {
        CheckSecretId(request.SecretId);
        if (PolicyDocument.IsPublic(request.ResourcePolicy) && request.BlockPublicPolicy == true)
        {
            throw SecretsManagerErrors.PublicPolicy();
        }

        if (PolicyDocument.PrincipalsOf(request.ResourcePolicy).Any(principal => !_aws.Iam.IsPrincipal(principal)))
        {
            throw SecretsManagerErrors.UnsupportedPrincipal();
        }

        return SetPolicy(request.SecretId, request.ResourcePolicy);
    }

    /// <summary>Returns a secret's policy.</summary>
    /// <param name="request">The input of GetResourcePolicy.</param>
    public ResourcePolicyResponse GetResourcePolicy(SecretRequest request)
    {
        CheckSecretId(request.SecretId);
        lock (_gate)
        {
            var secret = FindLive(request.SecretId);
            return new ResourcePolicyResponse { Arn = secret.Arn, Name = secret.Name, ResourcePolicy = PolicyOf(secret) };
        }
    }

    /// <summary>Removes a secret's policy, if it has one.</summary>
    /// <param name="request">The input of DeleteResourcePolicy.</param>
    public ResourcePolicyResponse DeleteResourcePolicy(SecretRequest request)
    {
        CheckSecretId(request.SecretId);
        return SetPolicy(request.SecretId, policy: null);
    }

    /// <summary>
    /// Validates a policy without attaching it: its form, and that it does not permit everyone. AWS also checks that it does not lock out the caller.
    /// </summary>
    /// <param name="request">The input of ValidateResourcePolicy.</param>
    public PolicyValidation ValidateResourcePolicy(ValidateResourcePolicyRequest request)
    {
        if (request.SecretId is not null)
        {
            GetResourcePolicy(new SecretRequest { SecretId = request.SecretId });
        }

        var isPublic = PolicyDocument.IsPublic(request.ResourcePolicy);
        return new PolicyValidation
        {
            PolicyValidationPassed = !isPublic,
            ValidationErrors = isPublic ? [new PolicyValidationError("BLOCK_PUBLIC_ACCESS", SecretsManagerErrors.PublicPolicy().Message)] : [],
        };
    }

    private string? PolicyOf(StoredSecret secret) =>
        secret.ResourcePolicy is { } policy ? PolicyDocument.WithPrincipals(policy, _aws.Iam.ShownOf) : null;

    private ResourcePolicyResponse SetPolicy(string secretId, string? policy)
    {
        lock (_gate)
        {
            var secret = FindPrimary(secretId);
            secret.ResourcePolicy = policy is null ? null : PolicyDocument.WithPrincipals(policy, _aws.Iam.KeptOf);
            Changed(secret);
            return new ResourcePolicyResponse { Arn = secret.Arn, Name = secret.Name };
        }
    }
}
