using System.Net;
using System.Text.RegularExpressions;

namespace RotationFunction;

/// <summary>
/// Calls the API as a client would, to see whether a key is served. Two controls make the answer mean something:
/// a made-up key must be refused, and the key that clients use now must be accepted.
/// </summary>
internal sealed partial class Probe(HttpClient api, Settings settings, TimeProvider time)
{
    // API Gateway's nodes learn of a key one after the other.
    private const int AcceptancesInARow = 5;

    private static readonly TimeSpan BetweenAcceptances = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    // API Gateway may remember for a while that it did not know a key: nobody asks for a new one at once.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    // Tests on AWS allow two minutes.
    private static readonly TimeSpan LongestUsualActivation = TimeSpan.FromMinutes(7);

    /// <summary>The transport: a redirect must not take the key along.</summary>
    public static HttpMessageHandler CreateHandler() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = RequestTimeout };

    /// <summary>A URL without its query, which may hold what is nobody else's business.</summary>
    public static string Printed(Uri url) => url.GetLeftPart(UriPartial.Path);

    /// <summary>
    /// Sends the key until it is accepted several times in a row.
    /// Returns how long that took, or why the probe proves nothing.
    /// </summary>
    /// <param name="rotation">The invocation.</param>
    /// <param name="url">The method that is called.</param>
    /// <param name="keyId">The key's id.</param>
    /// <param name="key">The key.</param>
    /// <param name="current">The key that clients use now; without one the made-up key is the only control.</param>
    /// <param name="isFresh">Whether the key, or a usage plan of it, was changed a moment ago.</param>
    /// <exception cref="RotationException">
    /// The controls behave but the key was not accepted in the time that the invocation has; or it was answered like the only control for longer
    /// than a key takes.
    /// </exception>
    public async Task<(TimeSpan? Activation, string? Inconclusive)> RunAsync(Invocation rotation, Uri url, string keyId, ApiKeyValue key, ApiKeyValue? current, bool isFresh)
    {
        var (inconclusive, madeUp) = await TryControlAsync(url, current);
        if (inconclusive is not null)
        {
            return (null, inconclusive);
        }

        var started = time.GetTimestamp();
        await Task.Delay(isFresh ? Settling : TimeSpan.Zero, time);
        var patience = settings.ActivationWait * 2 > LongestUsualActivation ? settings.ActivationWait * 2 : LongestUsualActivation;
        var backoff = FirstBackoff;
        var differs = current is not null; // then the key has what the method asks for, and is only not served yet
        for (var accepted = 0; ;)
        {
            var answer = await SendAsync(url, key);
            differs |= answer.IsAccepted;
            if (!differs && answer == madeUp && time.GetElapsedTime(started) >= patience)
            {
                throw Errors.KeyIsRefusedLikeMadeUp(rotation, keyId, url, time.GetElapsedTime(started), answer.Text);
            }

            accepted = answer.IsAccepted ? accepted + 1 : 0;
            if (accepted == AcceptancesInARow)
            {
                var activation = time.GetElapsedTime(started);
                rotation.Log.ProbeAccepted(keyId, url, activation);
                return (activation, null);
            }

            var pause = answer.IsAccepted ? BetweenAcceptances : backoff;
            if (!answer.IsAccepted)
            {
                backoff = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff;
            }

            if (rotation.Budget.Remaining <= pause + RequestTimeout)
            {
                throw Errors.KeyWasNotAccepted(rotation, keyId, url, AcceptancesInARow, time.GetElapsedTime(started), answer.Text);
            }

            await Task.Delay(pause, time);
        }
    }

    /// <summary>Sends a made-up key and the one that clients use now. Returns null when the API refuses and accepts them as it should, and otherwise what it does.</summary>
    public async Task<string?> ControlAsync(Uri url, ApiKeyValue? current) => (await TryControlAsync(url, current)).Inconclusive;

    private async Task<(string? Inconclusive, Answer MadeUp)> TryControlAsync(Uri url, ApiKeyValue? current)
    {
        var madeUp = await SendAsync(url, ApiKeyValue.Draw());
        var reason = madeUp switch
        {
            { IsMissingRoute: true } => $"no method responds at this URL: it {madeUp.Text}, as a method with IAM authorization also does",
            { IsRefused: false } => $"with a made-up key it {madeUp.Text} instead of rejecting it: the method requires no key, or something else responds",
            { IsFromAuthorizer: true } => $"with a made-up key it {madeUp.Text}: an authorizer rejects it, whatever the key",
            _ => current is { } served && await SendAsync(url, served) is { IsAccepted: false } answer
                ? $"with AWSCURRENT's key it {answer.Text} too: an authorizer, a firewall or private DNS may respond instead of the API, or that key is not active"
                : null,
        };
        return (reason, madeUp);
    }

    private async Task<Answer> SendAsync(Uri url, ApiKeyValue key)
    {
        using var timeout = new CancellationTokenSource(RequestTimeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { { "x-api-key", key.Text } } };
            using var response = await api.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            // Only what looks like an AWS error type is passed on: an API may echo a key anywhere.
            var errorType = response.Headers.TryGetValues("x-amzn-ErrorType", out var values) ? values.FirstOrDefault(value => ErrorType().IsMatch(value)) : null;
            return new Answer(response.StatusCode, errorType ?? "");
        }
        catch (HttpRequestException unreachable)
        {
            return new Answer(null, unreachable.HttpRequestError.ToString());
        }
        catch (OperationCanceledException)
        {
            return new Answer(null, $"no response in {RequestTimeout.TotalSeconds:F0} s");
        }
    }

    [GeneratedRegex(@"\A[A-Za-z]{1,50}Exception\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ErrorType();

    /// <summary>What came back; a status of null when nothing did.</summary>
    private sealed record Answer(HttpStatusCode? Status, string Detail)
    {
        /// <summary>The gateway response INVALID_API_KEY: 403 unless the API customises it.</summary>
        public bool IsRefused => Status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized;

        /// <summary>API Gateway let it pass, whatever the method then made of it. 429: the key was recognised and throttled.</summary>
        public bool IsAccepted => Status is not null && !IsRefused && (int)Status < 500 && (int)Status is < 300 or >= 400;

        /// <summary>API Gateway refuses an unknown route like a key, but by another name.</summary>
        public bool IsMissingRoute => Detail.StartsWith("MissingAuthenticationToken", StringComparison.Ordinal);

        /// <summary>The gateway responses UNAUTHORIZED and ACCESS_DENIED; for a key it is ForbiddenException.</summary>
        public bool IsFromAuthorizer => Detail is "UnauthorizedException" or "AccessDeniedException";

        public string Text => Status is { } status ? $"returned {(int)status}{(Detail.Length == 0 ? "" : " " + Detail)}" : $"did not respond ({Detail})";
    }
}
