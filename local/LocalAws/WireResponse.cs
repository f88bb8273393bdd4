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

    /// <summary>Sends a response. If there is none, the connection ends: at once, or when the caller gives up.</summary>
    public static async Task SendAsync(WireResponse? answer, bool timesOut, HttpContext context)
    {
        if (timesOut)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        if (answer is null)
        {
            context.Abort();
        }
        else
        {
            await answer.SendAsync(context);
        }
    }

    private async Task SendAsync(HttpContext context)
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
