using System.Net;
using System.Text.RegularExpressions;

namespace RotationFunction;

/// <summary>
/// Calls the API as a client would, to see whether a key is served. Two controls make the answer mean something:
/// a made-up key must be refused, and the key that clients use now must be accepted.
/// </summary>
internal sealed partial class Probe(HttpClient api, TimeProvider time)
{
    // API Gateway's nodes learn of a key one after the other.
    private const int AcceptancesInARow = 5;

    private static readonly TimeSpan BetweenAcceptances = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The transport: a redirect must not take the key along.</summary>
    public static HttpMessageHandler CreateHandler() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = RequestTimeout };

    /// <summary>A URL without its query, which may hold what is nobody else's business.</summary>
    public static string Printed(Uri url) => url.GetLeftPart(UriPartial.Path);

    /// <summary>
    /// Sends the key until it is accepted several times in a row.
    /// Returns null when it was, and otherwise why the probe proves nothing.
    /// </summary>
    /// <exception cref="RotationException">The controls behave but the key was not accepted in the time that the invocation has.</exception>
    public async Task<string?> RunAsync(Invocation rotation, Uri url, string keyId, ApiKeyValue key, ApiKeyValue? current)
    {
        if (await ControlAsync(url, current) is { } inconclusive)
        {
            return inconclusive;
        }

        var started = time.GetTimestamp();
        var backoff = FirstBackoff;
        for (var accepted = 0; ;)
        {
            var answer = await SendAsync(url, key);
            accepted = answer.IsAccepted ? accepted + 1 : 0;
            if (accepted == AcceptancesInARow)
            {
                rotation.Activation = time.GetElapsedTime(started);
                rotation.Log.ProbeAccepted(keyId, url, rotation.Activation.Value);
                return null;
            }

            var pause = answer.IsAccepted ? BetweenAcceptances : backoff;
            if (!answer.IsAccepted)
            {
                backoff = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff;
            }

            if (rotation.RemainingTime <= pause + RequestTimeout)
            {
                throw rotation.Failed($"key {keyId} was not accepted {AcceptancesInARow} times in a row by {Printed(url)} within {time.GetElapsedTime(started).TotalSeconds:F0} s: "
                    + $"last, it {answer.Text}. AWSCURRENT stays as it is. Check that the key's usage plans hold the stage of this URL: aws apigateway get-usage-plans --key-id {keyId}. {rotation.Again}");
            }

            await Task.Delay(pause, time);
        }
    }

    /// <summary>Sends a made-up key and the one that clients use now. Returns null when the API refuses and accepts them as it should, and otherwise what it does.</summary>
    public async Task<string?> ControlAsync(Uri url, ApiKeyValue? current)
    {
        var madeUp = await SendAsync(url, ApiKeyValue.Draw());
        if (madeUp.IsMissingRoute)
        {
            return "no method answers there, it " + madeUp.Text;
        }

        if (!madeUp.IsRefused)
        {
            return $"with a made-up key it {madeUp.Text} instead of refusing it: the method needs no key, or something else answers";
        }

        if (current is { } served && await SendAsync(url, served) is { IsAccepted: false } answer)
        {
            return $"with AWSCURRENT's key it {answer.Text} too: a firewall or private DNS may answer instead of the API, or that key is not served";
        }

        return null;
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
            return new Answer(null, $"no answer in {RequestTimeout.TotalSeconds:F0} s");
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

        public string Text => Status is { } status ? $"answered {(int)status}{(Detail.Length == 0 ? "" : " " + Detail)}" : $"did not answer ({Detail})";
    }
}
