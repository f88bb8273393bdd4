using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LocalAws.ApiGateway;

/// <summary>API Gateway over HTTP (rest-json).</summary>
internal sealed class ApiGatewayProtocol(ApiGatewayService apiGateway) : IWireProtocol
{
    private const string ContentType = "application/json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new EpochSeconds(decimals: 0) },
    };

    public string Service => "apigateway";

    public AwsException MissingAuthentication => new(403, "MissingAuthenticationTokenException", "Missing Authentication Token");

    public AwsException Throttled(TimeSpan retryAfter) => ApiGatewayErrors.TooManyRequests(retryAfter);

    public WireOperation Find(WireRequest request)
    {
        var path = "/" + string.Join('/', request.Path);
        var operation = request.Path switch
        {
            ["apikeys", ..] => FindForApiKeys(request, path),
            ["usageplans", _, "keys", ..] => FindForUsagePlanKeys(request, path),
            ["usageplans", ..] => FindForUsagePlans(request, path),
            ["restapis", var api, "resources", ..] => FindForResources(request, path, api),
            ["restapis", ..] => FindForRestApis(request, path),
            ["tags", ..] => FindForTags(request),
            _ => null,
        };
        var mode = request.Query("mode") is { } value ? $"?mode={value}" : "";
        return operation ?? Operation("Unknown", path, 501, () => throw AwsException.NotHere(Service, $"{request.Method} {request.RawPath}{mode}"));
    }

    public WireResponse Error(AwsException error) =>
        WireResponse.Json(error.Status, ContentType, new { error.Message }, Json) with
        {
            Headers = error.RetryAfterSeconds is { } seconds
                ? new Dictionary<string, string>()
                {
                    ["x-amzn-ErrorType"] = error.Code,
                    ["Retry-After"] = seconds.ToString(
                    CultureInfo.InvariantCulture)
                }
                : new Dictionary<string, string>() { ["x-amzn-ErrorType"] = error.Code },
        };

    // The form of a member's name is recorded on AWS for CreateRestApi.
    private static T Read<T>(WireRequest request) => RequestBody.Read<T>(
        request.Body,
        Json,
        member => $"{JsonNamingPolicy.CamelCase.ConvertName(typeof(T).Name.Replace("Request", "Input", StringComparison.Ordinal))}.{member}",
        new AwsException(400, "SerializationException", "The request body cannot be read."));

    // The other parameters of an import change its result.
    private static string Document(WireRequest request) =>
        request.QueryNames.Except(["mode", "failonwarnings"]).FirstOrDefault() is { } parameter
            ? throw ApiGatewayErrors.NotHere($"The import parameter {parameter}")
            : Encoding.UTF8.GetString(request.Body.Span);

    private static WireResponse Answer(int status, object? body) => WireResponse.Json(status, ContentType, body, Json);

    private WireOperation Operation(string name, string path, int status, Func<Task<object?>> run) =>
        new(name, apiGateway.Arn(path), async () =>
        {
            apiGateway.CountCall(name);
            return Answer(status, await run());
        });

    private WireOperation Operation(string name, string path, int status, Func<object?> run) =>
        Operation(name, path, status, () => Task.FromResult(run()));

    private WireOperation Operation(string name, string path, int status, Action run) => Operation(name, path, status, () =>
    {
        run();
        return Task.FromResult<object?>(null);
    });

    private WireOperation? FindForApiKeys(WireRequest request, string path) => (request.Method, request.Path) switch
    {
        // With a mode it is ImportApiKeys.
        ("POST", ["apikeys"]) when request.Query("mode") is null =>
            Operation("CreateApiKey", path, 201, () => apiGateway.CreateApiKey(Read<CreateApiKeyRequest>(request))),
        ("GET", ["apikeys"]) => Operation("GetApiKeys", path, 200, () => apiGateway.GetApiKeys(new GetApiKeysRequest
        {
            Position = request.Query("position"),
            Limit = request.QueryNumber("limit"),
            NameQuery = request.Query("name"),
            CustomerId = request.Query("customerId"),
            IncludeValues = request.QueryFlag("includeValues"),
        })),
        ("GET", ["apikeys", var key]) => Operation("GetApiKey", path, 200, () => apiGateway.GetApiKey(key, request.QueryFlag("includeValue"))),
        ("PATCH", ["apikeys", var key]) => Operation("UpdateApiKey", path, 200, () => apiGateway.UpdateApiKey(
            new UpdateApiKeyRequest { ApiKey = key, PatchOperations = Read<Patch>(request).PatchOperations })),
        ("DELETE", ["apikeys", var key]) => Operation("DeleteApiKey", path, 202, () => apiGateway.DeleteApiKey(key)),
        _ => null,
    };

    private WireOperation? FindForUsagePlans(WireRequest request, string path) => (request.Method, request.Path) switch
    {
        ("POST", ["usageplans"]) => Operation("CreateUsagePlan", path, 201, () => apiGateway.CreateUsagePlan(Read<CreateUsagePlanRequest>(request))),
        ("GET", ["usageplans"]) => Operation("GetUsagePlans", path, 200, () => apiGateway.GetUsagePlans(new GetUsagePlansRequest
        {
            Position = request.Query("position"),
            Limit = request.QueryNumber("limit"),
            KeyId = request.Query("keyId"),
        })),
        ("GET", ["usageplans", var plan]) => Operation("GetUsagePlan", path, 200, () => apiGateway.GetUsagePlan(plan)),
        ("GET", ["usageplans", var plan, "usage"]) => Operation("GetUsage", path, 200, () => apiGateway.GetUsage(new GetUsageRequest
        {
            UsagePlanId = plan,
            KeyId = request.Query("keyId"),
            StartDate = request.Query("startDate") ?? "",
            EndDate = request.Query("endDate") ?? "",
            Position = request.Query("position"),
            Limit = request.QueryNumber("limit"),
        })),
        ("PATCH", ["usageplans", var plan]) => Operation("UpdateUsagePlan", path, 200, () => apiGateway.UpdateUsagePlan(
            new UpdateUsagePlanRequest { UsagePlanId = plan, PatchOperations = Read<Patch>(request).PatchOperations })),
        ("DELETE", ["usageplans", var plan]) => Operation("DeleteUsagePlan", path, 202, () => apiGateway.DeleteUsagePlan(plan)),
        _ => null,
    };

    private WireOperation? FindForUsagePlanKeys(WireRequest request, string path) => (request.Method, request.Path) switch
    {
        ("PATCH", ["usageplans", var plan, "keys", var key, "usage"]) => Operation("UpdateUsage", path, 200, () => apiGateway.UpdateUsage(
            new UpdateUsageRequest { UsagePlanId = plan, KeyId = key, PatchOperations = Read<Patch>(request).PatchOperations })),
        ("POST", ["usageplans", var plan, "keys"]) => Operation("CreateUsagePlanKey", path, 201, async () =>
            await apiGateway.CreateUsagePlanKeyAsync(Read<CreateUsagePlanKeyRequest>(request) with { UsagePlanId = plan }, request.Aborted)),
        ("GET", ["usageplans", var plan, "keys"]) =>
            Operation("GetUsagePlanKeys", path, 200, () => apiGateway.GetUsagePlanKeys(new GetUsagePlanKeysRequest
            {
                UsagePlanId = plan,
                Position = request.Query("position"),
                Limit = request.QueryNumber("limit"),
                NameQuery = request.Query("name"),
            })),
        ("GET", ["usageplans", var plan, "keys", var key]) => Operation("GetUsagePlanKey", path, 200, () => apiGateway.GetUsagePlanKey(plan, key)),
        ("DELETE", ["usageplans", var plan, "keys", var key]) =>
            Operation("DeleteUsagePlanKey", path, 202, () => apiGateway.DeleteUsagePlanKey(plan, key)),
        _ => null,
    };

    private WireOperation? FindForRestApis(WireRequest request, string path) => (request.Method, request.Path) switch
    {
        ("POST", ["restapis"]) when request.Query("mode") is "import" => Operation("ImportRestApi", path, 201, () => apiGateway.ImportRestApi(
            new ImportRestApiRequest { Body = Document(request) })),
        ("PUT", ["restapis", var api]) => Operation("PutRestApi", path, 200, () => apiGateway.PutRestApi(
            new PutRestApiRequest { RestApiId = api, Body = Document(request), Mode = request.Query("mode") })),
        ("POST", ["restapis"]) when request.Query("mode") is null =>
            Operation("CreateRestApi", path, 201, () => apiGateway.CreateRestApi(Read<CreateRestApiRequest>(request))),
        ("GET", ["restapis"]) => Operation("GetRestApis", path, 200, () => apiGateway.GetRestApis(new GetRestApisRequest
        {
            Position = request.Query("position"),
            Limit = request.QueryNumber("limit"),
        })),
        ("GET", ["restapis", var api]) => Operation("GetRestApi", path, 200, () => apiGateway.GetRestApi(api)),
        ("PATCH", ["restapis", var api]) => Operation("UpdateRestApi", path, 200, () => apiGateway.UpdateRestApi(
            new UpdateRestApiRequest { RestApiId = api, PatchOperations = Read<Patch>(request).PatchOperations })),
        ("DELETE", ["restapis", var api]) => Operation("DeleteRestApi", path, 202, () => apiGateway.DeleteRestApi(api)),
        ("GET", ["restapis", var api, "stages"]) => Operation("GetStages", path, 200, () => apiGateway.GetStages(api, request.Query("deploymentId"))),
        ("GET", ["restapis", var api, "stages", var stage]) => Operation("GetStage", path, 200, () => apiGateway.GetStage(api, stage)),
        ("DELETE", ["restapis", var api, "stages", var stage]) => Operation("DeleteStage", path, 202, () => apiGateway.DeleteStage(api, stage)),
        ("POST", ["restapis", var api, "deployments"]) => Operation("CreateDeployment", path, 201, () => apiGateway.CreateDeployment(
            Read<CreateDeploymentRequest>(request) with { RestApiId = api })),
        ("GET", ["restapis", var api, "deployments"]) =>
            Operation("GetDeployments", path, 200, () => apiGateway.GetDeployments(new GetDeploymentsRequest
            {
                RestApiId = api,
                Position = request.Query("position"),
                Limit = request.QueryNumber("limit"),
            })),
        ("GET", ["restapis", var api, "deployments", var deployment]) =>
            Operation("GetDeployment", path, 200, () => apiGateway.GetDeployment(api, deployment)),
        ("DELETE", ["restapis", var api, "deployments", var deployment]) =>
            Operation("DeleteDeployment", path, 202, () => apiGateway.DeleteDeployment(api, deployment)),
        ("PATCH", ["restapis", var api, "stages", var stage]) => Operation("UpdateStage", path, 200, () => apiGateway.UpdateStage(
            new UpdateStageRequest { RestApiId = api, StageName = stage, PatchOperations = Read<Patch>(request).PatchOperations })),
        ("POST", ["restapis", var api, "stages"]) => Operation("CreateStage", path, 201, () => apiGateway.CreateStage(
            Read<CreateStageRequest>(request) with { RestApiId = api })),
        _ => null,
    };

    private WireOperation? FindForResources(WireRequest request, string path, string api) => (request.Method, request.Path.Skip(3).ToArray()) switch
    {
        ("GET", []) => Operation("GetResources", path, 200, () => apiGateway.GetResources(new GetResourcesRequest
        {
            RestApiId = api,
            Position = request.Query("position"),
            Limit = request.QueryNumber("limit"),
            Embed = request.QueryList("embed"),
        })),
        ("GET", [var id]) => Operation("GetResource", path, 200, () => apiGateway.GetResource(api, id, request.QueryList("embed"))),
        ("POST", [var id]) => Operation("CreateResource", path, 201, () => apiGateway.CreateResource(
            Read<CreateResourceRequest>(request) with { RestApiId = api, ParentId = id })),
        ("PUT", [var id, "methods", var method]) => Operation("PutMethod", path, 201, () => apiGateway.PutMethod(
            Read<PutMethodRequest>(request) with { RestApiId = api, ResourceId = id, HttpMethod = method })),
        ("GET", [var id, "methods", var method]) => Operation("GetMethod", path, 200, () => apiGateway.GetMethod(
            new GetMethodRequest { RestApiId = api, ResourceId = id, HttpMethod = method })),
        ("PUT", [var id, "methods", var method, "responses", var status]) =>
            Operation("PutMethodResponse", path, 201, () => apiGateway.PutMethodResponse(
            Read<PutMethodResponseRequest>(request) with { RestApiId = api, ResourceId = id, HttpMethod = method, StatusCode = status })),
        ("PUT", [var id, "methods", var method, "integration"]) => Operation("PutIntegration", path, 201, () => apiGateway.PutIntegration(
            Read<PutIntegrationRequest>(request) with { RestApiId = api, ResourceId = id, HttpMethod = method })),
        ("PUT", [var id, "methods", var method, "integration", "responses", var status]) =>
            Operation("PutIntegrationResponse", path, 201, () => apiGateway.PutIntegrationResponse(
                Read<PutIntegrationResponseRequest>(request) with { RestApiId = api, ResourceId = id, HttpMethod = method, StatusCode = status })),
        _ => null,
    };

    private WireOperation? FindForTags(WireRequest request)
    {
        // The ARN is one escaped segment. A client that does not escape its slash sends two segments.
        var arn = string.Join('/', request.Path.Skip(1));
        var path = $"/tags/{Uri.EscapeDataString(arn)}";
        return request.Method switch
        {
            // AWS API reference: limit and position are not supported yet. All tags are in one response.
            "GET" => Operation("GetTags", path, 200, () => apiGateway.GetTags(arn)),
            "PUT" => Operation("TagResource", path, 204, () => apiGateway.TagResource(
                new TagResourceRequest { ResourceArn = arn, Tags = TagDictionary.CopyOf(Read<TagResourceInput>(request).Tags) })),
            "DELETE" => Operation("UntagResource", path, 204, () => apiGateway.UntagResource(
                new UntagResourceRequest { ResourceArn = arn, TagKeys = request.QueryList("tagKeys") })),
            _ => null,
        };
    }

    private sealed record Patch(IReadOnlyList<PatchOperation>? PatchOperations);

    private sealed record TagResourceInput([property: JsonRequired] Dictionary<string, string>? Tags);
}
