using System.Collections.Concurrent;
using LocalAws.DataPlane;
using LocalAws.SecretsManager;

namespace LocalAws;

/// <summary>
/// An AWS account inside this process: Secrets Manager, API Gateway, Lambda and EventBridge Scheduler over their real wire protocols on loopback. It
/// follows the rules that AWS documents or was observed to follow, and evaluates IAM policies. Its contents are lost when it is disposed. One
/// endpoint serves all Regions: the scope of a request's signature names the Region. The services of this class are those of the account's home
/// Region.
/// </summary>
public sealed class EmbeddedAws : IAsyncDisposable
{
    private readonly ConfidentialValues _confidential = new();
    private readonly ConcurrentDictionary<string, Lazy<AwsRegion>> _regions = new();
    private readonly CancellationTokenSource _stopped = new();
    private readonly ControlPlane _controlPlane;
    private readonly DataPlaneEndpoint _dataPlane;
    private readonly List<LoopbackServer> _servers = [];
    private readonly EmbeddedAwsOptions _options;
    private readonly AccountState _state;
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
        _options = options;
        _state = new AccountState(_confidential, new SecretReplication(), _stopped.Token);
        Iam = new IamService(this, options.PolicyLag);
        Kms = new KmsService(this);
        S3 = new S3Service(this);
        Home = Add(Region);
        _dataPlane = new DataPlaneEndpoint(this);
        _controlPlane = new ControlPlane(this);
    }

    /// <summary>Gets the endpoint of every service's control plane.</summary>
    public Uri ServiceUrl { get; private set; } = new("http://aws.localhost/");

    /// <summary>
    /// Gets the certificate of the data plane as PEM, for other processes. On Linux, .NET and OpenSSL trust it if SSL_CERT_FILE names a file that
    /// contains it. All instances in this process share it.
    /// </summary>
    public static string CertificatePem => DataPlaneCertificate.Instance.ExportCertificatePem();

    /// <summary>Gets the account's home Region, whose services this class has.</summary>
    public string Region { get; }

    /// <summary>Gets the account in ARNs.</summary>
    public string AccountId { get; }

    /// <summary>Gets the secret access key of every access key id that does not belong to a role.</summary>
    public string SecretAccessKey { get; }

    /// <summary>Gets the clock of every date, deadline, delay and retry.</summary>
    public TimeProvider TimeProvider { get; }

    /// <summary>Gets Secrets Manager in the home Region, without HTTP.</summary>
    public SecretsManagerService SecretsManager => Home.SecretsManager;

    /// <summary>Gets API Gateway's control plane in the home Region, without HTTP.</summary>
    public ApiGatewayService ApiGateway => Home.ApiGateway;

    /// <summary>Gets Lambda in the home Region, without HTTP.</summary>
    public LambdaService Lambda => Home.Lambda;

    /// <summary>Gets EventBridge Scheduler in the home Region, without HTTP.</summary>
    public SchedulerService Scheduler => Home.Scheduler;

    /// <summary>Gets IAM, which holds the roles and their policies. It has no Regions.</summary>
    public IamService Iam { get; }

    /// <summary>Gets KMS, which holds the grants of the keys of all Regions.</summary>
    public KmsService Kms { get; }

    /// <summary>Gets EventBridge in the home Region, which holds the rules for events of Secrets Manager and of CloudTrail.</summary>
    public EventsService Events => Home.Events;

    /// <summary>Gets CloudTrail in the home Region.</summary>
    public CloudTrailService CloudTrail => Home.CloudTrail;

    /// <summary>Gets S3, which holds the buckets of trails.</summary>
    public S3Service S3 { get; }

    /// <summary>Gets CloudWatch Logs in the home Region, which holds the output of functions in other processes.</summary>
    public LogsService Logs => Home.Logs;

    /// <summary>Gets the log of all calls over HTTP and of all invocations by Secrets Manager and by schedules.</summary>
    public CallLog Calls { get; } = new();

    /// <summary>
    /// Gets or sets the delegate that chooses a fault for each call over HTTP, or null for none. Its errors also affect each
    /// invocation by a schedule. It runs before the call takes effect and outside any
    /// lock, so it can use the services itself.
    /// </summary>
    public Func<AwsCall, Fault?>? Faults { get; set; }

    /// <summary>Gets every API key value and rotation token that this instance has ever held, to search a test's output for them.</summary>
    public IReadOnlyCollection<string> ConfidentialValues => _confidential.Snapshot();

    internal AwsRegion Home { get; }

    internal UnknownBehaviours Unknowns { get; }

    internal bool StaleReads { get; }

    internal IReadOnlyCollection<string> Onlookers { get; }

    /// <summary>Creates an account that is reachable only through <see cref="CreateTransport"/>.</summary>
    /// <param name="options">The options, or null for the defaults.</param>
    public static EmbeddedAws Create(EmbeddedAwsOptions? options = null) => new(options ?? new EmbeddedAwsOptions());

    /// <summary>Starts an account that listens on loopback.</summary>
    /// <param name="options">The options, or null for the defaults.</param>
    /// <exception cref="IOException">The port is in use, or this user does not have permission to listen on it.</exception>
    public static async Task<EmbeddedAws> StartAsync(EmbeddedAwsOptions? options = null)
    {
        var aws = Create(options);
        var controlPlane = await LoopbackServer.StartAsync(aws._controlPlane.AnswerAsync, aws._options.Port);
        aws._servers.Add(controlPlane);
        aws.ServiceUrl = controlPlane.Url;
        var dataPlane = await LoopbackServer.StartAsync(aws._dataPlane.AnswerAsync, certificate: DataPlaneCertificate.Instance);
        aws._servers.Add(dataPlane);
        aws._dataPlaneUrl = dataPlane.Url;
        return aws;
    }

    /// <summary>
    /// Creates a handler that carries an HttpClient's requests to <see cref="ServiceUrl"/> and <see cref="InvokeUrl"/> without a connection, for
    /// tests with very many calls. An exception of the <see cref="Faults"/> delegate reaches the caller.
    /// </summary>
    public HttpMessageHandler CreateTransport() => new InProcessTransport(_controlPlane, ServiceUrl.Authority, _dataPlane);

    /// <summary>Creates a client for deployed APIs. It trusts only the data plane's certificate, and follows no redirect.</summary>
    public static HttpClient CreateHttpClient() => new(DataPlaneCertificate.CreateHandler());

    /// <summary>Returns a Region. It is empty at first.</summary>
    /// <param name="region">The Region's code.</param>
    /// <exception cref="ArgumentException">AWS has no such Region.</exception>
    public AwsRegion In(string region) =>
        Find(region)
            ?? throw new ArgumentException($"{region} is neither a Region of the partition aws nor the home Region {Region}.", nameof(region));

    /// <summary>Returns the https URL of a deployed API in any Region. Append the resource path.</summary>
    /// <param name="restApiId">The API's id. No two Regions have an API of the same id.</param>
    /// <param name="stageName">The stage.</param>
    public Uri InvokeUrl(string restApiId, string stageName) =>
        new(_dataPlaneUrl, $"{Uri.EscapeDataString(restApiId)}/{Uri.EscapeDataString(stageName)}/");

    /// <summary>Ends the rotations in progress, the schedules, the processes of functions, and the listeners.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        foreach (var region in Regions())
        {
            region.Stop();
        }

        await Task.WhenAll(Regions().Select(region => region.Lambda.EndProcessesAsync()));
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        _stopped.Dispose();
    }

    /// <summary>Returns a Region, or null if AWS has no such Region.</summary>
    internal AwsRegion? Find(string region) => region == Region ? Home : RegionCodes.Contains(region) ? Add(region) : null;

    /// <summary>Returns the Regions that were used so far.</summary>
    internal IEnumerable<AwsRegion> Regions() => _regions.Values.Select(region => region.Value);

    private AwsRegion Add(string region) =>
        _regions.GetOrAdd(region, name => new Lazy<AwsRegion>(() => new AwsRegion(this, name, _options, _state))).Value;
}
