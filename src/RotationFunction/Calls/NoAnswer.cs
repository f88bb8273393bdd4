using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;

namespace RotationFunction;

/// <summary>Calls that end without a response from AWS: the exceptions that AWSSDK.Core throws, and its timeout.</summary>
internal static class NoAnswer
{
    /// <summary>
    /// The timeout of the SDK's clients: with the SDK's two retries, a call fails within a minute. The SDK's default is 100 s for each attempt.
    /// </summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Returns whether the failure is one of the connection. The SDK's HTTP layer unwraps an I/O failure, and the cause of a cancellation:
    /// TimeoutException after the timeout, ObjectDisposedException, or a socket's exception. A failed TLS handshake may also arrive unwrapped.
    /// </summary>
    public static bool Is(Exception failure) => failure is AmazonClientException or HttpRequestException or IOException or TimeoutException
        or OperationCanceledException or ObjectDisposedException or SocketException or WebException or AuthenticationException;
}

/// <summary>
/// Creates the SDK's HTTP clients. They read a response completely before the SDK gets it, so that the timeout also covers a body that stops halfway.
/// </summary>
internal sealed class WholeAnswers : HttpClientFactory
{
    private const int LargestAnswer = 64 * 1024 * 1024; // several times the largest response of AWS

    private static readonly Reader Connections = new(); // for all clients, so that what one has opened serves the others

    /// <inheritdoc/>
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
        new(Connections, disposeHandler: false) { Timeout = clientConfig.Timeout ?? NoAnswer.Timeout };

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
