using Amazon;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace Compat.Tests;

public class EndpointTests
{
    [Theory]
    [InlineData("eu-west-1", false, false, "https://{0}.eu-west-1.amazonaws.com/")]
    [InlineData("us-east-1", true, false, "https://{0}-fips.us-east-1.amazonaws.com/")]
    [InlineData("us-east-1", false, true, "https://{0}.us-east-1.api.aws/")]
    [InlineData("us-gov-west-1", true, true, "https://{0}-fips.us-gov-west-1.api.aws/")]
    [InlineData("cn-north-1", false, false, "https://{0}.cn-north-1.amazonaws.com.cn/")]
    [InlineData("eusc-de-east-1", false, false, "https://{0}.eusc-de-east-1.amazonaws.eu/")]
    public void Region_gives_the_host(string region, bool fips, bool dualStack, string expected)
    {
        Assert.Equal(string.Format(null, expected, "secretsmanager"), Endpoint(new AmazonSecretsManagerConfig(), new DescribeSecretRequest()));
        Assert.Equal(string.Format(null, expected, "apigateway"), Endpoint(new AmazonAPIGatewayConfig(), new GetApiKeyRequest()));

        string Endpoint(ClientConfig config, AmazonWebServiceRequest request)
        {
            config.IgnoreConfiguredEndpointUrls = true;
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
            config.UseFIPSEndpoint = fips;
            config.UseDualstackEndpoint = dualStack;
            return config.DetermineServiceOperationEndpoint(new(request)).URL;
        }
    }

    [Fact]
    public void Url_of_ones_own_is_taken_as_it_is_and_excludes_FIPS()
    {
        var config = new AmazonSecretsManagerConfig
        {
            ServiceURL = "http://127.0.0.1:1/base",
            AuthenticationRegion = "eu-west-1",
            UseFIPSEndpoint = false,
            UseDualstackEndpoint = false,
        };

        Assert.Equal("http://127.0.0.1:1/base/", config.DetermineServiceOperationEndpoint(new(new DescribeSecretRequest())).URL);

        config.UseFIPSEndpoint = true;
        Assert.Throws<AmazonClientException>(() => config.DetermineServiceOperationEndpoint(new(new DescribeSecretRequest())));
    }

    [Fact]
    public void Service_is_named_as_in_its_model()
    {
        Assert.Equal("Secrets Manager", AmazonSecretsManagerConfig.ServiceId);
        Assert.Equal("API Gateway", AmazonAPIGatewayConfig.ServiceId);
        Assert.Equal("2017-10-17", new AmazonSecretsManagerConfig().ServiceVersion);
        Assert.Equal("2015-07-09", new AmazonAPIGatewayConfig().ServiceVersion);
    }
}

/// <summary>What is read from the environment: the process has only one, so these run by themselves.</summary>
[Collection(nameof(EnvironmentTests))]
[CollectionDefinition(nameof(EnvironmentTests), DisableParallelization = true)]
public sealed class EnvironmentTests : IDisposable
{
    private static readonly string[] Names =
    [
        "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL_API_GATEWAY", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "AWS_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_RETRY_MODE", "AWS_MAX_ATTEMPTS",
    ];

    private readonly Dictionary<string, string?> _before = Names.ToDictionary(name => name, Environment.GetEnvironmentVariable);

    public EnvironmentTests()
    {
        Set(Names.ToDictionary(name => name, _ => (string?)null));
        Set(new()
        {
            ["AWS_REGION"] = "us-east-2",
            ["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE",
            ["AWS_SECRET_ACCESS_KEY"] = "from-environment",
            ["AWS_SESSION_TOKEN"] = "session-token",
        });
    }

    public void Dispose() => Set(_before);

    [Fact]
    public async Task Client_without_arguments_takes_everything_from_the_environment()
    {
        await using var server = await Loopback.StartAsync();
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL_SECRETS_MANAGER", server.Url);
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL_API_GATEWAY", server.Url);
        using var secrets = new AmazonSecretsManagerClient();
        using var gateway = new AmazonAPIGatewayClient();

        await secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "s" }, TestContext.Current.CancellationToken);
        await gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = "k" }, TestContext.Current.CancellationToken);

        Assert.Equal(["POST /", "GET /apikeys/k"], server.Requests.Select(request => request.Line));
        SigV4.Verify(server.Requests[0], "from-environment", "us-east-2", "secretsmanager");
        SigV4.Verify(server.Requests[1], "from-environment", "us-east-2", "apigateway");
    }

    [Fact]
    public async Task Endpoint_for_all_services_yields_to_that_of_one()
    {
        await using var all = await Loopback.StartAsync();
        await using var one = await Loopback.StartAsync();
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL", all.Url);
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL_API_GATEWAY", one.Url);
        using var secrets = new AmazonSecretsManagerClient();
        using var gateway = new AmazonAPIGatewayClient();

        await secrets.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "s" }, TestContext.Current.CancellationToken);
        await gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = "k" }, TestContext.Current.CancellationToken);

        Assert.Equal("POST /", Assert.Single(all.Requests).Line);
        Assert.Equal("GET /apikeys/k", Assert.Single(one.Requests).Line);
    }

    [Fact]
    public async Task Url_in_the_configuration_comes_first()
    {
        await using var configured = await Loopback.StartAsync();
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:1");
        using var client = configured.SecretsManager();

        await client.DescribeSecretAsync(new DescribeSecretRequest { SecretId = "s" }, TestContext.Current.CancellationToken);

        Assert.Single(configured.Requests);
    }

    [Fact]
    public void Defaults_are_those_of_version_4()
    {
        var config = new AmazonSecretsManagerConfig
        {
            RegionEndpoint = RegionEndpoint.EUWest1,
            DefaultConfigurationMode = DefaultConfigurationMode.Standard,
        };

        Assert.Equal(RequestRetryMode.Standard, config.RetryMode);
        Assert.Equal(2, config.MaxErrorRetry);
    }

    private static void Set(Dictionary<string, string?> values)
    {
        foreach (var (name, value) in values)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        // AWSSDK.Core reads most settings once a process.
        FallbackInternalConfigurationFactory.Reset();
    }
}
