using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LocalAws;

/// <summary>A response in a service's wire protocol.</summary>
internal sealed record WireResponse(int Status, string ContentType, ReadOnlyMemory<byte> Body)
{
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public bool HasBody => Status != StatusCodes.Status204NoContent;

    public static WireResponse Json(int status, string contentType, object? body, JsonSerializerOptions json) =>
        new(status, contentType, body is null ? default : JsonSerializer.SerializeToUtf8Bytes(body, json));

    public async Task SendAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Status;
        response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        foreach (var (name, value) in Headers)
        {
            response.Headers[name] = value;
        }

        if (!HasBody)
        {
            return;
        }

        response.ContentType = ContentType;
        response.ContentLength = Body.Length;
        await response.Body.WriteAsync(Body, context.RequestAborted);
    }
}
