using Amazon.Runtime;

namespace Amazon.APIGateway.Model;

/// <summary>What CreateRestApi is asked.</summary>
public partial class CreateRestApiRequest : AmazonAPIGatewayRequest
{
    public string Name { get; set; }

    public string Description { get; set; }

    public string Version { get; set; }

    public string CloneFrom { get; set; }

    public List<string> BinaryMediaTypes { get; set; }

    public int? MinimumCompressionSize { get; set; }

    public ApiKeySourceType ApiKeySource { get; set; }

    public EndpointConfiguration EndpointConfiguration { get; set; }

    public string Policy { get; set; }

    public Dictionary<string, string> Tags { get; set; }

    public bool? DisableExecuteApiEndpoint { get; set; }
}

/// <summary>What CreateRestApi answers.</summary>
public partial class CreateRestApiResponse : AmazonWebServiceResponse
{
    public string Id { get; set; }

    public string Name { get; set; }

    public string Description { get; set; }

    public DateTime? CreatedDate { get; set; }

    public string Version { get; set; }

    public List<string> Warnings { get; set; }

    public List<string> BinaryMediaTypes { get; set; }

    public int? MinimumCompressionSize { get; set; }

    public ApiKeySourceType ApiKeySource { get; set; }

    public EndpointConfiguration EndpointConfiguration { get; set; }

    public string Policy { get; set; }

    public Dictionary<string, string> Tags { get; set; }

    public bool? DisableExecuteApiEndpoint { get; set; }

    public string RootResourceId { get; set; }
}

/// <summary>What DeleteRestApi is asked.</summary>
public partial class DeleteRestApiRequest : AmazonAPIGatewayRequest
{
    public string RestApiId { get; set; }
}

/// <summary>What DeleteRestApi answers.</summary>
public partial class DeleteRestApiResponse : AmazonWebServiceResponse
{
}

/// <summary>What CreateStage is asked.</summary>
public partial class CreateStageRequest : AmazonAPIGatewayRequest
{
    public string RestApiId { get; set; }

    public string StageName { get; set; }

    public string DeploymentId { get; set; }

    public string Description { get; set; }

    public Dictionary<string, string> Variables { get; set; }

    public string DocumentationVersion { get; set; }

    public bool? TracingEnabled { get; set; }

    public Dictionary<string, string> Tags { get; set; }
}

/// <summary>What CreateStage answers.</summary>
public partial class CreateStageResponse : AmazonWebServiceResponse
{
    public string DeploymentId { get; set; }

    public string ClientCertificateId { get; set; }

    public string StageName { get; set; }

    public string Description { get; set; }

    public Dictionary<string, string> Variables { get; set; }

    public string DocumentationVersion { get; set; }

    public bool? TracingEnabled { get; set; }

    public string WebAclArn { get; set; }

    public Dictionary<string, string> Tags { get; set; }

    public DateTime? CreatedDate { get; set; }

    public DateTime? LastUpdatedDate { get; set; }
}

/// <summary>What GetStages is asked.</summary>
public partial class GetStagesRequest : AmazonAPIGatewayRequest
{
    public string RestApiId { get; set; }

    public string DeploymentId { get; set; }
}

/// <summary>What GetStages answers.</summary>
public partial class GetStagesResponse : AmazonWebServiceResponse
{
    public List<Stage> Item { get; set; }
}

/// <summary>What CreateDeployment is asked.</summary>
public partial class CreateDeploymentRequest : AmazonAPIGatewayRequest
{
    public string RestApiId { get; set; }

    public string StageName { get; set; }

    public string StageDescription { get; set; }

    public string Description { get; set; }

    public Dictionary<string, string> Variables { get; set; }

    public bool? TracingEnabled { get; set; }
}

/// <summary>What CreateDeployment answers.</summary>
public partial class CreateDeploymentResponse : AmazonWebServiceResponse
{
    public string Id { get; set; }

    public string Description { get; set; }

    public DateTime? CreatedDate { get; set; }
}

/// <summary>A stage of a REST API.</summary>
public partial class Stage
{
    public string DeploymentId { get; set; }

    public string ClientCertificateId { get; set; }

    public string StageName { get; set; }

    public string Description { get; set; }

    public Dictionary<string, string> Variables { get; set; }

    public string DocumentationVersion { get; set; }

    public bool? TracingEnabled { get; set; }

    public string WebAclArn { get; set; }

    public Dictionary<string, string> Tags { get; set; }

    public DateTime? CreatedDate { get; set; }

    public DateTime? LastUpdatedDate { get; set; }
}

/// <summary>The endpoint types of a REST API.</summary>
public partial class EndpointConfiguration
{
    public List<string> Types { get; set; }

    public List<string> VpcEndpointIds { get; set; }
}
