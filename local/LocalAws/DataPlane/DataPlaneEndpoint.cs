using Microsoft.AspNetCore.Http;

namespace LocalAws.DataPlane;

/// <summary>The endpoint of the deployed APIs of all Regions.</summary>
internal sealed class DataPlaneEndpoint(EmbeddedAws aws)
{
    private static readonly byte[] Forbidden = """{"message":"Forbidden"}"""u8.ToArray();
    private static readonly byte[] TooManyRequests = """{"message":"Too Many Requests"}"""u8.ToArray();
    private static readonly byte[] LimitExceeded = """{"message":"Limit Exceeded"}"""u8.ToArray();
    private static readonly byte[] MissingAuthenticationToken = """{"message":"Missing Authentication Token"}"""u8.ToArray();
    private static readonly byte[] InternalServerError = """{"message": "Internal server error"}"""u8.ToArray();
    private static readonly byte[] EndpointRequestTimedOut = """{"message": "Endpoint request timed out"}"""u8.ToArray();

    public async Task AnswerAsync(HttpContext context)
    {
        var (answer, timesOut) = await AnswerAsync(await WireRequest.ReadAsync(context));
        await WireResponse.SendAsync(answer, timesOut, context);
    }

    /// <summary>Handles a request. If there is no response, the connection ends: at once, or when the caller gives up.</summary>
    public async Task<(WireResponse? Answer, bool TimesOut)> AnswerAsync(WireRequest request)
    {
        // Stages are served at once, so this also finds the Region of a new API.
        var stage = request.Path is [var restApiId, var stageName, ..] ? new ApiStageId(restApiId, stageName) : default;
        var region = aws.Regions().FirstOrDefault(region => region.DataPlane.ApiOf(stage) is not null);
        if (region?.Outage is not { } outage)
        {
            return (await AnswerAsync(region?.DataPlane, stage, request), false);
        }

        await Task.Delay(outage.Delay, aws.TimeProvider, request.Aborted);
        var answer = outage.TakesEffect ? await AnswerAsync(region.DataPlane, stage, request) : null;
        if (outage.Refusal is { } refusal)
        {
            var protocol = region.Protocols.OfType<ApiGateway.ApiGatewayProtocol>().Single();
            answer = protocol.Error(refusal(protocol));
        }

        return (outage.Answers || outage.Refusal is not null ? answer : null, outage.TimesOut);
    }

    private static async Task<WireResponse> AnswerAsync(DataPlaneReplica? replica, ApiStageId stage, WireRequest request)
    {
        if (replica?.ApiOf(stage) is not { } api || api.Find(request.Method, [.. request.Path.Skip(2)]) is not var (method, pathParameters))
        {
            return Answer(403, MissingAuthenticationToken, "MissingAuthenticationTokenException");
        }

        var admission = method.ApiKeyRequired == true
            ? replica.Admit(stage, api.ReadsKeyHeader ? request.Header("x-api-key") : null)
            : Admission.Served;
        return admission switch
        {
            Admission.Served => await ServeAsync(method, request, pathParameters),
            Admission.Throttled => Answer(429, TooManyRequests, "TooManyRequestsException"),
            Admission.QuotaExceeded => Answer(429, LimitExceeded, "LimitExceededException"),
            _ => Answer(403, Forbidden, "ForbiddenException"),
        };
    }

    private static async Task<WireResponse> ServeAsync(
        ApiGateway.Method method, WireRequest request, IReadOnlyDictionary<string, string> pathParameters)
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
