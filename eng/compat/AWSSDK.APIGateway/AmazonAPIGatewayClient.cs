using Amazon.APIGateway.Model;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using AwsWire;

namespace Amazon.APIGateway;

/// <summary>Client of Amazon API Gateway on AWSSDK.Core: its signing, retries, credentials, regions and endpoint settings.</summary>
public partial class AmazonAPIGatewayClient : AmazonServiceClient, IAmazonAPIGateway
{
    public AmazonAPIGatewayClient()
        : base(new AmazonAPIGatewayConfig())
    {
    }

    public AmazonAPIGatewayClient(RegionEndpoint region)
        : base(new AmazonAPIGatewayConfig { RegionEndpoint = region })
    {
    }

    public AmazonAPIGatewayClient(AmazonAPIGatewayConfig config)
        : base(config)
    {
    }

    public AmazonAPIGatewayClient(AWSCredentials credentials)
        : this(credentials, new AmazonAPIGatewayConfig())
    {
    }

    public AmazonAPIGatewayClient(AWSCredentials credentials, RegionEndpoint region)
        : this(credentials, new AmazonAPIGatewayConfig { RegionEndpoint = region })
    {
    }

    public AmazonAPIGatewayClient(AWSCredentials credentials, AmazonAPIGatewayConfig clientConfig)
        : base(credentials, clientConfig)
    {
    }

    public AmazonAPIGatewayClient(string awsAccessKeyId, string awsSecretAccessKey)
        : this(awsAccessKeyId, awsSecretAccessKey, new AmazonAPIGatewayConfig())
    {
    }

    public AmazonAPIGatewayClient(string awsAccessKeyId, string awsSecretAccessKey, RegionEndpoint region)
        : this(awsAccessKeyId, awsSecretAccessKey, new AmazonAPIGatewayConfig { RegionEndpoint = region })
    {
    }

    public AmazonAPIGatewayClient(string awsAccessKeyId, string awsSecretAccessKey, AmazonAPIGatewayConfig clientConfig)
        : base(awsAccessKeyId, awsSecretAccessKey, clientConfig)
    {
    }

    public AmazonAPIGatewayClient(string awsAccessKeyId, string awsSecretAccessKey, string awsSessionToken)
        : this(awsAccessKeyId, awsSecretAccessKey, awsSessionToken, new AmazonAPIGatewayConfig())
    {
    }

    public AmazonAPIGatewayClient(string awsAccessKeyId, string awsSecretAccessKey, string awsSessionToken, RegionEndpoint region)
        : this(awsAccessKeyId, awsSecretAccessKey, awsSessionToken, new AmazonAPIGatewayConfig { RegionEndpoint = region })
    {
    }

    public AmazonAPIGatewayClient(string awsAccessKeyId, string awsSecretAccessKey, string awsSessionToken, AmazonAPIGatewayConfig clientConfig)
        : base(awsAccessKeyId, awsSecretAccessKey, awsSessionToken, clientConfig)
    {
    }

    protected override IServiceMetadata ServiceMetadata { get; } = new Metadata();

    public virtual Task<CreateApiKeyResponse> CreateApiKeyAsync(CreateApiKeyRequest request, CancellationToken cancellationToken = default)
        => InvokeAsync<CreateApiKeyResponse>(request, Operations.CreateApiKey, cancellationToken);

    public virtual Task<GetApiKeyResponse> GetApiKeyAsync(GetApiKeyRequest request, CancellationToken cancellationToken = default)
        => InvokeAsync<GetApiKeyResponse>(request, Operations.GetApiKey, cancellationToken);

    public virtual Task<GetApiKeysResponse> GetApiKeysAsync(GetApiKeysRequest request, CancellationToken cancellationToken = default)
        => InvokeAsync<GetApiKeysResponse>(request, Operations.GetApiKeys, cancellationToken);

    public virtual Task<UpdateApiKeyResponse> UpdateApiKeyAsync(UpdateApiKeyRequest request, CancellationToken cancellationToken = default)
        => InvokeAsync<UpdateApiKeyResponse>(request, Operations.UpdateApiKey, cancellationToken);

    public virtual Task<DeleteApiKeyResponse> DeleteApiKeyAsync(DeleteApiKeyRequest request, CancellationToken cancellationToken = default)
        => InvokeAsync<DeleteApiKeyResponse>(request, Operations.DeleteApiKey, cancellationToken);

    public virtual Task<CreateUsagePlanResponse> CreateUsagePlanAsync(CreateUsagePlanRequest request, CancellationToken cancellationToken = default)
        => InvokeAsync<CreateUsagePlanResponse>(request, Operations.CreateUsagePlan, cancellationToken);

    public virtual Task<GetUsagePlanResponse> GetUsagePlanAsync(GetUsagePlanRequest request, CancellationToken cancellationToken = default)
        => InvokeAsync<GetUsagePlanResponse>(request, Operations.GetUsagePlan, cancellationToken);

