using System.Net;
using Amazon.APIGateway;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.SecretsManager;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>
/// Clients of the SDK that reach an embedded AWS without a connection, and live by its clock, a <see cref="VirtualTime"/>: each call of API Gateway takes
/// its time, and so do the waits of the SDK's own retries.
/// </summary>
internal sealed class VirtualClients : HttpClientFactory
{
    private static readonly TimeSpan Answer = TimeSpan.FromMilliseconds(20);

    [ThreadStatic]
    private static TimeProvider? _clientsTime;

    private readonly EmbeddedAws _aws;
    private int _throttled;

    static VirtualClients()
    {
        RuntimePipelineCustomizerRegistry.Instance.Register(new OnVirtualTime());
        // A new client tries EC2's metadata service for some seconds, in which this clock does not move.
        Environment.SetEnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true");
    }

    public VirtualClients(EmbeddedAws aws) => _aws = aws;

    /// <summary>The number of throttled calls, the SDK's retries included.</summary>
    public int Throttled => _throttled;

    public AmazonSecretsManagerClient SecretsManager(AWSCredentials credentials) => Create(() => new AmazonSecretsManagerClient(
        credentials,
        new AmazonSecretsManagerConfig { ServiceURL = _aws.ServiceUrl.ToString(), AuthenticationRegion = _aws.Region, HttpClientFactory = this }));

    public AmazonAPIGatewayClient ApiGateway(AWSCredentials credentials, string? region = null) => Create(() => new AmazonAPIGatewayClient(
        credentials,
        new AmazonAPIGatewayConfig { ServiceURL = _aws.ServiceUrl.ToString(), AuthenticationRegion = region ?? _aws.Region, HttpClientFactory = this }));

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Slow(this, _aws.CreateTransport()));

    private T Create<T>(Func<T> client)
    {
        _clientsTime = _aws.TimeProvider;
        try
        {
            return client();
        }
        finally
        {
            _clientsTime = null;
        }
    }

    /// <summary>Delays each call of API Gateway.</summary>
    private sealed class Slow(VirtualClients clients, HttpMessageHandler aws) : DelegatingHandler(aws)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!request.Headers.Contains("X-Amz-Target"))
            {
                await Task.Delay(Answer, clients._aws.TimeProvider, cancellationToken);
            }

            var answer = await base.SendAsync(request, cancellationToken);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                Interlocked.Increment(ref clients._throttled);
            }

            return answer;
        }
    }

    /// <summary>
    /// The SDK's own retries, which wait on this clock. In one process all clients share a retry budget; on Lambda each environment has its own.
    /// </summary>
    private sealed class OnVirtualTime : IRuntimePipelineCustomizer
    {
        public string UniqueName => nameof(OnVirtualTime);

        public void Customize(Type serviceClientType, RuntimePipeline pipeline)
        {
            if (_clientsTime is { } time)
            {
                pipeline.ReplaceHandler<RetryHandler>(new RetryHandler(new Policy(time)));
            }
        }
    }

    private sealed class Policy : StandardRetryPolicy
    {
        private readonly TimeProvider _time;

        public Policy(TimeProvider time)
            : base(new AmazonAPIGatewayConfig())
        {
            _time = time;
            RetryCapacity = new RetryCapacity(RetryCapacity.MaxCapacity) { AvailableCapacity = RetryCapacity.MaxCapacity };
        }

        // AWS SDKs reference guide, "Retry behavior", standard mode, for throttling: a random part of a second that doubles, 20 seconds at most.
        public override Task WaitBeforeRetryAsync(IExecutionContext executionContext) =>
            Task.Delay(Random.Shared.NextDouble() * TimeSpan.FromSeconds(Math.Min(20, Math.Pow(2, executionContext.RequestContext.Retries - 1))), _time);
    }
}
