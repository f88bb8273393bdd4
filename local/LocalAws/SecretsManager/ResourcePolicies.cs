using System.Text.Json.Serialization;

namespace LocalAws.SecretsManager;

/// <summary>PutResourcePolicy's input.</summary>
public sealed record PutResourcePolicyRequest
{
    /// <summary>The secret's name, its ARN, or its ARN without the random suffix.</summary>
    public required string SecretId { get; init; }

    /// <summary>The policy as JSON, up to 20,480 characters.</summary>
    public required string ResourcePolicy { get; init; }

    /// <summary>Whether to refuse a policy that lets anyone in; false unless said otherwise (AWS API reference).</summary>
    public bool? BlockPublicPolicy { get; init; }
}

/// <summary>ValidateResourcePolicy's input.</summary>
public sealed record ValidateResourcePolicyRequest
{
    /// <summary>The secret; only a policy's own text is checked here.</summary>
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

    /// <summary>The policy, as GetResourcePolicy returns it; null where there is none.</summary>
    public string? ResourcePolicy { get; init; }
}

/// <summary>What ValidateResourcePolicy found.</summary>
public sealed record PolicyValidation
{
    /// <summary>Whether nothing is wrong.</summary>
    public required bool PolicyValidationPassed { get; init; }

    /// <summary>What is wrong.</summary>
    public required IReadOnlyList<PolicyValidationError> ValidationErrors { get; init; }
}

/// <summary>A check that a policy did not pass.</summary>
/// <param name="CheckName">The check.</param>
/// <param name="ErrorMessage">Why.</param>
public sealed record PolicyValidationError(string CheckName, string ErrorMessage);
