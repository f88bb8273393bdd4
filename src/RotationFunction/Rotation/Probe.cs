using System.Net;
using System.Text.RegularExpressions;

namespace RotationFunction;

/// <summary>
/// Calls the API as a client does, to find out whether a key is active. Two controls make the result conclusive:
/// the API must reject a made-up key, and accept the key that clients use now.
/// </summary>
internal sealed partial class Probe(HttpClient api, Settings settings, TimeProvider time)
{
    // API Gateway's nodes receive a key one after the other.
    private const int AcceptancesInARow = 5;

    private static readonly TimeSpan BetweenAcceptances = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    // API Gateway may cache for a while that a key is unknown, so the first request with a new key waits.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    // Tests on AWS allow two minutes.
    private static readonly TimeSpan LongestUsualActivation = TimeSpan.FromMinutes(7);

    /// <summary>Creates the transport. It follows no redirect, which would send the key to another host.</summary>
    public static HttpMessageHandler CreateHandler() =>
        new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = RequestTimeout };

    /// <summary>Returns a URL without its query, which may be confidential.</summary>
    public static string Printed(Uri url) => url.GetLeftPart(UriPartial.Path);

    /// <summary>
    /// Sends the key until it is accepted several times in a row.
    /// Returns how long that took, or why the probe is inconclusive.
    /// </summary>
    /// <param name="rotation">The invocation.</param>
    /// <param name="url">The URL of the method to call.</param>
    /// <param name="key">The key.</param>
    /// <param name="current">The key that clients use now; if null, the made-up key is the only control.</param>
    /// <param name="isFresh">Whether the key or one of its usage plans has just changed.</param>
    /// <param name="findKeyIdAsync">Checks a key that is not accepted in the usual time: throws what is wrong with it, or returns its id.</param>
    /// <exception cref="RotationException">
    /// The controls are conclusive, but the key was not accepted in the invocation's time, or it was rejected like the only control for longer
    /// than activation takes.
    /// </exception>
    public async Task<(TimeSpan? Activation, string? Inconclusive)> RunAsync(
        Invocation rotation, Uri url, ApiKeyValue key, ApiKeyValue? current, bool isFresh, Func<Task<string>> findKeyIdAsync)
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
        var differs = current is not null; // then the request has what the method requires, and the key is only not active yet
        var isLookedAt = false;
        for (var accepted = 0; ;)
        {
            var answer = await SendAsync(url, key);
            differs |= answer.IsAccepted;
            if (!differs && answer == madeUp && time.GetElapsedTime(started) >= patience)
            {
                throw Errors.KeyIsRefusedLikeMadeUp(rotation, await findKeyIdAsync(), url, time.GetElapsedTime(started), answer.Text);
            }

            accepted = answer.IsAccepted ? accepted + 1 : 0;
            if (accepted == AcceptancesInARow)
            {
                var activation = time.GetElapsedTime(started);
                rotation.Log.ProbeAccepted(url, activation);
                return (activation, null);
            }

            var pause = answer.IsAccepted ? BetweenAcceptances : backoff;
            if (!answer.IsAccepted)
            {
                backoff = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff;
            }

            if (rotation.Budget.Remaining <= pause + RequestTimeout)
            {
                throw Errors.KeyWasNotAccepted(rotation, await findKeyIdAsync(), url, AcceptancesInARow, time.GetElapsedTime(started), answer.Text);
            }

            if (!isLookedAt && time.GetElapsedTime(started) >= settings.ActivationWait)
            {
                await findKeyIdAsync();
                isLookedAt = true;
            }

            await Task.Delay(pause, time);
        }
    }

    /// <summary>
    /// Sends a made-up key and the key that clients use now. Returns null if the API rejects the first and accepts the second; otherwise what it did.
    /// </summary>
    public async Task<string?> ControlAsync(Uri url, ApiKeyValue? current) => (await TryControlAsync(url, current)).Inconclusive;

    private async Task<(string? Inconclusive, Answer MadeUp)> TryControlAsync(Uri url, ApiKeyValue? current)
    {
        var madeUp = await SendAsync(url, ApiKeyValue.Draw());
        var reason = madeUp switch
        {
            { IsMissingRoute: true } => $"no method responds at this URL: it {madeUp.Text}, as a method with IAM authorization also does",
            { IsRefused: false } =>
                $"with a made-up key it {madeUp.Text} instead of rejecting it: the method requires no key, or something else responds",
            { IsFromAuthorizer: true } => $"with a made-up key it {madeUp.Text}: an authorizer rejects it, whatever the key",
            _ => current is { } served && await SendAsync(url, served) is { IsAccepted: false } answer
                ? $"with AWSCURRENT's key it {answer.Text} too: an authorizer, a firewall or private DNS may respond instead of the API, "
                    + "or that key is not active"
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
            // Returns only what has the form of an AWS error type, because an API may echo a key anywhere.
            var errorType = response.Headers.TryGetValues("x-amzn-ErrorType", out var values)
                ? values.FirstOrDefault(value => ErrorType().IsMatch(value)) : null;
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

    /// <summary>A response; its status is null without one.</summary>
    private sealed record Answer(HttpStatusCode? Status, string Detail)
    {
        /// <summary>Gets whether this is the gateway response INVALID_API_KEY: 403 unless the API customizes it.</summary>
        public bool IsRefused => Status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized;

        /// <summary>Gets whether API Gateway accepted the key, whatever the method returned. 429: the key was recognized and throttled.</summary>
        public bool IsAccepted => Status is not null && !IsRefused && (int)Status < 500 && (int)Status is < 300 or >= 400;

        /// <summary>Gets whether the route does not exist: API Gateway returns the same status as for a key, but another error type.</summary>
        public bool IsMissingRoute => Detail.StartsWith("MissingAuthenticationToken", StringComparison.Ordinal);

        /// <summary>Gets whether this is the gateway response UNAUTHORIZED or ACCESS_DENIED; for a key it is ForbiddenException.</summary>
        public bool IsFromAuthorizer => Detail is "UnauthorizedException" or "AccessDeniedException";

        public string Text =>
            Status is { } status ? $"returned {(int)status}{(Detail.Length == 0 ? "" : " " + Detail)}" : $"did not respond ({Detail})";
    }
}
