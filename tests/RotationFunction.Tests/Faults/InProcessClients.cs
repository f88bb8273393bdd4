using Amazon.APIGateway;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.SecretsManager;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>
/// Clients of the SDK that reach an embedded AWS without a connection, for tests that make very many calls. All is the SDK's own,
/// but it hardly waits before it sends a call again.
/// </summary>
internal sealed class InProcessClients(EmbeddedAws aws) : HttpClientFactory
{
    [ThreadStatic]
    private static bool _withoutBackoff;

    static InProcessClients() => RuntimePipelineCustomizerRegistry.Instance.Register(new BriefBackoff());

    /// <summary>Stands between the client and the embedded AWS.</summary>
    public Func<HttpMessageHandler, HttpMessageHandler> Between { get; init; } = transport => transport;

    public AmazonSecretsManagerClient SecretsManager(string accessKey, string? region = null) => WithoutBackoff(() => new AmazonSecretsManagerClient(
        new BasicAWSCredentials(accessKey, "secret"),
        new AmazonSecretsManagerConfig { ServiceURL = aws.ServiceUrl.ToString(), AuthenticationRegion = region ?? aws.Region, HttpClientFactory = this }));

    public AmazonAPIGatewayClient ApiGateway(string accessKey, string? region = null) => WithoutBackoff(() => new AmazonAPIGatewayClient(
        new BasicAWSCredentials(accessKey, "secret"),
        new AmazonAPIGatewayConfig { ServiceURL = aws.ServiceUrl.ToString(), AuthenticationRegion = region ?? aws.Region, HttpClientFactory = this }));

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(Between(aws.CreateTransport()));

    /// <summary>Creates a client that hardly waits before it sends a call again.</summary>
    public static T WithoutBackoff<T>(Func<T> client)
    {
        _withoutBackoff = true;
        try
        {
            return client();
        }
        finally
        {
            _withoutBackoff = false;
        }
    }

    private sealed class BriefBackoff : IRuntimePipelineCustomizer
    {
        public string UniqueName => nameof(BriefBackoff);

        public void Customize(Type serviceClientType, RuntimePipeline pipeline)
        {
            if (_withoutBackoff)
            {
                pipeline.ReplaceHandler<RetryHandler>(new RetryHandler(new StandardRetryPolicy(maxRetries: 2) { MaxBackoffInMilliseconds = 1 }));
            }
        }
    }
}
