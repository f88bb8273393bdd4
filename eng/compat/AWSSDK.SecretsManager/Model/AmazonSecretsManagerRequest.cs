using Amazon.Runtime;

namespace Amazon.SecretsManager.Model;

/// <summary>Base of every request to AWS Secrets Manager.</summary>
public partial class AmazonSecretsManagerRequest : AmazonWebServiceRequest
{
}
