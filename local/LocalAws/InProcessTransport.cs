using System.Net;
using System.Net.Sockets;
using LocalAws.DataPlane;

namespace LocalAws;

/// <summary>
/// Carries requests to an <see cref="EmbeddedAws"/> in the same process, without a connection. Requests and responses are the same as over HTTP.
/// </summary>
internal sealed class InProcessTransport(ControlPlane controlPlane, string controlPlaneAuthority, DataPlaneEndpoint dataPlane) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = await WireRequest.ReadAsync(request, cancellationToken);
        var (answer, timesOut) = request.RequestUri!.Authority == controlPlaneAuthority
            ? await controlPlane.AnswerAsync(call)
            : await dataPlane.AnswerAsync(call);
        // The exception that an HttpClient throws for a broken connection.
        return answer is not null ? Message(request, answer)
            : timesOut ? throw new TaskCanceledException("The request was canceled due to the configured HttpClient.Timeout.", new TimeoutException())
            : throw new HttpRequestException("An error occurred while sending the request.",
                new IOException("The connection broke.", new SocketException((int)SocketError.ConnectionReset)));
    }

    private static HttpResponseMessage Message(HttpRequestMessage request, WireResponse answer)
    {
        var message =
            new HttpResponseMessage((HttpStatusCode)answer.Status) { RequestMessage = request, Content = new ReadOnlyMemoryContent(answer.Body) };
        message.Headers.Add("x-amzn-RequestId", Guid.NewGuid().ToString());
        if (answer.HasBody)
        {
            message.Content.Headers.TryAddWithoutValidation("Content-Type", answer.ContentType);
        }

        foreach (var (name, value) in answer.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }
}
