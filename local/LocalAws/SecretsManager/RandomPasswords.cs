namespace LocalAws.SecretsManager;

/// <summary>The input of GetRandomPassword.</summary>
public sealed record GetRandomPasswordRequest
{
    /// <summary>The number of characters: 1 to 4,096, 32 by default.</summary>
    public long? PasswordLength { get; init; }

    /// <summary>The characters to exclude.</summary>
    public string? ExcludeCharacters { get; init; }

    /// <summary>Whether to exclude digits.</summary>
    public bool? ExcludeNumbers { get; init; }

    /// <summary>Whether to exclude punctuation.</summary>
    public bool? ExcludePunctuation { get; init; }

    /// <summary>Whether to exclude uppercase letters.</summary>
    public bool? ExcludeUppercase { get; init; }

    /// <summary>Whether to exclude lowercase letters.</summary>
    public bool? ExcludeLowercase { get; init; }

    /// <summary>Whether to include the space. False by default.</summary>
    public bool? IncludeSpace { get; init; }

    /// <summary>Whether to include at least one character of each kind. True by default.</summary>
    public bool? RequireEachIncludedType { get; init; }
}

/// <summary>The output of GetRandomPassword.</summary>
public sealed record RandomPasswordResponse
{
    /// <summary>The password.</summary>
    public required string RandomPassword { get; init; }

    /// <summary>Returns the name of the type, without the password.</summary>
    public override string ToString() => nameof(RandomPasswordResponse);
}
