using Microsoft.AspNetCore.Http;

namespace LocalAws.DataPlane;

/// <summary>What clients of the deployed APIs call: every method of every resource requires an API key.</summary>
internal sealed class DataPlaneEndpoint(DataPlaneReplica replica)
{
    private static readonly byte[] s_ok = """{"ok":true}"""u8.ToArray();
    private static readonly byte[] s_forbidden = """{"message":"Forbidden"}"""u8.ToArray();
    private static readonly byte[] s_missingAuthenticationToken = """{"message":"Missing Authentication Token"}"""u8.ToArray();

    public Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path.Value?.Split('/') is not ["", var restApiId, var stageName, ..] || !replica.Serves(new ApiStageId(restApiId, stageName)))
            return SendAsync(context, 403, s_missingAuthenticationToken, "MissingAuthenticationTokenException");

        var apiKey = context.Request.Headers.TryGetValue("x-api-key", out var header) ? header.ToString() : null;
        return replica.Accepts(new ApiStageId(restApiId, stageName), apiKey)
            ? SendAsync(context, 200, s_ok)
            : SendAsync(context, 403, s_forbidden, "ForbiddenException");
    }

    private static async Task SendAsync(HttpContext context, int status, byte[] body, string? errorType = null)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        context.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        if (errorType is not null)
            context.Response.Headers["x-amzn-ErrorType"] = errorType;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
