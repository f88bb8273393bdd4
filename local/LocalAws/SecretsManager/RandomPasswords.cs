namespace LocalAws.SecretsManager;

/// <summary>GetRandomPassword's input.</summary>
public sealed record GetRandomPasswordRequest
{
    /// <summary>How many characters: 1 to 4,096, 32 unless said otherwise.</summary>
    public long? PasswordLength { get; init; }

    /// <summary>Characters that must not be in it.</summary>
    public string? ExcludeCharacters { get; init; }

    /// <summary>Whether to leave out digits.</summary>
    public bool? ExcludeNumbers { get; init; }

    /// <summary>Whether to leave out punctuation.</summary>
    public bool? ExcludePunctuation { get; init; }

    /// <summary>Whether to leave out capital letters.</summary>
    public bool? ExcludeUppercase { get; init; }

    /// <summary>Whether to leave out small letters.</summary>
    public bool? ExcludeLowercase { get; init; }

    /// <summary>Whether a space may be in it; not unless said otherwise.</summary>
    public bool? IncludeSpace { get; init; }

    /// <summary>Whether one of each kind must be in it; true unless said otherwise.</summary>
    public bool? RequireEachIncludedType { get; init; }
}

/// <summary>GetRandomPassword's output.</summary>
public sealed record RandomPasswordResponse
{
    /// <summary>The password.</summary>
    public required string RandomPassword { get; init; }

    /// <summary>Names the type without the password.</summary>
    public override string ToString() => nameof(RandomPasswordResponse);
}
