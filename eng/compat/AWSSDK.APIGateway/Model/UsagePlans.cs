using System.Text.Json.Serialization;
using Amazon.Runtime;

namespace Amazon.APIGateway.Model;

/// <summary>What CreateUsagePlan is asked.</summary>
public partial class CreateUsagePlanRequest : AmazonAPIGatewayRequest
{
    public string Name { get; set; }

    public string Description { get; set; }

    public List<ApiStage> ApiStages { get; set; }

    public ThrottleSettings Throttle { get; set; }

    public QuotaSettings Quota { get; set; }

    public Dictionary<string, string> Tags { get; set; }
}

/// <summary>What CreateUsagePlan answers.</summary>
public partial class CreateUsagePlanResponse : AmazonWebServiceResponse
{
    public string Id { get; set; }

    public string Name { get; set; }

    public string Description { get; set; }

    public List<ApiStage> ApiStages { get; set; }

    public ThrottleSettings Throttle { get; set; }

    public QuotaSettings Quota { get; set; }

    public string ProductCode { get; set; }

    public Dictionary<string, string> Tags { get; set; }
}

/// <summary>What GetUsagePlan is asked.</summary>
public partial class GetUsagePlanRequest : AmazonAPIGatewayRequest
{
    public string UsagePlanId { get; set; }
}

/// <summary>What GetUsagePlan answers.</summary>
public partial class GetUsagePlanResponse : AmazonWebServiceResponse
{
    public string Id { get; set; }

    public string Name { get; set; }

    public string Description { get; set; }

    public List<ApiStage> ApiStages { get; set; }

    public ThrottleSettings Throttle { get; set; }

    public QuotaSettings Quota { get; set; }

    public string ProductCode { get; set; }

    public Dictionary<string, string> Tags { get; set; }
}

/// <summary>What GetUsagePlans is asked.</summary>
public partial class GetUsagePlansRequest : AmazonAPIGatewayRequest
{
    public string Position { get; set; }

    public string KeyId { get; set; }

    public int? Limit { get; set; }
}

/// <summary>What GetUsagePlans answers.</summary>
public partial class GetUsagePlansResponse : AmazonWebServiceResponse
{
    public string Position { get; set; }

    [JsonPropertyName("item")]
    public List<UsagePlan> Items { get; set; }
}

/// <summary>What UpdateUsagePlan is asked.</summary>
public partial class UpdateUsagePlanRequest : AmazonAPIGatewayRequest
{
    public string UsagePlanId { get; set; }

    public List<PatchOperation> PatchOperations { get; set; }
}

/// <summary>What UpdateUsagePlan answers.</summary>
public partial class UpdateUsagePlanResponse : AmazonWebServiceResponse
{
    public string Id { get; set; }

    public string Name { get; set; }

    public string Description { get; set; }

    public List<ApiStage> ApiStages { get; set; }

    public ThrottleSettings Throttle { get; set; }

    public QuotaSettings Quota { get; set; }

    public string ProductCode { get; set; }

    public Dictionary<string, string> Tags { get; set; }
}

/// <summary>What DeleteUsagePlan is asked.</summary>
public partial class DeleteUsagePlanRequest : AmazonAPIGatewayRequest
{
    public string UsagePlanId { get; set; }
}

/// <summary>What DeleteUsagePlan answers.</summary>
public partial class DeleteUsagePlanResponse : AmazonWebServiceResponse
{
}

/// <summary>What CreateUsagePlanKey is asked.</summary>
public partial class CreateUsagePlanKeyRequest : AmazonAPIGatewayRequest
{
    public string UsagePlanId { get; set; }

    public string KeyId { get; set; }

    public string KeyType { get; set; }
}

/// <summary>What CreateUsagePlanKey answers.</summary>
public partial class CreateUsagePlanKeyResponse : AmazonWebServiceResponse
{
    public string Id { get; set; }

    public string Type { get; set; }

    public string Value { get; set; }

    public string Name { get; set; }
}

/// <summary>What GetUsagePlanKey is asked.</summary>
public partial class GetUsagePlanKeyRequest : AmazonAPIGatewayRequest
{
    public string UsagePlanId { get; set; }

    public string KeyId { get; set; }
}

/// <summary>What GetUsagePlanKey answers.</summary>
public partial class GetUsagePlanKeyResponse : AmazonWebServiceResponse
{
    public string Id { get; set; }

    public string Type { get; set; }

    public string Value { get; set; }

    public string Name { get; set; }
}

/// <summary>What GetUsagePlanKeys is asked.</summary>
public partial class GetUsagePlanKeysRequest : AmazonAPIGatewayRequest
{
    public string UsagePlanId { get; set; }

    public string Position { get; set; }

    public int? Limit { get; set; }

    [JsonPropertyName("name")]
    public string NameQuery { get; set; }
}

/// <summary>What GetUsagePlanKeys answers.</summary>
public partial class GetUsagePlanKeysResponse : AmazonWebServiceResponse
{
    public string Position { get; set; }

    [JsonPropertyName("item")]
    public List<UsagePlanKey> Items { get; set; }
}

/// <summary>What DeleteUsagePlanKey is asked.</summary>
public partial class DeleteUsagePlanKeyRequest : AmazonAPIGatewayRequest
{
    public string UsagePlanId { get; set; }

    public string KeyId { get; set; }
}

/// <summary>What DeleteUsagePlanKey answers.</summary>
public partial class DeleteUsagePlanKeyResponse : AmazonWebServiceResponse
{
}

/// <summary>A usage plan.</summary>
public partial class UsagePlan
{
    public string Id { get; set; }

    public string Name { get; set; }

    public string Description { get; set; }

    public List<ApiStage> ApiStages { get; set; }

    public ThrottleSettings Throttle { get; set; }

    public QuotaSettings Quota { get; set; }

    public string ProductCode { get; set; }

    public Dictionary<string, string> Tags { get; set; }
}

/// <summary>A key of a usage plan.</summary>
public partial class UsagePlanKey
{
    public string Id { get; set; }

    public string Type { get; set; }

    public string Value { get; set; }

    public string Name { get; set; }
}

/// <summary>A stage that a usage plan covers.</summary>
public partial class ApiStage
{
    public string ApiId { get; set; }

    public string Stage { get; set; }

    public Dictionary<string, ThrottleSettings> Throttle { get; set; }
}

/// <summary>Rate limits.</summary>
public partial class ThrottleSettings
{
    public int? BurstLimit { get; set; }

    public double? RateLimit { get; set; }
}

/// <summary>How many requests a period allows.</summary>
public partial class QuotaSettings
{
    public int? Limit { get; set; }

    public int? Offset { get; set; }

    public QuotaPeriodType Period { get; set; }
}
