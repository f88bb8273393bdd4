using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.Runtime.Internal.Endpoints.StandardLibrary;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;

namespace RotationTool;

/// <summary>A client for Lambda's Invoke operation, on AWSSDK.Core with its signing, retries, credentials, Regions and endpoint settings.</summary>
/// <seealso href="https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"/>
internal sealed class LambdaClient() : AmazonServiceClient(new LambdaConfig())
{
    private const int LargestPayload = (6 * 1024 * 1024) + 100; // Lambda's quota for a response

    protected override IServiceMetadata ServiceMetadata { get; } = new Metadata();

    /// <summary>Invokes a function and waits for its response.</summary>
    public Task<InvokeResponse> InvokeAsync(string function, JsonObject payload, CancellationToken cancellationToken) =>
        InvokeAsync<InvokeResponse>(new InvokeRequest(function, payload), new Operation(), cancellationToken);

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<Marshaller>(new RegionalEndpoint());
        pipeline.AddHandlerAfter<Marshaller>(new SigV4());
    }

    private sealed class Operation : InvokeOptionsBase
    {
        public Operation()
        {
            RequestMarshaller = new InvokeMarshaller();
            ResponseUnmarshaller = new InvokeUnmarshaller();
        }
    }

    private sealed class InvokeMarshaller : IMarshaller<IRequest, AmazonWebServiceRequest>
    {
        public IRequest Marshall(AmazonWebServiceRequest input)
        {
            var invoke = (InvokeRequest)input;
            var request = new DefaultRequest(input, "Amazon.Lambda")
            {
                HttpMethod = "POST",
                ResourcePath = "/2015-03-31/functions/{FunctionName}/invocations",
            };
            request.AddPathResource("{FunctionName}", invoke.Function);
            request.Headers["Content-Type"] = "application/json";
            request.Content = Encoding.UTF8.GetBytes(invoke.Payload.ToJsonString());
            return request;
        }
    }

    private sealed class InvokeUnmarshaller : JsonResponseUnmarshaller
    {
        public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
        {
            var payload = new byte[LargestPayload + 1];
            var length = input.Stream.ReadAtLeast(payload, payload.Length, throwOnEndOfStream: false);
            // A longer payload is discarded.
            return new InvokeResponse
            {
                Payload = payload.AsMemory(0, length > LargestPayload ? 0 : length),
                Failed = input.ResponseData.IsHeaderPresent("X-Amz-Function-Error"),
            };
        }

        public override AmazonServiceException UnmarshallException(
            JsonUnmarshallerContext input, Exception innerException, System.Net.HttpStatusCode statusCode)
        {
            var reader = new StreamingUtf8JsonReader(input.Stream);
            var error = JsonErrorResponseUnmarshaller.GetInstance().Unmarshall(input, ref reader);
            return new AmazonServiceException(error.Message, innerException, error.Type, error.Code, error.RequestId, statusCode);
        }
    }

    private sealed class SigV4 : BaseAuthResolverHandler
    {
        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) => AuthSchemeOption.DEFAULT_SIGV4;
    }

    private sealed class RegionalEndpoint : BaseEndpointResolver
    {
        protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext) => new()
        {
            ["Region"] = requestContext.ClientConfig.RegionEndpoint?.SystemName,
            ["Endpoint"] = requestContext.ClientConfig.ServiceURL,
        };
    }

    private sealed class Metadata : IServiceMetadata
    {
        public string ServiceId => LambdaConfig.Id;

        public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
    }
}

/// <summary>The function to invoke, and its payload.</summary>
internal sealed class InvokeRequest(string function, JsonObject payload) : AmazonWebServiceRequest
{
    public string Function => function;

    public JsonObject Payload => payload;
}

/// <summary>What the function returned, or the error that it threw.</summary>
internal sealed class InvokeResponse : AmazonWebServiceResponse
{
    public ReadOnlyMemory<byte> Payload { get; init; }

    public bool Failed { get; init; }
}

/// <summary>The settings of <see cref="LambdaClient"/>.</summary>
internal sealed class LambdaConfig : ClientConfig
{
    public const string Id = "Lambda";

    // Slightly more than the longest invocation: with a shorter timeout, the SDK would invoke the function a second time.
    private static readonly TimeSpan LongestInvocation = TimeSpan.FromSeconds(930);

    public LambdaConfig()
        : base(new DefaultConfigurationProvider([Defaults(DefaultConfigurationMode.Standard), Defaults(DefaultConfigurationMode.Auto)]))
    {
        ServiceId = Id;
        AuthenticationServiceName = "lambda";
        EndpointProvider = new RegionalEndpoints();
        Timeout = LongestInvocation;
        HttpClientFactory = new RotationFunction.WholeAnswers();
    }

    public override string RegionEndpointServiceName => "lambda";

    public override string ServiceVersion => "2015-03-31";

    public override string UserAgent => "apikey-rotation";

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        EndpointProvider.ResolveEndpoint(new EndpointParameters { ["Region"] = RegionEndpoint?.SystemName, ["Endpoint"] = ServiceURL });

    private static DefaultConfiguration Defaults(DefaultConfigurationMode mode) =>
        new() { Name = mode, RetryMode = RequestRetryMode.Standard, ConnectTimeout = TimeSpan.FromSeconds(3.1) };

    private sealed class RegionalEndpoints : IEndpointProvider
    {
        public Endpoint ResolveEndpoint(EndpointParameters parameters) => (parameters["Endpoint"], parameters["Region"]) switch
        {
            (string { Length: > 0 } own, _) => new Endpoint(own),
            (_, string region) when Fn.Partition(region) is { } partition => new Endpoint($"https://lambda.{region}.{partition.dnsSuffix}"),
            _ => throw new AmazonClientException("No RegionEndpoint or ServiceURL configured"),
        };
    }
}
