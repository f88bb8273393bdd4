using Amazon.Runtime;

namespace Amazon.SecretsManager.Model;

/// <summary>What GetRandomPassword is asked.</summary>
public partial class GetRandomPasswordRequest : AmazonSecretsManagerRequest
{
    public long? PasswordLength { get; set; }

    public string ExcludeCharacters { get; set; }

    public bool? ExcludeNumbers { get; set; }

    public bool? ExcludePunctuation { get; set; }

    public bool? ExcludeUppercase { get; set; }

    public bool? ExcludeLowercase { get; set; }

    public bool? IncludeSpace { get; set; }

    public bool? RequireEachIncludedType { get; set; }
}

/// <summary>What GetRandomPassword answers.</summary>
public partial class GetRandomPasswordResponse : AmazonWebServiceResponse
{
    public string RandomPassword { get; set; }
}
