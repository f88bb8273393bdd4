using LocalAws.ApiGateway;
using LocalAws.DataPlane;
using LocalAws.Lambda;
using LocalAws.SecretsManager;

namespace LocalAws;

/// <summary>
/// An AWS account in one Region, inside this process: Secrets Manager, API Gateway and Lambda, spoken to over their real wire protocols on
/// loopback, with the rules that AWS documents or was seen to keep, and IAM's policies about who may do what. What it holds is gone when it is disposed.
/// </summary>
public sealed class EmbeddedAws : IAsyncDisposable
{
    private readonly ConfidentialValues _confidential = new();
    private readonly CancellationTokenSource _stopped = new();
    private readonly ControlPlane _controlPlane;
    private readonly DataPlaneEndpoint _dataPlane;
    private readonly List<LoopbackServer> _servers = [];
    private readonly int _port;
    private Uri _dataPlaneUrl = new("https://execute-api.localhost/");

    private EmbeddedAws(EmbeddedAwsOptions options)
    {
        Region = options.Region;
        AccountId = options.AccountId;
        SecretAccessKey = options.SecretAccessKey;
        TimeProvider = options.TimeProvider;
        Unknowns = options.Unknowns;
        StaleReads = options.StaleReads;
        Onlookers = options.Onlookers;
        _port = options.Port;
        var meter = new UsageMeter(options.TimeProvider);
        var replica = new DataPlaneReplica(options.TimeProvider, meter, options.DataPlaneNodes) { ActivationLag = options.ActivationLag };
        Iam = new IamService(this, options.PolicyLag);
        Logs = new LogsService(this);
        Lambda = new LambdaService(this);
        Events = new EventsService(this, _stopped.Token);
        ApiGateway = new ApiGatewayService(this, replica, meter, _confidential);
        SecretsManager = new SecretsManagerService(this, options, _confidential, _stopped.Token);
        _dataPlane = new DataPlaneEndpoint(replica);
        _controlPlane = new ControlPlane(this, new SecretsManagerProtocol(SecretsManager), new ApiGatewayProtocol(ApiGateway), new LambdaProtocol(Lambda));
    }

    /// <summary>The endpoint of every service's control plane.</summary>
    public Uri ServiceUrl { get; private set; } = new("http://aws.localhost/");

    /// <summary>
    /// The certificate of the data plane as PEM, for a process of its own: a file that SSL_CERT_FILE names makes .NET and OpenSSL trust it on Linux.
    /// It is the same for every instance in this process.
    /// </summary>
    public static string CertificatePem => DataPlaneCertificate.Instance.ExportCertificatePem();

    /// <summary>The Region in ARNs.</summary>
    public string Region { get; }

    /// <summary>The account in ARNs.</summary>
    public string AccountId { get; }

    /// <summary>The secret access key of every access key id that is no role's.</summary>
    public string SecretAccessKey { get; }

    /// <summary>The clock of every date, deadline, delay and retry.</summary>
    public TimeProvider TimeProvider { get; }

    /// <summary>Secrets Manager, without HTTP.</summary>
    public SecretsManagerService SecretsManager { get; }

    /// <summary>API Gateway's control plane, without HTTP.</summary>
    public ApiGatewayService ApiGateway { get; }

    /// <summary>Lambda, without HTTP.</summary>
    public LambdaService Lambda { get; }

    /// <summary>EventBridge, without HTTP.</summary>
    public EventsService Events { get; }

    /// <summary>Roles and what they may do.</summary>
    public IamService Iam { get; }

    /// <summary>What functions in processes of their own wrote.</summary>
    public LogsService Logs { get; }

    /// <summary>Every call over HTTP, and every invocation by Secrets Manager.</summary>
    public CallLog Calls { get; } = new();

    /// <summary>
    /// Asked once for each call over HTTP, before it takes effect and outside any lock, so that it may use the services itself. Null: nothing goes wrong.
    /// </summary>
    public Func<AwsCall, Fault?>? Faults { get; set; }

    /// <summary>Every API key value and every rotation token that this instance ever held, to search a test's output for.</summary>
    public IReadOnlyCollection<string> ConfidentialValues => _confidential.Snapshot();

    internal UnknownBehaviours Unknowns { get; }

    internal bool StaleReads { get; }

    internal IReadOnlyCollection<string> Onlookers { get; }

    /// <summary>An account that is reached through <see cref="CreateTransport"/> only.</summary>
    /// <param name="options">How it behaves; the defaults where null.</param>
    public static EmbeddedAws Create(EmbeddedAwsOptions? options = null) => new(options ?? new EmbeddedAwsOptions());

    /// <summary>An account that listens on loopback.</summary>
    /// <param name="options">How it behaves; the defaults where null.</param>
    /// <exception cref="IOException">Its port is in use, or this user may not listen on it.</exception>
    public static async Task<EmbeddedAws> StartAsync(EmbeddedAwsOptions? options = null)
    {
        var aws = Create(options);
        var controlPlane = await LoopbackServer.StartAsync(aws._controlPlane.AnswerAsync, aws._port);
        aws._servers.Add(controlPlane);
        aws.ServiceUrl = controlPlane.Url;
        var dataPlane = await LoopbackServer.StartAsync(aws._dataPlane.AnswerAsync, certificate: DataPlaneCertificate.Instance);
        aws._servers.Add(dataPlane);
        aws._dataPlaneUrl = dataPlane.Url;
        return aws;
    }

    /// <summary>
    /// Carries an HttpClient's requests to <see cref="ServiceUrl"/> and <see cref="InvokeUrl"/> without a connection: for tests that make very many calls.
    /// An exception of the <see cref="Faults"/> hook reaches the caller.
    /// </summary>
    public HttpMessageHandler CreateTransport() => new InProcessTransport(_controlPlane, ServiceUrl.Authority, _dataPlane);

    /// <summary>A client of deployed APIs: it trusts the data plane's certificate and no other, and follows no redirect.</summary>
    public static HttpClient CreateHttpClient() => new(DataPlaneCertificate.CreateHandler());

    /// <summary>The https address at which clients call a deployed API. Resource paths follow it.</summary>
    /// <param name="restApiId">The API's id.</param>
    /// <param name="stageName">The stage.</param>
    public Uri InvokeUrl(string restApiId, string stageName) =>
        new(_dataPlaneUrl, $"{Uri.EscapeDataString(restApiId)}/{Uri.EscapeDataString(stageName)}/");

    /// <summary>Ends the rotations that are running or waiting, the schedules, the processes of functions, and the listeners.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        SecretsManager.Stop();
        Events.Stop();
        await Lambda.EndProcessesAsync();
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        _stopped.Dispose();
    }

    /// <summary>Keeps a service's state for a read that is answered as if the write which follows had not been made.</summary>
    internal void KeepForStaleReads(string service)
    {
        switch (service)
        {
            case "secretsmanager":
                SecretsManager.KeepForStaleReads();
                break;
            case "apigateway":
                ApiGateway.KeepForStaleReads();
                break;
        }
    }

    internal T AsBeforeTheLastWrite<T>(Func<T> read) => SecretsManager.AsBeforeTheLastWrite(() => ApiGateway.AsBeforeTheLastWrite(read));
}
