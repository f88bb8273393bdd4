using System.Text.Json.Serialization;

namespace LocalAws.SecretsManager;

/// <summary>The input of PutResourcePolicy.</summary>
public sealed record PutResourcePolicyRequest
{
    /// <summary>The secret's name, its ARN, or its ARN without the random suffix.</summary>
    public required string SecretId { get; init; }

    /// <summary>The policy as JSON, up to 20,480 characters.</summary>
    public required string ResourcePolicy { get; init; }

    /// <summary>Whether to reject a policy that permits everyone. False by default (AWS API reference).</summary>
    public bool? BlockPublicPolicy { get; init; }
}

/// <summary>The input of ValidateResourcePolicy.</summary>
public sealed record ValidateResourcePolicyRequest
{
    /// <summary>The secret. Only the text of the policy is checked here.</summary>
    public string? SecretId { get; init; }

    /// <summary>The policy as JSON, up to 20,480 characters.</summary>
    public required string ResourcePolicy { get; init; }
}

/// <summary>A secret with its policy, as the operations on policies return it.</summary>
public sealed record ResourcePolicyResponse
{
    /// <summary>The secret's ARN.</summary>
    [JsonPropertyName("ARN")]
    public required string Arn { get; init; }

    /// <summary>The secret's name.</summary>
    public required string Name { get; init; }

    /// <summary>The policy, as GetResourcePolicy returns it, or null if there is none.</summary>
    public string? ResourcePolicy { get; init; }
}

/// <summary>The result of ValidateResourcePolicy.</summary>
public sealed record PolicyValidation
{
    /// <summary>Whether the policy passed all checks.</summary>
    public required bool PolicyValidationPassed { get; init; }

    /// <summary>The failed checks.</summary>
    public required IReadOnlyList<PolicyValidationError> ValidationErrors { get; init; }
}

/// <summary>A check that a policy failed.</summary>
/// <param name="CheckName">The check.</param>
/// <param name="ErrorMessage">The reason.</param>
public sealed record PolicyValidationError(string CheckName, string ErrorMessage);
