using System.Net;

namespace LocalAws.Tests;

/// <summary>Without a connection, the responses are the same as over one.</summary>
public sealed class InProcessTransportTests
{
    private const string Json = "application/x-amz-json-1.1";

    private static readonly (HttpMethod Method, string Path, string? Body, string? Target)[] Requests =
    [
        (HttpMethod.Post, "/", """{"SecretId":"payments"}""", "DescribeSecret"),
        (HttpMethod.Post, "/", """{"SecretId":"payments"}""", "GetSecretValue"),
        (HttpMethod.Post, "/", """{"SecretId":"nothing"}""", "GetSecretValue"),
        (HttpMethod.Post, "/", "{", "GetSecretValue"),
        (HttpMethod.Post, "/", "{}", "NoSuchOperation"),
        (HttpMethod.Get, "/apikeys?includeValues=true&limit=2&name=key%20", null, null),
        (HttpMethod.Get, "/apikeys/KEY?includeValue=true", null, null),
        (HttpMethod.Get, "/apikeys/nothing", null, null),
        (HttpMethod.Get, "/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Fapikeys%2FKEY", null, null),
        (HttpMethod.Patch, "/apikeys/KEY", """{"patchOperations":[{"op":"replace","path":"/enabled","value":"true"}]}""", null),
        (HttpMethod.Put, "/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Fapikeys%2FKEY", """{"tags":{"team":"billing"}}""", null),
        (HttpMethod.Delete, "/usageplans/nothing", null, null),
        (HttpMethod.Get, "/domainnames", null, null),
    ];

    [Fact]
    public async Task The_control_plane_answers_as_over_loopback()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await account.CreateSecretAsync();
        var key = await account.CreateKeyAsync("key one");
        await account.CreateKeyAsync("key two");
        await account.CreateKeyAsync("key three");
        foreach (var (method, path, body, target) in Requests)
        {
            var service = target is null ? "apigateway" : "secretsmanager";
            var overLoopback = await AnswerAsync(new SocketsHttpHandler());
            var inProcess = await AnswerAsync(account.Aws.CreateTransport());
            Assert.True(overLoopback == inProcess, $"{method} {path} {target} is answered otherwise in process");

            async Task<string> AnswerAsync(HttpMessageHandler transport)
            {
                using var http = new HttpClient(new SigningHandler(LocalAwsAccount.AccessKeyId, service) { InnerHandler = transport });
                using var request = new HttpRequestMessage(method, new Uri(account.Aws.ServiceUrl, path.Replace("KEY", key.Id, StringComparison.Ordinal)));
                request.Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, Json);
                if (target is not null)
                {
                    request.Headers.Add("X-Amz-Target", "secretsmanager." + target);
                }

                using var response = await http.SendAsync(request);
                return await TextOfAsync(response);
            }
        }
    }

    [Theory]
    [InlineData("orders/1", true)]
    [InlineData("orders/1", false)]
    [InlineData("free/o%20f/charge?all=true", false)]
    [InlineData("nothing", true)]
    public async Task The_data_plane_answers_as_over_loopback(string resource, bool withKey)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var stage = await account.CreateApiStageAsync(("/orders/1", true), ("/free/{of}/charge", false));
        var key = await account.CreateKeyAsync();
        await account.AttachAsync(await account.CreatePlanAsync(stage), key.Id);
        using var direct = new HttpClient(account.Aws.CreateTransport());

        var (overLoopback, status) = await AnswerAsync(account.Http);
        var (inProcess, _) = await AnswerAsync(direct);

        Assert.Equal(overLoopback, inProcess);
        Assert.Equal(resource is "nothing" || (resource is "orders/1" && !withKey) ? HttpStatusCode.Forbidden : HttpStatusCode.OK, status);

        async Task<(string Text, HttpStatusCode Status)> AnswerAsync(HttpClient http)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(account.Aws.InvokeUrl(stage.ApiId, "prod"), resource));
            if (withKey)
            {
                request.Headers.Add("x-api-key", key.Value);
            }

            using var response = await http.SendAsync(request);
            return (await TextOfAsync(response), response.StatusCode);
        }
    }

    [Fact]
    public async Task An_account_that_does_not_listen_serves_the_SDKs_clients_and_those_of_the_API()
    {
        await using var account = await LocalAwsAccount.StartAsync(inProcess: true);
        var secret = await account.CreateSecretAsync();
        var stage = await account.CreateApiStageAsync();
        var key = await account.CreateKeyAsync();
        Assert.Equal(403, await account.StatusAsync(stage, key.Value));

        await account.AttachAsync(await account.CreatePlanAsync(stage), key.Id);

        Assert.Equal(200, await account.StatusAsync(stage, key.Value));
        Assert.Equal("AWSCURRENT", (await account.LabelsAsync())[secret.VersionId]);
        Assert.Equal("CreateSecret", account.Aws.Calls.Snapshot()[0].Call.Operation);
        await Assert.ThrowsAsync<HttpRequestException>(() => EmbeddedAws.CreateHttpClient().GetAsync(account.Aws.ServiceUrl));
    }

    [Theory]
    [InlineData("wrong", 0, "InvalidSignatureException")]
    [InlineData("secret", -10, "InvalidSignatureException")]
    [InlineData(null, 0, "MissingAuthenticationTokenException")]
    public async Task A_signature_is_verified(string? secretAccessKey, int minutesOff, string error)
    {
        await using var account = await LocalAwsAccount.StartAsync(inProcess: true);
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(minutesOff));
        var transport = account.Aws.CreateTransport();
        using var http = new HttpClient(
            secretAccessKey is null ? transport : new SigningHandler("AKIA", "apigateway", secretAccessKey: secretAccessKey, clock: clock) { InnerHandler = transport });

        using var response = await http.PostAsync(new Uri(account.Aws.ServiceUrl, "/apikeys"), new StringContent("{}"));

        Assert.Equal(error, response.Headers.GetValues("x-amzn-ErrorType").Single());
        Assert.Equal(403, (int)response.StatusCode);
        Assert.Empty(account.Aws.ApiGateway.GetApiKeys(new()).Items);
    }

    // What says when and over what it was sent may differ.
    private static async Task<string> TextOfAsync(HttpResponseMessage response)
    {
        var headers = response.Headers.Concat(response.Content.Headers)
            .Where(header => header.Key is not ("Date" or "Server" or "Content-Length" or "Transfer-Encoding" or "x-amzn-RequestId"))
            .Select(header => $"{header.Key}: {string.Join(',', header.Value)}")
            .Order(StringComparer.Ordinal);
        return $"{(int)response.StatusCode}\n{string.Join('\n', headers)}\n{await response.Content.ReadAsStringAsync()}";
    }
}
