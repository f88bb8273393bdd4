using System.Text.Json;
using Amazon.APIGateway.Model;
using AwsWire;

namespace Amazon.APIGateway;

/// <summary>The operations: names, URIs and declared errors as in the service's published model.</summary>
internal static class Operations
{
    private static readonly ServiceProtocol Protocol = new(JsonNamingPolicy.CamelCase)
    {
        ServiceName = "Amazon.APIGateway",
        ApiVersion = "2015-07-09",
        ContentType = "application/json",
        ServiceException = typeof(AmazonAPIGatewayException),
    };

    public static readonly Operation<CreateApiKeyResponse> CreateApiKey = new(
        Protocol,
        nameof(CreateApiKey),
        "POST /apikeys",
        typeof(BadRequestException), typeof(ConflictException), typeof(LimitExceededException), typeof(NotFoundException),
        typeof(UnauthorizedException), typeof(TooManyRequestsException));

    public static readonly Operation<GetApiKeyResponse> GetApiKey = new(
        Protocol,
        nameof(GetApiKey),
        "GET /apikeys/{api_Key}",
        typeof(BadRequestException), typeof(NotFoundException), typeof(UnauthorizedException), typeof(TooManyRequestsException));

    public static readonly Operation<GetApiKeysResponse> GetApiKeys = new(
        Protocol,
        nameof(GetApiKeys),
        "GET /apikeys",
        typeof(BadRequestException), typeof(NotFoundException), typeof(UnauthorizedException), typeof(TooManyRequestsException));

    public static readonly Operation<UpdateApiKeyResponse> UpdateApiKey = new(
        Protocol,
        nameof(UpdateApiKey),
        "PATCH /apikeys/{api_Key}",
        typeof(BadRequestException), typeof(ConflictException), typeof(LimitExceededException), typeof(NotFoundException),
        typeof(UnauthorizedException), typeof(TooManyRequestsException));

    public static readonly Operation<DeleteApiKeyResponse> DeleteApiKey = new(
        Protocol,
        nameof(DeleteApiKey),
        "DELETE /apikeys/{api_Key}",
        typeof(BadRequestException), typeof(ConflictException), typeof(NotFoundException), typeof(UnauthorizedException),
        typeof(TooManyRequestsException));

    public static readonly Operation<CreateUsagePlanResponse> CreateUsagePlan = new(
        Protocol,
        nameof(CreateUsagePlan),
        "POST /usageplans",
        typeof(BadRequestException), typeof(ConflictException), typeof(LimitExceededException), typeof(NotFoundException),
        typeof(UnauthorizedException), typeof(TooManyRequestsException));

    public static readonly Operation<GetUsagePlanResponse> GetUsagePlan = new(
        Protocol,
        nameof(GetUsagePlan),
        "GET /usageplans/{usageplanId}",
        typeof(BadRequestException), typeof(NotFoundException), typeof(UnauthorizedException), typeof(TooManyRequestsException));

    public static readonly Operation<GetUsagePlansResponse> GetUsagePlans = new(
        Protocol,
        nameof(GetUsagePlans),
        "GET /usageplans",
        typeof(BadRequestException), typeof(NotFoundException), typeof(UnauthorizedException), typeof(TooManyRequestsException));

    public static readonly Operation<UpdateUsagePlanResponse> UpdateUsagePlan = new(
        Protocol,
        nameof(UpdateUsagePlan),
        "PATCH /usageplans/{usageplanId}",
        typeof(BadRequestException), typeof(ConflictException), typeof(LimitExceededException), typeof(NotFoundException),
        typeof(UnauthorizedException), typeof(TooManyRequestsException));

    public static readonly Operation<DeleteUsagePlanResponse> DeleteUsagePlan = new(
        Protocol,
        nameof(DeleteUsagePlan),
        "DELETE /usageplans/{usageplanId}",
        typeof(BadRequestException), typeof(ConflictException), typeof(NotFoundException), typeof(UnauthorizedException),
        typeof(TooManyRequestsException));

    public static readonly Operation<CreateUsagePlanKeyResponse> CreateUsagePlanKey = new(
        Protocol,
        nameof(CreateUsagePlanKey),
        "POST /usageplans/{usageplanId}/keys",
        typeof(BadRequestException), typeof(ConflictException), typeof(LimitExceededException), typeof(NotFoundException),
        typeof(UnauthorizedException), typeof(TooManyRequestsException));

