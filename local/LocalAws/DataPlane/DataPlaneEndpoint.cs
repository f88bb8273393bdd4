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

    public Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path.Value?.Split('/') is not ["", var restApiId, var stageName, .. var resource]
            || replica.RequiresKey(new ApiStageId(restApiId, stageName), string.Join('/', resource)) is not { } requiresKey)
        {
            return SendAsync(context, 403, MissingAuthenticationToken, "MissingAuthenticationTokenException");
        }

        var apiKey = context.Request.Headers.TryGetValue("x-api-key", out var header) ? header.ToString() : null;
        var admission = requiresKey ? replica.Admit(new ApiStageId(restApiId, stageName), apiKey) : Admission.Served;
        return admission switch
        {
            Admission.Served => SendAsync(context, 200, Ok),
            Admission.Throttled => SendAsync(context, 429, TooManyRequests, "TooManyRequestsException"),
            Admission.QuotaExceeded => SendAsync(context, 429, LimitExceeded, "LimitExceededException"),
            _ => SendAsync(context, 403, Forbidden, "ForbiddenException"),
        };
    }

    private static async Task SendAsync(HttpContext context, int status, byte[] body, string? errorType = null)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        context.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        if (errorType is not null)
        {
            context.Response.Headers["x-amzn-ErrorType"] = errorType;
        }

        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
