using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;

namespace RotationFunction;

/// <summary>A call that ended without an answer of AWS: what AWSSDK.Core then throws, and how long it waits.</summary>
internal static class NoAnswer
{
    /// <summary>Given to the SDK's clients: with its two retries a call fails within a minute. The SDK's default is 100 s a try.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>
    /// True of a failure of the connection. The SDK's HTTP layer unwraps an I/O failure, and of a cancellation whatever caused it: TimeoutException when
    /// the time is over, ObjectDisposedException or a socket's own. A failed TLS handshake may come alone too.
    /// </summary>
    public static bool Is(Exception failure) => failure is AmazonClientException or HttpRequestException or IOException or TimeoutException
        or OperationCanceledException or ObjectDisposedException or SocketException or WebException or AuthenticationException;
}

/// <summary>Makes the SDK's HTTP clients: an answer is read whole before the SDK gets it, so that the time-out holds for a body that stops halfway too.</summary>
internal sealed class WholeAnswers : HttpClientFactory
{
    private const int LargestAnswer = 64 * 1024 * 1024; // several times what AWS sends

    /// <inheritdoc/>
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Reader()) { Timeout = clientConfig.Timeout ?? NoAnswer.Timeout };

    private sealed class Reader() : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            try
            {
                await answer.Content.LoadIntoBufferAsync(LargestAnswer, cancellationToken);
                return answer;
            }
            catch
            {
                // What is not read to its end would go on arriving.
                answer.Dispose();
                throw;
            }
        }
    }
}
