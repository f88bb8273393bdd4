using System.Diagnostics;
using LambdaHost;

namespace RotationFunction.Tests;

/// <summary>What the probe makes of URLs that somebody tagged in error or in malice, and of answers that an API should not give.</summary>
public sealed class HostileProbeTests
{
    private const string Forbidden = "HTTP/1.1 403 Forbidden\r\nx-amzn-ErrorType: ForbiddenException\r\ncontent-length: 0\r\n\r\n";

    [Theory]
    [InlineData("ftp://orders.example.com/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/plain,x")]
    [InlineData("HTTP://orders.example.com/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://localhost:9001/2018-06-01/runtime/invocation/next")]
    [InlineData("https:orders.example.com")]
    [InlineData("https://")]
    [InlineData("https://user:pass@orders.example.com/")]
    [InlineData("https://orders example.com/")]
    [InlineData("https://orders.example.com:99999/")]
    [InlineData("/orders")]
    [InlineData("")]
    public async Task A_probe_that_is_not_a_plain_https_URL_is_refused_and_not_quoted(string url)
    {
        var api = new ScriptedApi();
        await using var fixture = await RotationFixture.StartAsync(api: api, probe: url);
        var token = await fixture.OpenRotationAsync();
        foreach (var step in new[] { "createSecret", "testSecret" })
        {
            var message = await fixture.FailAsync(token, step);
            Assert.Contains(step == "testSecret" ? "createSecret must store it first" : $"the tag apikey-rotation:probe of the template key {fixture.TemplateId} is not an https URL", message, StringComparison.Ordinal);
        }

        Assert.Empty(api.Requests);
    }

    [Theory]
    [InlineData("https://orders.example.com/prod/health?token=hush#part")]
    [InlineData("https://ordérs.example.com/prod?token=hush")]
    [InlineData(" https://orders.example.com/a b ")]
    [InlineData("https://[::1]:8443/prod")]
    public async Task A_key_goes_to_the_host_of_the_URL_and_no_query_is_logged(string url)
    {
        var api = new ScriptedApi();
        await using var fixture = await RotationFixture.StartAsync(api: api, probe: url);
        api.Answer = (key, _) => fixture.Aws.ConfidentialValues.Contains(key) ? ScriptedApi.Ok() : ScriptedApi.Forbidden();
        fixture.Hide("token=hush");
        await fixture.RotateHealthyAsync();
        Assert.NotEmpty(api.Requests);
        Assert.All(api.Requests, request => Assert.Equal(new Uri(url), request.RequestUri));

        api.Answer = (_, _) => ScriptedApi.Ok(); // inconclusive
        await fixture.RotateHealthyAsync();
        Assert.Contains(fixture.Log, entry => entry.Level == "Warning" && entry.Message.Contains("is inconclusive", StringComparison.Ordinal));

        var current = await fixture.ReadKeyAsync();
        api.Answer = (key, _) => key == current ? ScriptedApi.Ok() : ScriptedApi.Forbidden(); // never accepted
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret");
        Assert.Contains("was not accepted 5 times in a row by https://", await fixture.FailAsync(token, "testSecret", TimeSpan.FromMinutes(1)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        using var elsewhere = new HostileApi((_, stream) => HostileApi.WriteAsync(stream, Forbidden));
        using var api = new HostileApi((_, stream) => HostileApi.WriteAsync(stream, $"HTTP/1.1 307 Temporary Redirect\r\nlocation: {elsewhere.Url}\r\ncontent-length: 0\r\n\r\n"));
        Assert.StartsWith("with a made-up key it returned 307 instead of rejecting it", await RunAsync(api), StringComparison.Ordinal);
        Assert.Equal(["GET /orders HTTP/1.1"], api.Requests);
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task A_body_that_never_ends_is_not_read()
    {
        using var api = new HostileApi(async (key, stream) =>
        {
            await HostileApi.WriteAsync(stream, $"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
            while (true)
            {
                await HostileApi.WriteAsync(stream, $"{key.Length:x}\r\n{key}\r\n");
            }
        });
        var started = Stopwatch.StartNew();
        Assert.StartsWith("with a made-up key it returned 200 instead of rejecting it", await RunAsync(api), StringComparison.Ordinal);
        Assert.InRange(started.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Headers_that_never_end_and_answers_that_are_not_HTTP_are_no_answer()
    {
        using var endless = new HostileApi(async (key, stream) =>
        {
            await HostileApi.WriteAsync(stream, "HTTP/1.1 200 OK\r\n");
            while (true)
            {
                await HostileApi.WriteAsync(stream, $"x-echo: {key}\r\n");
            }
        });
        Assert.StartsWith("with a made-up key it did not respond (ConfigurationLimitExceeded) instead", await RunAsync(endless), StringComparison.Ordinal);

        using var noise = new HostileApi((key, stream) => HostileApi.WriteAsync(stream, $"\0\x1b[2J{key}\r\n\r\n"));
        Assert.StartsWith("with a made-up key it did not respond (InvalidResponse) instead", await RunAsync(noise), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x-amzn-ErrorType: {0}")]
    [InlineData("x-amzn-ErrorType: ForbiddenException:{0}")]
    [InlineData("x-amzn-ErrorType: {0}\r\nx-amzn-ErrorType: \x1b[2JException")]
    [InlineData("www-authenticate: {0}")]
    public async Task An_API_that_echoes_the_key_does_not_get_it_into_the_log_or_the_error(string header)
    {
        using var api = new HostileApi((key, stream) =>
            HostileApi.WriteAsync(stream, $"HTTP/1.1 500 {key}\r\n{header.Replace("{0}", key, StringComparison.Ordinal)}\r\ncontent-length: {key.Length}\r\n\r\n{key}"));
        Assert.Equal("with a made-up key it returned 500 instead of rejecting it: the method requires no key, or something else responds", await RunAsync(api));
    }

    [Fact]
    public async Task A_host_whose_certificate_does_not_prove_its_name_gets_no_key()
    {
        // What answers here is a real TLS server, with a certificate that nobody trusts.
        using var http = new HttpClient(Probe.CreateHandler());
        await using var fixture = await RotationFixture.StartAsync();
        var (_, refused) = await new Probe(http, new Settings(TimeSpan.FromSeconds(120)), TimeProvider.System).RunAsync(AnInvocation(), fixture.ApiUrl, ApiKeyValue.Draw(), current: null, isFresh: true, () => Task.FromResult("k"));
        Assert.StartsWith("with a made-up key it did not respond (SecureConnectionError) instead", refused, StringComparison.Ordinal);
    }

    /// <summary>Probes with the function's own transport; returns why the probe proves nothing. No current key.</summary>
    private static async Task<string?> RunAsync(HostileApi api)
    {
        using var http = new HttpClient(Probe.CreateHandler());
        var (_, inconclusive) = await new Probe(http, new Settings(TimeSpan.FromSeconds(120)), TimeProvider.System)
            .RunAsync(AnInvocation(), api.Url, ApiKeyValue.Draw(), current: null, isFresh: true, () => Task.FromResult("k"));
        return inconclusive;
    }

    private static Invocation AnInvocation() => Invocation.From(
        new RotationEvent { Step = "testSecret", SecretId = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:demo-AbCdEf", ClientRequestToken = RotationFixture.NewToken() },
        new InvocationContext("request", "arn:aws:lambda:eu-west-1:123456789012:function:rotation", DateTimeOffset.UtcNow.AddSeconds(5), TimeProvider.System, new TemplateLogger(_ => { })));
}
