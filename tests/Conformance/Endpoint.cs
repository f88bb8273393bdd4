using System.Text.Json;
using Amazon.APIGateway;
using Amazon.Runtime;
using Amazon.SecretsManager;

namespace Conformance;

/// <summary>What the tests run against, by the environment.</summary>
internal sealed record Endpoint(string Kind, Uri? Url, string? InvokeUrl, string? Api, string? FunctionArn)
{
    public const string Embedded = "embedded";
    public const string Aws = "aws";

    private static readonly Lazy<Task<Endpoint>> Chosen = new(ChooseAsync);
    private static readonly Lazy<Dictionary<string, Dictionary<string, string>>> Deviations = new(() =>
        JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string>>>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "deviations.json")))!);

    public bool IsEmbedded => Kind == Embedded;

    /// <summary>The deviations from AWS that are documented, by the kind of endpoint and the fact.</summary>
    public static IReadOnlyDictionary<string, Dictionary<string, string>> KnownDeviations => Deviations.Value;

    public static Task<Endpoint> CurrentAsync() => Chosen.Value;

    /// <summary>Why this endpoint does not do one of these facts; null where none of them is known to deviate.</summary>
    public string? DeviationOf(IEnumerable<string> facts)
    {
        var known = KnownDeviations.GetValueOrDefault(Kind);
        return facts.Where(fact => known?.ContainsKey(fact) == true).Select(fact => $"{fact}, {known![fact]}").FirstOrDefault();
    }

    /// <summary>Where it is, for the output.</summary>
    public string Describe()
    {
        if (Url is not null)
        {
            return Url.ToString();
        }

        var (secretsManager, apiGateway) = Connect();
        using (secretsManager)
        using (apiGateway)
        {
            return $"AWS in {secretsManager.Config.RegionEndpoint?.SystemName}";
        }
    }

    /// <summary>Clients of this endpoint.</summary>
    public (IAmazonSecretsManager SecretsManager, IAmazonAPIGateway ApiGateway) Connect() => Url is null
        // Other clients of the account share its rates.
        ? (new AmazonSecretsManagerClient(new AmazonSecretsManagerConfig { MaxErrorRetry = 10 }),
            new AmazonAPIGatewayClient(new AmazonAPIGatewayConfig { MaxErrorRetry = 10 }))
        : Connect(Url, Environment.GetEnvironmentVariable("AWS_REGION") ?? "us-east-1");

    /// <summary>Clients of an endpoint that takes any credentials.</summary>
    public static (IAmazonSecretsManager SecretsManager, IAmazonAPIGateway ApiGateway) Connect(Uri url, string region)
    {
        var credentials = new BasicAWSCredentials("AKIATEST", "secret");
        return (
            new AmazonSecretsManagerClient(
                credentials, new AmazonSecretsManagerConfig { ServiceURL = url.ToString(), AuthenticationRegion = region, MaxErrorRetry = 0 }),
            new AmazonAPIGatewayClient(
                credentials, new AmazonAPIGatewayConfig { ServiceURL = url.ToString(), AuthenticationRegion = region, MaxErrorRetry = 0 }));
    }

    /// <summary>A client of this endpoint in another Region.</summary>
    public IAmazonSecretsManager ConnectSecretsManager(string region) => Url is null
        ? new AmazonSecretsManagerClient(new AmazonSecretsManagerConfig { RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(region), MaxErrorRetry = 10 })
        : Connect(Url, region).SecretsManager;

    private static async Task<Endpoint> ChooseAsync()
    {
        var invokeUrl = Environment.GetEnvironmentVariable("CONFORMANCE_INVOKE_URL");
        var api = Environment.GetEnvironmentVariable("CONFORMANCE_API");
        var functionArn = Environment.GetEnvironmentVariable("CONFORMANCE_FUNCTION_ARN");
        return Environment.GetEnvironmentVariable("CONFORMANCE_ENDPOINT") switch
        {
            null or "" => new Endpoint(Embedded, null, null, null, null),
            Aws => new Endpoint(Aws, null, invokeUrl, api, functionArn),
            var url => new Endpoint(await KindOfAsync(new Uri(url)), new Uri(url), invokeUrl, api, functionArn),
        };
    }

    private static async Task<string> KindOfAsync(Uri url)
    {
        using var http = new HttpClient();
        foreach (var (kind, path) in new[] { ("localstack", "_localstack/health"), ("moto", "moto-api/data.json") })
        {
            using var response = await http.GetAsync(new Uri(url, path));
            if (response.IsSuccessStatusCode)
            {
                return kind;
            }
        }

        return "other";
    }
}
