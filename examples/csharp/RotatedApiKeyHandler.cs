using System.Net;
using System.Text.Json;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace Examples;

/// <summary>
/// Sends each request with the key that a rotated secret holds. The key is read again when it is older than <paramref name="readAgainAfter"/>,
/// and at once when the API refuses it: then the request is sent a second time, if the secret holds another key by now.
/// </summary>
/// <param name="secretsManager">The client of Secrets Manager.</param>
/// <param name="secretId">The secret's name or ARN.</param>
/// <param name="readAgainAfter">How long a key is used. Shorter than the time between two rotations, or than the overlap where one is set.</param>
/// <param name="time">The clock.</param>
public sealed class RotatedApiKeyHandler(IAmazonSecretsManager secretsManager, string secretId, TimeSpan readAgainAfter, TimeProvider time) : DelegatingHandler
{
    private volatile CachedKey? _cached;

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var cached = _cached;
        var key = cached is not null && time.GetElapsedTime(cached.ReadAt) < readAgainAfter ? cached.Value : await ReadAsync(cancellationToken);
        if (request.Content is not null)
        {
            // A content that streams could not be sent twice.
            await request.Content.LoadIntoBufferAsync(cancellationToken);
        }

        var response = await SendAsync(request, key, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Forbidden || await ReadAsync(cancellationToken) is var fresh && fresh == key)
        {
            return response;
        }

        response.Dispose();
        return await SendAsync(request, fresh, cancellationToken);
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string key, CancellationToken cancellationToken)
    {
        request.Headers.Remove("x-api-key");
        request.Headers.Add("x-api-key", key);
        return base.SendAsync(request, cancellationToken);
    }

    private async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        var readAt = time.GetTimestamp();
        var secret = await secretsManager.GetSecretValueAsync(new GetSecretValueRequest { SecretId = secretId }, cancellationToken);
        using var document = JsonDocument.Parse(secret.SecretString);
        var cached = new CachedKey(document.RootElement.GetProperty("apiKey").GetString()!, readAt);
        _cached = cached;
        return cached.Value;
    }

    private sealed class CachedKey(string value, long readAt)
    {
        public string Value { get; } = value;

        public long ReadAt { get; } = readAt;
    }
}
