using System.Text;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Microsoft.Extensions.Time.Testing;

namespace LocalAws.Tests;

public sealed class SignatureTests
{
    private const string Mismatch =
        "The request signature we calculated does not match the signature you provided. "
        + "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

    [Fact]
    public async Task Who_signs_with_another_secret_is_refused_as_each_service_does()
    {
        await using var aws = await EmbeddedAws.StartAsync(new EmbeddedAwsOptions { SecretAccessKey = "changed" });
        using var secrets = new AmazonSecretsManagerClient(
            new BasicAWSCredentials("AKIA", "secret"), new AmazonSecretsManagerConfig { ServiceURL = aws.ServiceUrl.ToString(), AuthenticationRegion = aws.Region });
        using var apiGateway = new AmazonAPIGatewayClient(
            new BasicAWSCredentials("AKIA", "secret"), new AmazonAPIGatewayConfig { ServiceURL = aws.ServiceUrl.ToString(), AuthenticationRegion = aws.Region });

        await AssertAws.RefusesAsync(
            400, "InvalidSignatureException", Mismatch, () => secrets.CreateSecretAsync(new Amazon.SecretsManager.Model.CreateSecretRequest { Name = "payments", SecretString = "v1" }));
        await AssertAws.RefusesAsync(403, "InvalidSignatureException", Mismatch, () => apiGateway.CreateApiKeyAsync(new CreateApiKeyRequest()));

        Assert.Empty(aws.SecretsManager.ListSecrets(new()).SecretList);
        Assert.Empty(aws.ApiGateway.GetApiKeys(new()).Items);
    }

    [Fact]
    public async Task A_secret_of_ones_own_opens_the_account()
    {
        await using var aws = await EmbeddedAws.StartAsync(new EmbeddedAwsOptions { SecretAccessKey = "changed" });
        using var apiGateway = new AmazonAPIGatewayClient(
            new BasicAWSCredentials("AKIA", "changed"), new AmazonAPIGatewayConfig { ServiceURL = aws.ServiceUrl.ToString(), AuthenticationRegion = aws.Region });

        await apiGateway.CreateApiKeyAsync(new CreateApiKeyRequest());

        Assert.Single(aws.ApiGateway.GetApiKeys(new()).Items);
    }

    [Fact]
    public async Task Names_and_arns_with_slashes_spaces_and_signs_are_signed_as_the_sdk_sends_them()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        const string name = "payments/a b+c&d=é%2F~*'()";
        var key = await account.CreateKeyAsync(name);
        var arn = $"arn:aws:apigateway:eu-west-1::/apikeys/{key.Id}";

        await account.ApiGateway.TagResourceAsync(new TagResourceRequest { ResourceArn = arn, Tags = new Dictionary<string, string> { ["a/b:c d"] = "1", ["e+f"] = "2" } });
        await account.ApiGateway.UntagResourceAsync(new UntagResourceRequest { ResourceArn = arn, TagKeys = ["e+f", "g"] });
        var tags = await account.ApiGateway.GetTagsAsync(new GetTagsRequest { ResourceArn = arn });
        var listed = await account.ApiGateway.GetApiKeysAsync(new GetApiKeysRequest { NameQuery = name, IncludeValues = true });

        Assert.Equal(["a/b:c d"], tags.Tags.Keys);
        Assert.Equal(key.Id, Assert.Single(listed.Items).Id);
        await AssertAws.RefusesAsync(404, "NotFoundException", text: null, () => account.ApiGateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = "a b/c%2Fd" }));
    }

    [Theory]
    [InlineData("body")]
    [InlineData("query")]
    [InlineData("path")]
    [InlineData("date")]
    [InlineData("signature")]
    public async Task What_was_changed_on_the_way_is_refused(string changed)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        using var http = new HttpClient(new SigningHandler("AKIA", "apigateway") { InnerHandler = new ChangingHandler(changed) });

        using var response = await http.PostAsync(new Uri(account.Aws.ServiceUrl, "/apikeys?mode=a"), new StringContent("{}"));

        Assert.Equal(403, (int)response.StatusCode);
        Assert.Equal("InvalidSignatureException", response.Headers.GetValues("x-amzn-ErrorType").Single());
        Assert.Empty(account.Aws.ApiGateway.GetApiKeys(new()).Items);
    }

    [Theory]
    [InlineData(-6, "Signature expired: ")]
    [InlineData(6, "Signature not yet current: ")]
    public async Task A_signature_is_good_for_five_minutes_of_the_machine_s_clock(int minutes, string text)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(minutes));
        using var http = new HttpClient(new SigningHandler("AKIA", "apigateway", clock: clock));

        using var refused = await http.GetAsync(new Uri(account.Aws.ServiceUrl, "/apikeys"));
        clock.AdjustTime(TimeProvider.System.GetUtcNow().AddMinutes(minutes > 0 ? 4 : -4));
        using var accepted = await http.GetAsync(new Uri(account.Aws.ServiceUrl, "/apikeys"));

        Assert.Equal((403, 200), ((int)refused.StatusCode, (int)accepted.StatusCode));
        Assert.Contains(text, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_is_for_one_service_and_region()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        using var forApiGateway = new HttpClient(new SigningHandler("AKIA", "apigateway"));
        using var forNowhere = new HttpClient(new SigningHandler("AKIA", "apigateway", "us-nowhere-1"));
        using var toSecretsManager = new HttpRequestMessage(HttpMethod.Post, account.Aws.ServiceUrl) { Content = new StringContent("{}") };
        toSecretsManager.Headers.Add("X-Amz-Target", "secretsmanager.ListSecrets");

        using var service = await forApiGateway.SendAsync(toSecretsManager);
        using var region = await forNowhere.GetAsync(new Uri(account.Aws.ServiceUrl, "/apikeys"));

        Assert.Equal((400, 403), ((int)service.StatusCode, (int)region.StatusCode));
        Assert.Contains("Credential should be scoped to correct service: ", await service.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("Credential should be scoped to a valid region", await region.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_incomplete_signature_is_refused()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(account.Aws.ServiceUrl, "/apikeys"));
        request.Headers.TryAddWithoutValidation("Authorization", "AWS4-HMAC-SHA256 Credential=AKIA/20250101/eu-west-1/apigateway/aws4_request, SignedHeaders=host");

        using var response = await http.SendAsync(request);

        Assert.Equal((403, "IncompleteSignatureException"), ((int)response.StatusCode, response.Headers.GetValues("x-amzn-ErrorType").Single()));
    }

    private sealed class ChangingHandler(string changed) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            switch (changed)
            {
                case "body":
                    request.Content = new StringContent("""{"name":"changed"}""", Encoding.UTF8, "application/json");
                    break;
                case "query":
                    request.RequestUri = new Uri(request.RequestUri!, "/apikeys?mode=b");
                    break;
                case "path":
                    request.RequestUri = new Uri(request.RequestUri!, "/usageplans?mode=a");
                    break;
                case "date":
                    var date = TimeProvider.System.GetUtcNow().AddSeconds(30).ToString("yyyyMMdd'T'HHmmss'Z'", System.Globalization.CultureInfo.InvariantCulture);
                    request.Headers.Remove("X-Amz-Date");
                    request.Headers.Add("X-Amz-Date", date);
                    break;
                default:
                    var authorization = request.Headers.GetValues("Authorization").Single();
                    request.Headers.Remove("Authorization");
                    request.Headers.TryAddWithoutValidation("Authorization", authorization[..^1] + (authorization[^1] == '0' ? '1' : '0'));
                    break;
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
