using System.Net;
using System.Text.Json;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace Examples;

/// <summary>
/// Sends each request with the API key of a rotated secret. Reads the key again when it is older than <paramref name="readAgainAfter"/>,
/// and at once when the API returns 403: if the secret then holds another key, sends the request a second time.
/// When a read fails, a cached key stays in use: a request is sent with it, and a request that the API rejected returns the 403.
/// Sends the key only to the origin of the first request. The primary handler must not follow redirects.
/// </summary>
/// <param name="secretsManager">The client of Secrets Manager.</param>
/// <param name="secretId">The secret's name or ARN.</param>
/// <param name="readAgainAfter">
/// How long a key is cached: less than the time between two rotations, or less than the overlap where the stack sets one.
/// </param>
/// <param name="time">The clock.</param>
public sealed class RotatedApiKeyHandler(IAmazonSecretsManager secretsManager, string secretId, TimeSpan readAgainAfter, TimeProvider time)
    : DelegatingHandler
{
    // The time before the next read, after one that failed or returned the rejected key.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    // The longest time that a request with a cached key waits for a read.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private CachedKey? _key;
    private Task<string>? _reading;
    private long? _pausedSince;
    private string? _origin;

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        SendAsync(request, async: false, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        SendAsync(request, async: true, cancellationToken);

    // ConfigureAwait: Send blocks its thread, which can be the user interface thread that a continuation would need.
    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, bool async, CancellationToken cancellationToken)
    {
        RequireNoRedirects();
        RequireOneOrigin(request.RequestUri!);
        var key = await GetKeyAsync(refused: null, cancellationToken).ConfigureAwait(false);
        if (request.Content is not null)
        {
            // Streamed content can't be sent twice.
            await request.Content.LoadIntoBufferAsync(cancellationToken).ConfigureAwait(false);
        }

        var response = await SendAsync(request, key, async, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.Forbidden
            || await GetKeyAsync(refused: key, cancellationToken).ConfigureAwait(false) is var another && another == key)
        {
            return response;
        }

        response.Dispose();
        return await SendAsync(request, another, async, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string key, bool async, CancellationToken cancellationToken)
    {
        request.Headers.Remove("x-api-key");
        request.Headers.Add("x-api-key", key);
        var response = async ? await base.SendAsync(request, cancellationToken).ConfigureAwait(false) : base.Send(request, cancellationToken);
        if (OriginOf((response.RequestMessage ?? request).RequestUri!) is var answered && answered != _origin)
        {
            response.Dispose();
            throw new InvalidOperationException(
                $"A handler below {nameof(RotatedApiKeyHandler)} sent the key of secret {secretId} to {answered}. "
                + "If the handler follows redirects, turn that off. If the host is not yours, rotate the secret and revoke the previous key.");
        }

        return response;
    }

    private void RequireNoRedirects()
    {
        for (var handler = InnerHandler; handler is not null; handler = (handler as DelegatingHandler)?.InnerHandler)
        {
            if (handler is SocketsHttpHandler { AllowAutoRedirect: true } or HttpClientHandler { AllowAutoRedirect: true })
            {
                throw new InvalidOperationException(
                    $"A redirect would send the key of secret {secretId} to another host. "
                    + $"Set AllowAutoRedirect = false on the {handler.GetType().Name}.");
            }
        }
    }

    private void RequireOneOrigin(Uri url)
    {
        var origin = OriginOf(url);
        if (Interlocked.CompareExchange(ref _origin, origin, null) is { } bound && bound != origin)
        {
            throw new InvalidOperationException(
                $"The key of secret {secretId} is for {bound}, not for {origin}. Use one handler for each API.");
        }
    }

    private static string OriginOf(Uri url) => url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    /// <summary>Returns the key to send. If the API rejected a key, reads the secret for another one.</summary>
    private async Task<string> GetKeyAsync(string? refused, CancellationToken cancellationToken)
    {
        CachedKey? inHand;
        Task<string> reading;
        lock (_gate)
        {
            inHand = _key;
            var isGood = refused is null ? inHand is not null && time.GetElapsedTime(inHand.ReadAt) < readAgainAfter : inHand!.Value != refused;
            if (isGood || (inHand is not null && _pausedSince is { } since && time.GetElapsedTime(since) < Pause))
            {
                return inHand!.Value;
            }

            // All callers that wait share one read. A caller that cancels does not end it.
            reading = _reading ??= Task.Run(() => ReadAsync(refused), CancellationToken.None);
        }

        try
        {
            return await reading.WaitAsync(inHand is null ? Timeout.InfiniteTimeSpan : Patience, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (inHand is not null && !cancellationToken.IsCancellationRequested)
        {
            lock (_gate)
            {
                _pausedSince = time.GetTimestamp();
            }

            return inHand.Value;
        }
    }

    private async Task<string> ReadAsync(string? refused)
    {
        var readAt = time.GetTimestamp();
        string? key = null;
        try
        {
            var secret = await secretsManager.GetSecretValueAsync(new GetSecretValueRequest { SecretId = secretId });
            return key = KeyIn(secret.SecretString) ?? throw new InvalidOperationException(
                $"Secret {secretId} holds no key: its text is not a JSON object with a printable \"apiKey\". Rotate the secret or store a key.");
        }
        finally
        {
            lock (_gate)
            {
                _reading = null;
                _key = key is null ? _key : new CachedKey(key, readAt);
                _pausedSince = key is null || key == refused ? time.GetTimestamp() : null;
            }
        }
    }

    private static string? KeyIn(string? text)
    {
        try
        {
            using var document = JsonDocument.Parse(text ?? "");
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("apiKey", out var apiKey) && apiKey.ValueKind == JsonValueKind.String
                && apiKey.GetString() is { Length: > 0 } key && key.All(character => character is > ' ' and <= '~') ? key : null;
        }
        catch (JsonException)
        {
            // The exception's message can contain the text.
            return null;
        }
    }

    private sealed class CachedKey(string value, long readAt)
    {
        public string Value { get; } = value;

        public long ReadAt { get; } = readAt;
    }
}
