using Microsoft.AspNetCore.Http;

namespace LocalAws.DataPlane;

/// <summary>The endpoint of the deployed APIs.</summary>
internal sealed class DataPlaneEndpoint(DataPlaneReplica replica)
{
    private static readonly byte[] Forbidden = """{"message":"Forbidden"}"""u8.ToArray();
    private static readonly byte[] TooManyRequests = """{"message":"Too Many Requests"}"""u8.ToArray();
    private static readonly byte[] LimitExceeded = """{"message":"Limit Exceeded"}"""u8.ToArray();
    private static readonly byte[] MissingAuthenticationToken = """{"message":"Missing Authentication Token"}"""u8.ToArray();
    private static readonly byte[] InternalServerError = """{"message": "Internal server error"}"""u8.ToArray();
    private static readonly byte[] EndpointRequestTimedOut = """{"message": "Endpoint request timed out"}"""u8.ToArray();

    public async Task AnswerAsync(HttpContext context) => await (await AnswerAsync(await WireRequest.ReadAsync(context))).SendAsync(context);

    public async Task<WireResponse> AnswerAsync(WireRequest request)
    {
        if (request.Path is not [var restApiId, var stageName, ..]
            || replica.ApiOf(new ApiStageId(restApiId, stageName)) is not { } api
            || api.Find(request.Method, [.. request.Path.Skip(2)]) is not var (method, pathParameters))
        {
            return Answer(403, MissingAuthenticationToken, "MissingAuthenticationTokenException");
        }

        var admission = method.ApiKeyRequired == true
            ? replica.Admit(new ApiStageId(restApiId, stageName), api.ReadsKeyHeader ? request.Header("x-api-key") : null)
            : Admission.Served;
        return admission switch
        {
            Admission.Served => await ServeAsync(method, request, pathParameters),
            Admission.Throttled => Answer(429, TooManyRequests, "TooManyRequestsException"),
            Admission.QuotaExceeded => Answer(429, LimitExceeded, "LimitExceededException"),
            _ => Answer(403, Forbidden, "ForbiddenException"),
        };
    }

    private static async Task<WireResponse> ServeAsync(ApiGateway.Method method, WireRequest request, IReadOnlyDictionary<string, string> pathParameters)
    {
        try
        {
            var answer = method.MethodIntegration is { Type: "HTTP_PROXY" } proxy
                ? await HttpProxyIntegration.AnswerAsync(proxy, request, pathParameters)
                : MockIntegration.Answer(method, request);
            return answer ?? Answer(500, InternalServerError, "InternalServerErrorException");
        }
        catch (TimeoutException)
        {
            return Answer(504, EndpointRequestTimedOut, "InternalServerErrorException");
        }
    }

    private static WireResponse Answer(int status, byte[] body, string errorType) =>
        new(status, "application/json", body) { Headers = new Dictionary<string, string>() { ["x-amzn-ErrorType"] = errorType } };
}
