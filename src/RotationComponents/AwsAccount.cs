using Pulumi;
using Aws = Pulumi.Aws;

namespace RotationComponents;

/// <summary>Where the provider deploys to, as ARNs need it.</summary>
internal sealed record AwsAccount(string Partition, string DnsSuffix, string Region, string Id)
{
    /// <summary>The account and Region of a component's provider.</summary>
    public static Output<AwsAccount> Of(Resource component)
    {
        var options = new InvokeOptions { Parent = component };
        return Output.Tuple(
                Aws.GetPartition.Invoke(options: options),
                Aws.GetRegion.Invoke(options: options),
                Aws.GetCallerIdentity.Invoke(options: options))
            .Apply(found => new AwsAccount(found.Item1.Partition, found.Item1.DnsSuffix, found.Item2.Region, found.Item3.AccountId));
    }

    public string Arn(string service, string resource) => $"arn:{Partition}:{service}:{Region}:{Id}:{resource}";

    /// <summary>The ARN of something of API Gateway's, which has no account in it.</summary>
    public string ApiGateway(string path) => $"arn:{Partition}:apigateway:{Region}::{path}";
}
