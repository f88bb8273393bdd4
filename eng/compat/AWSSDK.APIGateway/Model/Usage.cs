using System.Text.Json.Serialization;
using Amazon.Runtime;

namespace Amazon.APIGateway.Model;

/// <summary>What GetUsage is asked.</summary>
public partial class GetUsageRequest : AmazonAPIGatewayRequest
{
    public string UsagePlanId { get; set; }

    public string KeyId { get; set; }

    public string StartDate { get; set; }

    public string EndDate { get; set; }

    public string Position { get; set; }

    public int? Limit { get; set; }
}

/// <summary>What GetUsage answers.</summary>
public partial class GetUsageResponse : AmazonWebServiceResponse
{
    public string UsagePlanId { get; set; }

    public string StartDate { get; set; }

    public string EndDate { get; set; }

    public string Position { get; set; }

    [JsonPropertyName("values")]
    public Dictionary<string, List<List<long?>>> Items { get; set; }
}

/// <summary>What UpdateUsage is asked.</summary>
public partial class UpdateUsageRequest : AmazonAPIGatewayRequest
{
    public string UsagePlanId { get; set; }

    public string KeyId { get; set; }

    public List<PatchOperation> PatchOperations { get; set; }
}

/// <summary>What UpdateUsage answers.</summary>
public partial class UpdateUsageResponse : AmazonWebServiceResponse
{
    public string UsagePlanId { get; set; }

    public string StartDate { get; set; }

    public string EndDate { get; set; }

    public string Position { get; set; }

    [JsonPropertyName("values")]
    public Dictionary<string, List<List<long?>>> Items { get; set; }
}
