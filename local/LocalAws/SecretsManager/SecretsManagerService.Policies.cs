using LocalAws.SecretsManager;

namespace LocalAws;

/// <content>Resource policies. They decide on the calls of roles; the account's administrator is not held to them.</content>
public sealed partial class SecretsManagerService
{
    /// <summary>Attaches a policy to a secret in place of the one before.</summary>
    /// <param name="request">The policy.</param>
    public ResourcePolicyResponse PutResourcePolicy(PutResourcePolicyRequest request)
    {
        CheckSecretId(request.SecretId);
        if (PolicyDocument.IsPublic(request.ResourcePolicy) && request.BlockPublicPolicy == true)
        {
            throw SecretsManagerErrors.PublicPolicy();
        }

        return SetPolicy(request.SecretId, request.ResourcePolicy);
    }

    /// <summary>Shows a secret's policy.</summary>
    /// <param name="request">Which secret.</param>
    public ResourcePolicyResponse GetResourcePolicy(SecretRequest request)
    {
        CheckSecretId(request.SecretId);
        lock (_gate)
        {
            var secret = FindLive(request.SecretId);
            return new ResourcePolicyResponse { Arn = secret.Arn, Name = secret.Name, ResourcePolicy = secret.ResourcePolicy };
        }
    }

    /// <summary>Takes a secret's policy off; it need not have one.</summary>
    /// <param name="request">Which secret.</param>
    public ResourcePolicyResponse DeleteResourcePolicy(SecretRequest request)
    {
        CheckSecretId(request.SecretId);
        return SetPolicy(request.SecretId, policy: null);
    }

    /// <summary>
    /// Checks a policy without attaching it: that it is one, and that it does not let anyone in. AWS checks besides that it does not lock out the
    /// caller.
    /// </summary>
    /// <param name="request">The policy.</param>
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

    private ResourcePolicyResponse SetPolicy(string secretId, string? policy)
    {
        lock (_gate)
        {
            var secret = FindLive(secretId);
            secret.ResourcePolicy = policy;
            secret.LastChanged = Now;
            return new ResourcePolicyResponse { Arn = secret.Arn, Name = secret.Name };
        }
    }
}
