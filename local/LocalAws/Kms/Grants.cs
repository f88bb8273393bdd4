namespace LocalAws.Kms;

/// <summary>The input of CreateGrant.</summary>
public sealed record CreateGrantRequest
{
    /// <summary>The ARN of the key, or its id.</summary>
    public required string KeyId { get; init; }

    /// <summary>The ARN of the account, user or role that gets the permission.</summary>
    public required string GranteePrincipal { get; init; }

    /// <summary>The permitted operations, such as <c>Decrypt</c>.</summary>
    public required IReadOnlyList<string> Operations { get; init; }

    /// <summary>The name. A request with the name and everything else of an existing grant returns that grant.</summary>
    public string? Name { get; init; }

    /// <summary>The condition of the grant, or null for none.</summary>
    public GrantConstraints? Constraints { get; init; }
}

/// <summary>The condition of a grant. At most one of the two is set.</summary>
public sealed record GrantConstraints
{
    /// <summary>The pairs that the encryption context must contain.</summary>
    public IReadOnlyDictionary<string, string>? EncryptionContextSubset { get; init; }

    /// <summary>The pairs that the encryption context must have, and no others.</summary>
    public IReadOnlyDictionary<string, string>? EncryptionContextEquals { get; init; }
}

/// <summary>A grant of a key, as ListGrants returns it.</summary>
/// <param name="GrantId">The grant's id.</param>
/// <param name="KeyId">The ARN of the key.</param>
/// <param name="GranteePrincipal">The ARN of the grantee.</param>
/// <param name="Operations">The permitted operations.</param>
/// <param name="Name">The name, or null.</param>
/// <param name="Constraints">The condition, or null.</param>
/// <param name="CreationDate">The time at which the grant was created.</param>
public sealed record Grant(
    string GrantId,
    string KeyId,
    string GranteePrincipal,
    IReadOnlyList<string> Operations,
    string? Name,
    GrantConstraints? Constraints,
    DateTimeOffset CreationDate);