    public virtual Task<GetUsagePlansResponse> GetUsagePlansAsync(GetUsagePlansRequest request, CancellationToken cancellationToken = default)
        => InvokeAsync<GetUsagePlansResponse>(request, Operations.GetUsagePlans, cancellationToken);

    public virtual Task<UpdateUsagePlanResponse> UpdateUsagePlanAsync(UpdateUsagePlanRequest request, CancellationToken cancellationToken = default)
        => InvokeAsync<UpdateUsagePlanResponse>(request, Operations.UpdateUsagePlan, cancellationToken);

    public virtual Task<DeleteUsagePlanResponse> DeleteUsagePlanAsync(DeleteUsagePlanRequest request, CancellationToken cancellationToken = default)
        => InvokeAsync<DeleteUsagePlanResponse>(request, Operations.DeleteUsagePlan, cancellationToken);

    public virtual Task<CreateUsagePlanKeyResponse> CreateUsagePlanKeyAsync(
        CreateUsagePlanKeyRequest request,
        CancellationToken cancellationToken = default)
        => InvokeAsync<CreateUsagePlanKeyResponse>(request, Operations.CreateUsagePlanKey, cancellationToken);

    public virtual Task<GetUsagePlanKeyResponse> GetUsagePlanKeyAsync(GetUsagePlanKeyRequest request, CancellationToken cancellationToken = default)
        => InvokeAsync<GetUsagePlanKeyResponse>(request, Operations.GetUsagePlanKey, cancellationToken);

    public virtual Task<GetUsagePlanKeysResponse> GetUsagePlanKeysAsync(
        GetUsagePlanKeysRequest request,
        CancellationToken cancellationToken = default)
        => InvokeAsync<GetUsagePlanKeysResponse>(request, Operations.GetUsagePlanKeys, cancellationToken);

    public virtual Task<DeleteUsagePlanKeyResponse> DeleteUsagePlanKeyAsync(
        DeleteUsagePlanKeyRequest request,
        CancellationToken cancellationToken = default)
        => InvokeAsync<DeleteUsagePlanKeyResponse>(request, Operations.DeleteUsagePlanKey, cancellationToken);

    public virtual Task<GetUsageResponse> GetUsageAsync(GetUsageRequest request, CancellationToken cancellationToken = default)
        => InvokeAsync<GetUsageResponse>(request, Operations.GetUsage, cancellationToken);

    public virtual Task<UpdateUsageResponse> UpdateUsageAsync(UpdateUsageRequest request, CancellationToken cancellationToken = default)
        => InvokeAsync<UpdateUsageResponse>(request, Operations.UpdateUsage, cancellationToken);

    public virtual Task<CreateRestApiResponse> CreateRestApiAsync(CreateRestApiRequest request, CancellationToken cancellationToken = default)
        => InvokeAsync<CreateRestApiResponse>(request, Operations.CreateRestApi, cancellationToken);

    public virtual Task<DeleteRestApiResponse> DeleteRestApiAsync(DeleteRestApiRequest request, CancellationToken cancellationToken = default)
        => InvokeAsync<DeleteRestApiResponse>(request, Operations.DeleteRestApi, cancellationToken);

    public virtual Task<CreateStageResponse> CreateStageAsync(CreateStageRequest request, CancellationToken cancellationToken = default)
        => InvokeAsync<CreateStageResponse>(request, Operations.CreateStage, cancellationToken);

    public virtual Task<GetStagesResponse> GetStagesAsync(GetStagesRequest request, CancellationToken cancellationToken = default)
        => InvokeAsync<GetStagesResponse>(request, Operations.GetStages, cancellationToken);

    public virtual Task<CreateDeploymentResponse> CreateDeploymentAsync(
        CreateDeploymentRequest request,
        CancellationToken cancellationToken = default)
        => InvokeAsync<CreateDeploymentResponse>(request, Operations.CreateDeployment, cancellationToken);

    public virtual Task<TagResourceResponse> TagResourceAsync(TagResourceRequest request, CancellationToken cancellationToken = default)
        => InvokeAsync<TagResourceResponse>(request, Operations.TagResource, cancellationToken);

    public virtual Task<UntagResourceResponse> UntagResourceAsync(UntagResourceRequest request, CancellationToken cancellationToken = default)
        => InvokeAsync<UntagResourceResponse>(request, Operations.UntagResource, cancellationToken);

    public virtual Task<GetTagsResponse> GetTagsAsync(GetTagsRequest request, CancellationToken cancellationToken = default)
        => InvokeAsync<GetTagsResponse>(request, Operations.GetTags, cancellationToken);

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        ServicePipeline.Customize(pipeline);
    }

    private sealed class Metadata : IServiceMetadata
    {
        public string ServiceId => AmazonAPIGatewayConfig.ServiceId;

        public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
    }
}
