using System.Net;
using System.Security.Cryptography.X509Certificates;
using Amazon.SecretsManager;
using LocalAws;
using Microsoft.Extensions.Time.Testing;

namespace Examples.Tests;

/// <summary>examples/csharp, on an API whose key is replaced under it.</summary>
public sealed class CSharpClientTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private ClientFixture _fixture = null!;
    private AmazonSecretsManagerClient _secretsManager = null!;

    public async ValueTask InitializeAsync()
    {
        _fixture = await ClientFixture.StartAsync();
        _secretsManager = _fixture.SecretsManager();
    }

    public async ValueTask DisposeAsync()
    {
        _secretsManager.Dispose();
        await _fixture.DisposeAsync();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task It_reads_once_and_again_when_the_key_is_old(bool async)
    {
        using var client = Client(out _);
        await CallAsync(client, HttpStatusCode.OK, async);
        await CallAsync(client, HttpStatusCode.OK, async);
        Assert.Equal(1, _fixture.Reads);

        _time.Advance(TimeSpan.FromMinutes(5));
        await CallAsync(client, HttpStatusCode.OK, async);
        Assert.Equal(2, _fixture.Reads);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_rotation_refuses_no_request(bool async)
    {
        using var client = Client(out var sent);
        for (var rotation = 0; rotation < 3; rotation++)
        {
            await CallAsync(client, HttpStatusCode.OK, async);
            await _fixture.RotateAsync();
            await CallAsync(client, HttpStatusCode.OK, async);
            _time.Advance(TimeSpan.FromMinutes(5));
        }

        await CallAsync(client, HttpStatusCode.OK, async);
        Assert.Equal((7, 4), (sent.Keys.Count, sent.Keys.Distinct().Count()));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_revoked_key_is_replaced_at_once_and_the_same_body_sent_again(bool async)
    {
        using var client = Client(out var sent);
        await CallAsync(client, HttpStatusCode.OK, async);
        await _fixture.RotateAsync();
        await _fixture.RevokePreviousAsync();

        using var content = new StreamContent(new MemoryStream("an order"u8.ToArray()));
        using var request = new HttpRequestMessage(HttpMethod.Post, _fixture.Orders) { Content = content };
        using var response = await SendAsync(client, request, async);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["an order", "an order"], sent.Bodies);
        Assert.Equal(2, _fixture.Reads);
    }

    // FantasticFiasco/aws-signature-version-4 478, open-telemetry/opentelemetry-dotnet 7575:
    // HttpClient.Send goes past a handler that overrides SendAsync only.
    [Theory, InlineData("GET"), InlineData("POST"), InlineData("DELETE")]
    public void HttpClient_Send_sends_the_key_too(string method)
    {
        using var client = Client(out var sent);
        using var content = new StringContent("an order");
        using var request = new HttpRequestMessage(new HttpMethod(method), _fixture.Orders) { Content = method == "POST" ? content : null };
        using var response = client.Send(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(sent.Keys is [not null], "not one request with a key");
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Fifty_callers_at_once_make_one_read(bool async)
    {
        using var client = Client(out var sent);
        _fixture.FailReads(Fault.Delayed(TimeSpan.FromMilliseconds(500)));
        await AtOnceAsync(HttpStatusCode.OK);
        Assert.Equal(1, _fixture.Reads);

        _time.Advance(TimeSpan.FromMinutes(5));
        await AtOnceAsync(HttpStatusCode.OK);
        Assert.Equal(2, _fixture.Reads);

        await _fixture.RotateAsync();
        await _fixture.RevokePreviousAsync();
        await AtOnceAsync(HttpStatusCode.OK);
        Assert.Equal((3, 2), (_fixture.Reads, sent.Keys.Distinct().Count()));

        _fixture.RefuseEveryKey();
        await AtOnceAsync(HttpStatusCode.Forbidden);
        Assert.Equal(4, _fixture.Reads);

        // A thread each: Send blocks it.
        Task AtOnceAsync(HttpStatusCode expected) => Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Factory.StartNew(
            () => CallAsync(client, expected, async), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
    }

    [Fact]
    public async Task Fifty_callers_without_a_key_share_one_failing_read()
    {
        using var client = Client(out var sent);
        _fixture.Aws.Faults = _ =>
        {
            Thread.Sleep(300); // so that all have come
            return Fault.Error(500, "InternalServiceError", "Injected.");
        };
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ =>
            Assert.ThrowsAnyAsync<AmazonSecretsManagerException>(() => CallAsync(client, HttpStatusCode.OK))));
        Assert.Equal((1, 0), (_fixture.Reads, sent.Keys.Count));
    }

    // aws/aws-advanced-jdbc-wrapper 1985, ethyca/fides 8016, NousResearch/hermes-agent 84445: the read that would renew a good key fails.
    [Theory]
    [InlineData(500, "InternalServiceError")]
    [InlineData(400, "ThrottlingException")]
    [InlineData(400, "AccessDeniedException")]
    [InlineData(400, "ResourceNotFoundException")]
    [InlineData(400, "DecryptionFailure")]
    [InlineData(0, "no answer at all")]
    public async Task An_outage_of_Secrets_Manager_does_not_stop_a_client_that_has_a_key(int status, string code)
    {
        using var client = Client(out _);
        await CallAsync(client, HttpStatusCode.OK);
        _time.Advance(TimeSpan.FromMinutes(6));
        _fixture.FailReads(status == 0 ? Fault.ConnectionReset() : Fault.Error(status, code, "Injected."));

        await CallAsync(client, HttpStatusCode.OK);
        var reads = _fixture.Reads;
        for (var request = 0; request < 20; request++)
        {
            await CallAsync(client, HttpStatusCode.OK, async: request % 2 == 0);
        }

        Assert.Equal(reads, _fixture.Reads);
        _fixture.FailReads(null);
        _time.Advance(TimeSpan.FromSeconds(10));
        await CallAsync(client, HttpStatusCode.OK);
        await CallAsync(client, HttpStatusCode.OK);
        Assert.Equal(reads + 1, _fixture.Reads);
    }

    [Fact]
    public async Task A_read_without_an_answer_holds_a_client_that_has_a_key_up_for_seconds_only()
    {
        using var client = Client(out _);
        await CallAsync(client, HttpStatusCode.OK);
        _time.Advance(TimeSpan.FromMinutes(6));
        _fixture.FailReads(Fault.TimeOut());

        var calling = CallAsync(client, HttpStatusCode.OK);
        for (var second = 0; second < 6 && !calling.IsCompleted; second++)
        {
            await Task.WhenAny(calling, Task.Delay(200, TestContext.Current.CancellationToken));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await calling.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await CallAsync(client, HttpStatusCode.OK); // not held up again
    }

    [Theory, MemberData(nameof(Documents.WithoutKey), MemberType = typeof(Documents))]
    public async Task A_secret_that_lost_its_key_does_not_stop_a_client_that_has_one(string document)
    {
        using var client = Client(out _);
        await CallAsync(client, HttpStatusCode.OK);
        _fixture.Store(document);
        _time.Advance(TimeSpan.FromMinutes(6));
        await CallAsync(client, HttpStatusCode.OK);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Without_a_key_the_failure_of_the_read_reaches_the_caller_and_nothing_is_sent(bool async)
    {
        using var client = Client(out var sent);
        _fixture.FailReads(Fault.Error(400, "AccessDeniedException", "Injected."));
        await Assert.ThrowsAnyAsync<AmazonSecretsManagerException>(() => CallAsync(client, HttpStatusCode.OK, async));
        Assert.True(sent.Keys.Count == 0, "something was sent");

        _fixture.FailReads(null);
        await CallAsync(client, HttpStatusCode.OK, async);
        await _fixture.RotateAsync();
        await _fixture.RevokePreviousAsync();
        await CallAsync(client, HttpStatusCode.OK, async); // the failed read delays no later one
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_caller_whose_key_was_refused_gets_the_403_whatever_becomes_of_the_read(bool async)
    {
        using var client = Client(out var sent);
        await CallAsync(client, HttpStatusCode.OK, async);
        _fixture.RefuseEveryKey();
        _fixture.FailReads(Fault.Error(500, "InternalServiceError", "Injected."));

        using var request = new HttpRequestMessage(HttpMethod.Get, _fixture.Orders);
        using var response = await SendAsync(client, request, async);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("""{"message":"Forbidden"}""", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal((2, 2), (_fixture.Reads, sent.Keys.Count));
    }

    // concourse/concourse 2924, aws/aws-secretsmanager-caching-java 154: a read for each refusal.
    [Theory]
    [InlineData("the plan has lost the stage")]
    [InlineData("there is no such route")]
    [InlineData("a firewall answers")]
    public async Task A_lasting_refusal_makes_a_handful_of_reads(string reason)
    {
        await using var firewall = await LoopbackApi.StartAsync();
        firewall.Status = 403;
        var url = reason switch
        {
            "there is no such route" => new Uri(_fixture.Orders, "../dev/orders"),
            "a firewall answers" => firewall.Url,
            _ => _fixture.Orders,
        };
        using var client = Client(out _);
        _fixture.RefuseEveryKey();
        for (var request = 0; request < 200; request++)
        {
            await CallAsync(client, HttpStatusCode.Forbidden, async: request % 2 == 0, url);
        }

        Assert.Equal(2, _fixture.Reads);
        for (var second = 0; second < 60; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await CallAsync(client, HttpStatusCode.Forbidden, url: url);
        }

        Assert.Equal(2 + 6, _fixture.Reads);
    }

    [Fact]
    public async Task Requests_that_the_API_refuses_for_another_reason_do_not_keep_a_client_on_a_revoked_key()
    {
        using var client = Client(out _);
        var noRoute = new Uri(_fixture.Orders, "../dev/orders");
        await CallAsync(client, HttpStatusCode.OK);
        await CallAsync(client, HttpStatusCode.Forbidden, url: noRoute);
        await _fixture.RotateAsync();
        await _fixture.RevokePreviousAsync();
        _time.Advance(TimeSpan.FromSeconds(10));
        await CallAsync(client, HttpStatusCode.OK);
    }

    // openai/openai-python 3516, spiceai/spiceai 12495, parnurzeal/gorequest 298: a redirect drops Authorization and takes x-api-key along.
    [Theory]
    [InlineData("SocketsHttpHandler")]
    [InlineData("HttpClientHandler")]
    [InlineData("below another handler")]
    public async Task A_handler_that_follows_redirects_is_refused_before_a_key_is_read(string below)
    {
        using var client = new HttpClient(Handler(below switch
        {
            "SocketsHttpHandler" => new SocketsHttpHandler(),
            "HttpClientHandler" => new HttpClientHandler(),
            _ => new Recorder { InnerHandler = new SocketsHttpHandler() },
        }));
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => CallAsync(client, HttpStatusCode.OK));
        Assert.Contains("AllowAutoRedirect = false", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, _fixture.Reads);
    }

    [Theory, InlineData(301), InlineData(302), InlineData(303), InlineData(307), InlineData(308)]
    public async Task A_redirect_takes_the_key_nowhere(int status)
    {
        await using var api = await LoopbackApi.StartAsync();
        await using var other = await LoopbackApi.StartAsync();
        (api.Status, api.Location) = (status, other.Url.ToString());
        using var client = Client(out _);
        await CallAsync(client, (HttpStatusCode)status, url: api.Url);
        await CallAsync(client, (HttpStatusCode)status, async: false, api.Url);
        Assert.Equal((2, 0), (api.Keys.Count, other.Keys.Count));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_redirect_that_an_unknown_handler_followed_is_an_error_with_its_remedy(bool async)
    {
        await using var api = await LoopbackApi.StartAsync();
        await using var other = await LoopbackApi.StartAsync();
        (api.Status, api.Location) = (307, other.Url.ToString());
        using var client = new HttpClient(Handler(new Opaque(new SocketsHttpHandler { UseProxy = false })));
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => CallAsync(client, HttpStatusCode.OK, async, api.Url));
        var taken = $"sent the key of secret {ClientFixture.SecretName} to {other.Url.ToString().TrimEnd('/')}.";
        Assert.Contains(taken, failure.Message, StringComparison.Ordinal);
        Assert.Contains("revoke the previous key", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://api.example.com/orders", "https://other.example.com/orders")]
    [InlineData("https://api.example.com/orders", "https://api.example.com:8443/orders")]
    [InlineData("https://api.example.com/orders", "http://api.example.com/orders")]
    [InlineData("https://api.example.com/orders", "https://api.example.com@other.example.com/orders")]
    [InlineData("https://api.example.com/orders", "https://API.example.com:443/customers?page=2", true)]
    public async Task The_key_goes_to_the_origin_of_the_first_request_only(string first, string second, bool isSame = false)
    {
        var answers = new Answers();
        using var client = new HttpClient(Handler(answers));
        await CallAsync(client, HttpStatusCode.OK, url: new Uri(first));
        if (!isSame)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => CallAsync(client, HttpStatusCode.OK, url: new Uri(second)));
            await Assert.ThrowsAsync<InvalidOperationException>(() => CallAsync(client, HttpStatusCode.OK, async: false, new Uri(second)));
        }
        else
        {
            await CallAsync(client, HttpStatusCode.OK, url: new Uri(second));
        }

        Assert.Equal(isSame ? 2 : 1, answers.Keys.Count);
    }

    [Theory, MemberData(nameof(Documents.WithKey), MemberType = typeof(Documents))]
    public async Task It_sends_the_key_of_any_document_that_has_one(string document)
    {
        _fixture.Store(document);
        var answers = new Answers();
        using var client = new HttpClient(Handler(answers));
        await CallAsync(client, HttpStatusCode.OK);
        Assert.Equal([Documents.Key], answers.Keys);
    }

    [Theory, MemberData(nameof(Documents.WithoutKey), MemberType = typeof(Documents))]
    public async Task It_sends_nothing_where_the_document_has_no_key_and_does_not_quote_it(string document)
    {
        _fixture.Store(document);
        var answers = new Answers();
        using var client = new HttpClient(Handler(answers));
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => CallAsync(client, HttpStatusCode.OK));
        Assert.StartsWith($"Secret {ClientFixture.SecretName} holds no key:", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Old", failure.ToString(), StringComparison.Ordinal);
        Assert.True(answers.Keys.Count == 0, "something was sent");
    }

    private HttpClient Client(out Recorder sent)
    {
        var primary = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, SslOptions = { CertificateChainPolicy = Trust() } };
        sent = new Recorder { InnerHandler = primary };
        return new HttpClient(Handler(sent));
    }

    private static X509ChainPolicy Trust()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(EmbeddedAws.CertificatePem);
        return policy;
    }

    private RotatedApiKeyHandler Handler(HttpMessageHandler below) =>
        new(_secretsManager, ClientFixture.SecretName, TimeSpan.FromMinutes(5), _time) { InnerHandler = below };

    private async Task CallAsync(HttpClient client, HttpStatusCode expected, bool async = true, Uri? url = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url ?? _fixture.Orders);
        using var response = await SendAsync(client, request, async);
        Assert.Equal(expected, response.StatusCode);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpRequestMessage request, bool async)
    {
        try
        {
            return async
                ? await client.SendAsync(request, TestContext.Current.CancellationToken)
                : client.Send(request, TestContext.Current.CancellationToken);
        }
        catch (Exception failure)
        {
            _fixture.Print(failure.ToString());
            throw;
        }
    }

    /// <summary>What is sent, on its way.</summary>
    private sealed class Recorder : DelegatingHandler
    {
        private readonly Lock _gate = new();

        public List<string?> Keys { get; } = [];

        public List<string> Bodies { get; } = [];

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Record(request);
            return base.Send(request, cancellationToken);
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Record(request);
            return base.SendAsync(request, cancellationToken);
        }

        private void Record(HttpRequestMessage request)
        {
            lock (_gate)
            {
                Keys.Add(request.Headers.TryGetValues("x-api-key", out var keys) ? keys.Single() : null);
                if (request.Content is not null)
                {
                    using var reader = new StreamReader(request.Content.ReadAsStream(), leaveOpen: true);
                    Bodies.Add(reader.ReadToEnd());
                    request.Content.ReadAsStream().Position = 0;
                }
            }
        }
    }

    /// <summary>An API of any name that accepts everything.</summary>
    private sealed class Answers : HttpMessageHandler
    {
        public List<string> Keys { get; } = [];

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Keys.Add(request.Headers.GetValues("x-api-key").Single());
            return new HttpResponseMessage(HttpStatusCode.OK);
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(Send(request, cancellationToken));
    }

    /// <summary>A primary handler of an unknown type.</summary>
    private sealed class Opaque(HttpMessageHandler handler) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _invoker = new(handler);

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _invoker.Send(request, cancellationToken);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _invoker.SendAsync(request, cancellationToken);
    }
}
