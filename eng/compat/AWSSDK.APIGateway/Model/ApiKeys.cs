using System.Text.Json.Serialization;
using Amazon.Runtime;

namespace Amazon.APIGateway.Model;

/// <summary>What CreateApiKey is asked.</summary>
public partial class CreateApiKeyRequest : AmazonAPIGatewayRequest
{
    public string Name { get; set; }

    public string Description { get; set; }

    public bool? Enabled { get; set; }

    public bool? GenerateDistinctId { get; set; }

    public string Value { get; set; }

    public List<StageKey> StageKeys { get; set; }

    public string CustomerId { get; set; }

    public Dictionary<string, string> Tags { get; set; }
}

/// <summary>What CreateApiKey answers.</summary>
public partial class CreateApiKeyResponse : AmazonWebServiceResponse
{
    public string Id { get; set; }

    public string Value { get; set; }

    public string Name { get; set; }

    public string CustomerId { get; set; }

    public string Description { get; set; }

    public bool? Enabled { get; set; }

    public DateTime? CreatedDate { get; set; }

    public DateTime? LastUpdatedDate { get; set; }

    public List<string> StageKeys { get; set; }

    public Dictionary<string, string> Tags { get; set; }
}

/// <summary>What GetApiKey is asked.</summary>
public partial class GetApiKeyRequest : AmazonAPIGatewayRequest
{
    public string ApiKey { get; set; }

    public bool? IncludeValue { get; set; }
}

/// <summary>What GetApiKey answers.</summary>
public partial class GetApiKeyResponse : AmazonWebServiceResponse
{
    public string Id { get; set; }

    public string Value { get; set; }

    public string Name { get; set; }

    public string CustomerId { get; set; }

    public string Description { get; set; }

    public bool? Enabled { get; set; }

    public DateTime? CreatedDate { get; set; }

    public DateTime? LastUpdatedDate { get; set; }

    public List<string> StageKeys { get; set; }

    public Dictionary<string, string> Tags { get; set; }
}

/// <summary>What GetApiKeys is asked.</summary>
public partial class GetApiKeysRequest : AmazonAPIGatewayRequest
{
    public string Position { get; set; }

    public int? Limit { get; set; }

    [JsonPropertyName("name")]
    public string NameQuery { get; set; }

    public string CustomerId { get; set; }

    public bool? IncludeValues { get; set; }
}

/// <summary>What GetApiKeys answers.</summary>
public partial class GetApiKeysResponse : AmazonWebServiceResponse
{
    public List<string> Warnings { get; set; }

    public string Position { get; set; }

    [JsonPropertyName("item")]
    public List<ApiKey> Items { get; set; }
}

/// <summary>What UpdateApiKey is asked.</summary>
public partial class UpdateApiKeyRequest : AmazonAPIGatewayRequest
{
    public string ApiKey { get; set; }

    public List<PatchOperation> PatchOperations { get; set; }
}

/// <summary>What UpdateApiKey answers.</summary>
public partial class UpdateApiKeyResponse : AmazonWebServiceResponse
{
    public string Id { get; set; }

    public string Value { get; set; }

    public string Name { get; set; }

    public string CustomerId { get; set; }

    public string Description { get; set; }

    public bool? Enabled { get; set; }

    public DateTime? CreatedDate { get; set; }

    public DateTime? LastUpdatedDate { get; set; }

    public List<string> StageKeys { get; set; }

    public Dictionary<string, string> Tags { get; set; }
}

/// <summary>What DeleteApiKey is asked.</summary>
public partial class DeleteApiKeyRequest : AmazonAPIGatewayRequest
{
    public string ApiKey { get; set; }
}

/// <summary>What DeleteApiKey answers.</summary>
public partial class DeleteApiKeyResponse : AmazonWebServiceResponse
{
}

/// <summary>An API key.</summary>
public partial class ApiKey
{
    public string Id { get; set; }

    public string Value { get; set; }

    public string Name { get; set; }

    public string CustomerId { get; set; }

    public string Description { get; set; }

    public bool? Enabled { get; set; }

    public DateTime? CreatedDate { get; set; }

    public DateTime? LastUpdatedDate { get; set; }

    public List<string> StageKeys { get; set; }

    public Dictionary<string, string> Tags { get; set; }
}

/// <summary>A stage that an API key is bound to.</summary>
public partial class StageKey
{
    public string RestApiId { get; set; }

    public string StageName { get; set; }
}

/// <summary>One change of a PATCH request.</summary>
public partial class PatchOperation
{
    public Op Op { get; set; }

    public string Path { get; set; }

    public string Value { get; set; }

    public string From { get; set; }
}