    public static readonly Operation<GetUsagePlanKeyResponse> GetUsagePlanKey = new(
        Protocol,
        nameof(GetUsagePlanKey),
        "GET /usageplans/{usageplanId}/keys/{keyId}",
        typeof(BadRequestException), typeof(NotFoundException), typeof(UnauthorizedException), typeof(TooManyRequestsException));

    public static readonly Operation<GetUsagePlanKeysResponse> GetUsagePlanKeys = new(
        Protocol,
        nameof(GetUsagePlanKeys),
        "GET /usageplans/{usageplanId}/keys",
        typeof(BadRequestException), typeof(NotFoundException), typeof(UnauthorizedException), typeof(TooManyRequestsException));

    public static readonly Operation<DeleteUsagePlanKeyResponse> DeleteUsagePlanKey = new(
        Protocol,
        nameof(DeleteUsagePlanKey),
        "DELETE /usageplans/{usageplanId}/keys/{keyId}",
        typeof(BadRequestException), typeof(ConflictException), typeof(NotFoundException), typeof(UnauthorizedException),
        typeof(TooManyRequestsException));

    public static readonly Operation<GetUsageResponse> GetUsage = new(
        Protocol,
        nameof(GetUsage),
        "GET /usageplans/{usageplanId}/usage",
        typeof(BadRequestException), typeof(UnauthorizedException), typeof(NotFoundException), typeof(TooManyRequestsException));

    public static readonly Operation<UpdateUsageResponse> UpdateUsage = new(
        Protocol,
        nameof(UpdateUsage),
        "PATCH /usageplans/{usageplanId}/keys/{keyId}/usage",
        typeof(BadRequestException), typeof(ConflictException), typeof(LimitExceededException), typeof(NotFoundException),
        typeof(UnauthorizedException), typeof(TooManyRequestsException));

    public static readonly Operation<CreateRestApiResponse> CreateRestApi = new(
        Protocol,
        nameof(CreateRestApi),
        "POST /restapis",
        typeof(BadRequestException), typeof(ConflictException), typeof(LimitExceededException), typeof(UnauthorizedException),
        typeof(TooManyRequestsException));

    public static readonly Operation<DeleteRestApiResponse> DeleteRestApi = new(
        Protocol,
        nameof(DeleteRestApi),
        "DELETE /restapis/{restapi_id}",
        typeof(BadRequestException), typeof(ConflictException), typeof(NotFoundException), typeof(UnauthorizedException),
        typeof(TooManyRequestsException));

    public static readonly Operation<CreateStageResponse> CreateStage = new(
        Protocol,
        nameof(CreateStage),
        "POST /restapis/{restapi_id}/stages",
        typeof(UnauthorizedException), typeof(BadRequestException), typeof(NotFoundException), typeof(ConflictException),
        typeof(LimitExceededException), typeof(TooManyRequestsException));

    public static readonly Operation<GetStagesResponse> GetStages = new(
        Protocol,
        nameof(GetStages),
        "GET /restapis/{restapi_id}/stages",
        typeof(BadRequestException), typeof(ConflictException), typeof(LimitExceededException), typeof(NotFoundException),
        typeof(UnauthorizedException), typeof(TooManyRequestsException));

    public static readonly Operation<CreateDeploymentResponse> CreateDeployment = new(
        Protocol,
        nameof(CreateDeployment),
        "POST /restapis/{restapi_id}/deployments",
        typeof(BadRequestException), typeof(ConflictException), typeof(LimitExceededException), typeof(NotFoundException),
        typeof(UnauthorizedException), typeof(TooManyRequestsException), typeof(ServiceUnavailableException));

    public static readonly Operation<TagResourceResponse> TagResource = new(
        Protocol,
        nameof(TagResource),
        "PUT /tags/{resource_arn}",
        typeof(BadRequestException), typeof(ConflictException), typeof(LimitExceededException), typeof(NotFoundException),
        typeof(UnauthorizedException), typeof(TooManyRequestsException));

    public static readonly Operation<UntagResourceResponse> UntagResource = new(
        Protocol,
        nameof(UntagResource),
        "DELETE /tags/{resource_arn}",
        typeof(BadRequestException), typeof(ConflictException), typeof(LimitExceededException), typeof(NotFoundException),
        typeof(UnauthorizedException), typeof(TooManyRequestsException));

    public static readonly Operation<GetTagsResponse> GetTags = new(
        Protocol,
        nameof(GetTags),
        "GET /tags/{resource_arn}",
        typeof(BadRequestException), typeof(NotFoundException), typeof(UnauthorizedException), typeof(TooManyRequestsException));
}
