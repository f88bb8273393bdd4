using Pulumi;
using Aws = Pulumi.Aws;

namespace RotationComponents;

/// <summary>The parts of an ARN that identify the account and Region that the provider deploys to.</summary>
internal sealed record AwsAccount(string Partition, string DnsSuffix, string Region, string Id)
{
    /// <summary>Returns the account and Region of a component's provider.</summary>
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

    /// <summary>Returns the ARN of an API Gateway resource, which contains no account.</summary>
    public string ApiGateway(string path) => $"arn:{Partition}:apigateway:{Region}::{path}";
}
