using Amazon.Runtime;

namespace Amazon.SecretsManager.Model;

/// <summary>What RotateSecret is asked.</summary>
public partial class RotateSecretRequest : AmazonSecretsManagerRequest
{
    public string SecretId { get; set; }

    public string ClientRequestToken { get; set; }

    public string RotationLambdaARN { get; set; }

    public RotationRulesType RotationRules { get; set; }

    public bool? RotateImmediately { get; set; }
}

/// <summary>What RotateSecret answers.</summary>
public partial class RotateSecretResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }

    public string VersionId { get; set; }
}

/// <summary>What CancelRotateSecret is asked.</summary>
public partial class CancelRotateSecretRequest : AmazonSecretsManagerRequest
{
    public string SecretId { get; set; }
}

/// <summary>What CancelRotateSecret answers.</summary>
public partial class CancelRotateSecretResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }

    public string VersionId { get; set; }
}

/// <summary>When a secret is rotated.</summary>
public partial class RotationRulesType
{
    public long? AutomaticallyAfterDays { get; set; }

    public string Duration { get; set; }

    public string ScheduleExpression { get; set; }
}
