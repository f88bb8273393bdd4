using System.Net;
using System.Text.Json;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace Examples;

/// <summary>
/// Sends each request with the key that a rotated secret holds. The key is read again when it is older than <paramref name="readAgainAfter"/>,
/// and at once when the API answers 403: if the secret holds another key by now, the request is sent a second time.
/// A failed read stops nobody who has a key: the request is sent with that key, and a caller whose key was refused gets the 403.
/// The key goes to one origin, that of the first request, and to no redirect's target: the primary handler must not follow redirects.
/// </summary>
/// <param name="secretsManager">The client of Secrets Manager.</param>
/// <param name="secretId">The secret's name or ARN.</param>
/// <param name="readAgainAfter">How long a key is used. Shorter than the time between two rotations, or than the overlap where one is set.</param>
/// <param name="time">The clock.</param>
public sealed class RotatedApiKeyHandler(IAmazonSecretsManager secretsManager, string secretId, TimeSpan readAgainAfter, TimeProvider time)
    : DelegatingHandler
{
    // A read that failed, or gave the very key that the API refuses, is not repeated for so long.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    // A request that has a key waits no longer than this for another one.
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

    // ConfigureAwait: Send blocks its thread, which may be the one that a user interface would continue on.
    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, bool async, CancellationToken cancellationToken)
    {
        RequireNoRedirects();
        RequireOneOrigin(request.RequestUri!);
        var key = await GetKeyAsync(refused: null, cancellationToken).ConfigureAwait(false);
        if (request.Content is not null)
        {
            // A content that streams could not be sent twice.
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
                $"A handler below {nameof(RotatedApiKeyHandler)} took a request with the key of secret {secretId} to {answered}. "
                + "If it follows redirects, turn that off. If that host is not yours, rotate the secret and revoke the previous key.");
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
                    $"A redirect would take the key of secret {secretId} to another host. "
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
                $"The key of secret {secretId} goes to {bound} only, not to {origin}. Use a handler of its own for each API.");
        }
    }

    private static string OriginOf(Uri url) => url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    /// <summary>The key to send; after a refusal another one than the refused, where the secret holds one.</summary>
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

            // One read for all who wait; no caller's cancellation ends it.
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
                $"Secret {secretId} holds no key: its text is not a JSON object with a printable \"apiKey\". Rotate it, or store a key.");
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
            // Its message may quote the text.
            return null;
        }
    }

    private sealed class CachedKey(string value, long readAt)
    {
        public string Value { get; } = value;

        public long ReadAt { get; } = readAt;
    }
}
