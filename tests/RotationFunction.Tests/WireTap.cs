using System.Collections.Concurrent;
using System.Text.Json;
using Amazon.Runtime;

namespace RotationFunction.Tests;

/// <summary>Listens in on what a client of the SDK sends. What it hears holds values: assert on it, never print it.</summary>
internal sealed class WireTap : HttpClientFactory
{
    private readonly ConcurrentQueue<(string Target, string Body)> _sent = new();

    /// <summary>The bodies sent to a Secrets Manager operation.</summary>
    public List<JsonElement> BodiesOf(string operation) =>
        [.. _sent.Where(request => request.Target == "secretsmanager." + operation).Select(request => JsonSerializer.Deserialize<JsonElement>(request.Body))];

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Tap(_sent));

    private sealed class Tap(ConcurrentQueue<(string Target, string Body)> sent) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Headers.TryGetValues("X-Amz-Target", out var target) && request.Content is not null)
            {
                sent.Enqueue((target.Single(), await request.Content.ReadAsStringAsync(cancellationToken)));
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }
}
