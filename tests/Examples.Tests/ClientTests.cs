using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using Amazon.Runtime;
using Amazon.SecretsManager;
using LocalAws;
using LocalAws.ApiGateway;
using Microsoft.Extensions.Time.Testing;

namespace Examples.Tests;

/// <summary>The examples of docs/clients.md, on an API whose key is replaced under them.</summary>
public sealed class ClientTests : IAsyncLifetime
{
    private const string SecretName = "partner/api";

    private EmbeddedAws _aws = null!;
    private string _planId = "";
    private string _keyId = "";
    private Uri _orders = null!;

    public async ValueTask InitializeAsync()
    {
        _aws = await EmbeddedAws.StartAsync();
        var api = _aws.ApiGateway.CreateRestApi(new() { Name = "orders" }).Id;
        _aws.ApiGateway.CreateDeployment(new() { RestApiId = api, StageName = "prod" });
        _planId = _aws.ApiGateway.CreateUsagePlan(new() { Name = "partners", ApiStages = [new(api, "prod")] }).Id;
        _orders = new Uri(_aws.InvokeUrl(api, "prod"), "orders");
        _aws.SecretsManager.CreateSecret(new() { Name = SecretName, SecretString = Mint(), ClientRequestToken = Guid.NewGuid().ToString() });
    }

    public ValueTask DisposeAsync() => _aws.DisposeAsync();

    [Fact]
    public async Task The_handler_reads_once_and_again_when_the_key_is_old()
    {
        var time = new FakeTimeProvider();
        using var client = Client(time);

        await CallAsync(client, HttpStatusCode.OK);
        await CallAsync(client, HttpStatusCode.OK);
        Assert.Equal(1, Reads());

        time.Advance(TimeSpan.FromMinutes(5));
        await CallAsync(client, HttpStatusCode.OK);
        Assert.Equal(2, Reads());
    }

    [Fact]
    public async Task The_handler_reads_again_when_its_key_is_refused_and_sends_the_same_body()
    {
        using var client = Client(new FakeTimeProvider());
        await CallAsync(client, HttpStatusCode.OK);
        Replace();

        using var content = new StringContent("an order");
        using var response = await client.PostAsync(_orders, content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, Reads());
    }

    [Fact]
    public async Task The_handler_tells_a_refusal_that_a_fresh_read_does_not_change()
    {
        using var client = Client(new FakeTimeProvider());
        await CallAsync(client, HttpStatusCode.OK);
        _aws.ApiGateway.DeleteApiKey(_keyId);

        await CallAsync(client, HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task The_script_calls_with_the_key_that_the_secret_holds_and_shows_it_to_nobody()
    {
        Assert.SkipUnless(await IsInstalledAsync("aws") && await IsInstalledAsync("curl"), "The aws CLI or curl is not installed.");

        Assert.Equal("""{"ok":true}""", await RunScriptAsync(succeeds: true));
        Replace();
        Assert.Equal("""{"ok":true}""", await RunScriptAsync(succeeds: true));
        _aws.ApiGateway.DeleteApiKey(_keyId);
        Assert.Equal("""{"message":"Forbidden"}""", await RunScriptAsync(succeeds: false));
    }

    private static async Task<bool> IsInstalledAsync(string command)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, "--version") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private HttpClient Client(TimeProvider time)
    {
        var secretsManager = new AmazonSecretsManagerClient(
            new BasicAWSCredentials("AKIACLIENT", _aws.SecretAccessKey), new AmazonSecretsManagerConfig { ServiceURL = _aws.ServiceUrl.ToString(), AuthenticationRegion = _aws.Region });
        return new HttpClient(new RotatedApiKeyHandler(secretsManager, SecretName, TimeSpan.FromMinutes(5), time) { InnerHandler = _aws.CreateTransport() });
    }

    private async Task CallAsync(HttpClient client, HttpStatusCode expected)
    {
        using var response = await client.GetAsync(_orders, TestContext.Current.CancellationToken);
        Assert.Equal(expected, response.StatusCode);
    }

    private int Reads() => _aws.Calls.Snapshot().Count(call => call.Call is { AccessKeyId: "AKIACLIENT", Operation: "GetSecretValue" });

    /// <summary>Another key, and the one before is gone.</summary>
    private void Replace()
    {
        var replaced = _keyId;
        _aws.SecretsManager.PutSecretValue(new() { SecretId = SecretName, SecretString = Mint(), ClientRequestToken = Guid.NewGuid().ToString() });
        _aws.ApiGateway.DeleteApiKey(replaced);
    }

    private string Mint()
    {
        var key = _aws.ApiGateway.CreateApiKey(new CreateApiKeyRequest { Name = "key", Enabled = true });
        _aws.ApiGateway.CreateUsagePlanKey(new CreateUsagePlanKeyRequest { UsagePlanId = _planId, KeyId = key.Id });
        _keyId = key.Id;
        return $$"""{"url": "https://orders.example.com", "apiKey": "{{key.Value}}"}""";
    }

    private async Task<string> RunScriptAsync(bool succeeds)
    {
        var trusted = Path.GetTempFileName();
        await File.WriteAllTextAsync(trusted, EmbeddedAws.CertificatePem, TestContext.Current.CancellationToken);
        using var process = Process.Start(new ProcessStartInfo("bash", [Path.Combine(AppContext.BaseDirectory, "call-api.sh"), SecretName, _orders.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            Environment =
            {
                ["AWS_ENDPOINT_URL"] = _aws.ServiceUrl.ToString(),
                ["AWS_ACCESS_KEY_ID"] = "AKIASHELL",
                ["AWS_SECRET_ACCESS_KEY"] = _aws.SecretAccessKey,
                ["AWS_REGION"] = _aws.Region,
                ["AWS_DEFAULT_REGION"] = _aws.Region,
                ["CURL_CA_BUNDLE"] = trusted,
                ["NO_PROXY"] = "*",
            },
        })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        File.Delete(trusted);
        Assert.True(succeeds == (process.ExitCode == 0), $"exit code {process.ExitCode}");
        Assert.False(_aws.ConfidentialValues.Any((output + await error).Contains), "a key value was printed");
        return output;
    }
}
