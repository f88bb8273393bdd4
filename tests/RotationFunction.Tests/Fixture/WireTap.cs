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

    /// <summary>Makes what DescribeSecret answers from what the embedded AWS did.</summary>
    public Func<string, string>? Rewrite { get; set; }

    /// <summary>Makes what GetUsage answers from what the embedded AWS did.</summary>
    public Func<string, string>? RewriteUsage { get; set; }

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Tap(this));

    private sealed class Tap(WireTap tap) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Headers.TryGetValues("X-Amz-Target", out var target) && request.Content is not null)
            {
                tap._sent.Enqueue((target.Single(), await request.Content.ReadAsStringAsync(cancellationToken)));
            }

            var response = await base.SendAsync(request, cancellationToken);
            if (tap.Rewrite is { } rewrite && target?.Single() == "secretsmanager.DescribeSecret" && response.IsSuccessStatusCode)
            {
                response.Content = new StringContent(rewrite(await response.Content.ReadAsStringAsync(cancellationToken)));
            }

            if (tap.RewriteUsage is { } rewriteUsage && request.RequestUri!.AbsolutePath.EndsWith("/usage", StringComparison.Ordinal))
            {
                response.Content = new StringContent(rewriteUsage(await response.Content.ReadAsStringAsync(cancellationToken)));
            }

            return response;
        }
    }
}
