using Microsoft.AspNetCore.Http;

namespace LocalAws.DataPlane;

/// <summary>What clients of the deployed APIs call.</summary>
internal sealed class DataPlaneEndpoint(DataPlaneReplica replica)
{
    private static readonly byte[] Ok = """{"ok":true}"""u8.ToArray();
    private static readonly byte[] Forbidden = """{"message":"Forbidden"}"""u8.ToArray();
    private static readonly byte[] TooManyRequests = """{"message":"Too Many Requests"}"""u8.ToArray();
    private static readonly byte[] LimitExceeded = """{"message":"Limit Exceeded"}"""u8.ToArray();
    private static readonly byte[] MissingAuthenticationToken = """{"message":"Missing Authentication Token"}"""u8.ToArray();

    public Task AnswerAsync(HttpContext context) =>
        Answer(context.Request.Path.Value ?? "", context.Request.Headers.TryGetValue("x-api-key", out var header) ? header.ToString() : null).SendAsync(context);

    public WireResponse Answer(string path, string? apiKey)
    {
        if (path.Split('/') is not ["", var restApiId, var stageName, .. var resource]
            || replica.RequiresKey(new ApiStageId(restApiId, stageName), string.Join('/', resource)) is not { } requiresKey)
        {
            return Answer(403, MissingAuthenticationToken, "MissingAuthenticationTokenException");
        }

        var admission = requiresKey ? replica.Admit(new ApiStageId(restApiId, stageName), apiKey) : Admission.Served;
        return admission switch
        {
            Admission.Served => Answer(200, Ok),
            Admission.Throttled => Answer(429, TooManyRequests, "TooManyRequestsException"),
            Admission.QuotaExceeded => Answer(429, LimitExceeded, "LimitExceededException"),
            _ => Answer(403, Forbidden, "ForbiddenException"),
        };
    }

    private static WireResponse Answer(int status, byte[] body, string? errorType = null) => new(status, "application/json", body)
    {
        Headers = errorType is null ? new Dictionary<string, string>() : new Dictionary<string, string>() { ["x-amzn-ErrorType"] = errorType },
    };
}
