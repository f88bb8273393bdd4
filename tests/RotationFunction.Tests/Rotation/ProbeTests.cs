using Amazon.APIGateway.Model;
using LocalAws;

namespace RotationFunction.Tests;

/// <summary>testSecret's call of the real API. The API is scripted here; that it works on a real data plane, RotationTests show.</summary>
public sealed class ProbeTests
{
    private const string Url = "https://orders.example.com/prod/health";

    [Fact]
    public async Task A_key_passes_when_the_API_accepts_it_five_times_in_a_row_and_there_is_no_wait()
    {
        await using var test = await OpenAsync();
        var before = test.Fixture.Time.GetUtcNow();

        await test.RunAsync();

        var keys = test.Api.Keys;
        Assert.Equal(7, keys.Count);
        Assert.False(keys[0] == test.Pending || keys[0] == test.Current, "a made-up key comes first");
        Assert.True(keys[1] == test.Current);
        Assert.True(keys[2..].All(key => key == test.Pending));
        Assert.All(test.Api.Requests, request => Assert.Equal((HttpMethod.Get, Url), (request.Method, request.RequestUri!.ToString())));
        Assert.InRange((test.Fixture.Time.GetUtcNow() - before).TotalSeconds, 1, 10); // not the 120 s of ACTIVATION_WAIT
        Assert.DoesNotContain(test.Fixture.Log, entry => entry.Level == "Warning");
    }

    [Fact]
    public async Task A_refusal_in_between_starts_the_row_anew()
    {
        await using var test = await OpenAsync(pending: request => request is <= 3 or 6 ? ScriptedApi.Forbidden() : ScriptedApi.Ok());
        await test.RunAsync();
        Assert.Equal(3 + 2 + 1 + 5, test.Api.Keys.Count(key => key == test.Pending));
    }

    [Fact]
    public async Task Between_refusals_the_pause_doubles_up_to_ten_seconds()
    {
        var times = new List<DateTimeOffset>();
        TimeProvider? time = null;
        await using var test = await OpenAsync(pending: request =>
        {
            times.Add(time!.GetUtcNow());
            return request <= 7 ? ScriptedApi.Forbidden() : ScriptedApi.Ok();
        });
        time = test.Fixture.Time;

        await test.RunAsync();

        Assert.Equal([1, 2, 4, 8, 10, 10, 10], times.Zip(times.Skip(1), (one, next) => (next - one).TotalSeconds).Take(7));
    }

    [Fact]
    public async Task A_key_that_is_never_accepted_fails_with_what_the_API_answered_and_AWSCURRENT_stays()
    {
        await using var test = await OpenAsync(pending: _ => ScriptedApi.Forbidden());
        var started = test.Fixture.Time.GetUtcNow();

        var message = await test.Fixture.FailAsync(test.Token, "testSecret", timeLeft: TimeSpan.FromMinutes(2));

        Assert.Contains($"was not accepted 5 times in a row by {Url} within", message, StringComparison.Ordinal);
        Assert.Contains("it returned 403 ForbiddenException. AWSCURRENT is unchanged", message, StringComparison.Ordinal);
        Assert.InRange((test.Fixture.Time.GetUtcNow() - started).TotalSeconds, 90, 120);
        Assert.True(test.Current == await test.Fixture.ReadKeyAsync());
    }

    [Fact]
    public async Task Too_many_requests_means_that_the_key_was_recognised()
    {
        await using var test = await OpenAsync(pending: _ => ScriptedApi.Status(429), current: () => ScriptedApi.Status(429));
        await test.RunAsync();
        Assert.DoesNotContain(test.Fixture.Log, entry => entry.Level == "Warning");
    }

    [Theory]
    [InlineData(502)]
    [InlineData(302)]
    public async Task Neither_server_errors_nor_redirects_count_as_accepted(int status)
    {
        await using var test = await OpenAsync(pending: request => request <= 4 ? ScriptedApi.Status(status) : ScriptedApi.Ok());
        await test.RunAsync();
        Assert.Equal(4 + 5, test.Api.Keys.Count(key => key == test.Pending));
    }

    [Fact]
    public async Task Refusals_may_be_customised_to_401()
    {
        await using var test = await OpenAsync(pending: request => request <= 2 ? ScriptedApi.Status(401) : ScriptedApi.Ok(), madeUp: () => ScriptedApi.Status(401));
        await test.RunAsync();
        Assert.Equal(2 + 5, test.Api.Keys.Count(key => key == test.Pending));
    }

    [Theory]
    [InlineData(200, "", "with a made-up key it returned 200 instead of rejecting it")]
    [InlineData(404, "", "with a made-up key it returned 404 instead of rejecting it")]
    [InlineData(429, "", "with a made-up key it returned 429 instead of rejecting it")]
    [InlineData(500, "", "with a made-up key it returned 500 instead of rejecting it")]
    [InlineData(302, "", "with a made-up key it returned 302 instead of rejecting it")]
    [InlineData(403, "MissingAuthenticationTokenException", "no method responds at this URL: it returned 403 MissingAuthenticationTokenException")]
    public async Task A_made_up_key_that_is_not_refused_makes_the_probe_inconclusive(int status, string errorType, string reason)
    {
        await using var test = await OpenAsync(madeUp: () =>
        {
            var response = ScriptedApi.Status(status);
            response.Headers.Add("x-amzn-ErrorType", errorType);
            return response;
        });
        await AssertFallsBackAsync(test, reason);
    }

    [Fact]
    public async Task AWSCURRENTs_key_being_refused_too_makes_the_probe_inconclusive()
    {
        await using var test = await OpenAsync(current: ScriptedApi.Forbidden);
        await AssertFallsBackAsync(test, "with AWSCURRENT's key it returned 403 ForbiddenException too");
    }

    [Fact]
    public async Task An_API_that_cannot_be_reached_makes_the_probe_inconclusive()
    {
        await using var test = await OpenAsync(madeUp: () => throw new HttpRequestException(HttpRequestError.NameResolutionError));
        await AssertFallsBackAsync(test, "with a made-up key it did not respond (NameResolutionError) instead of rejecting it");
    }

    [Fact]
    public async Task RotateImmediately_false_probes_the_current_key()
    {
        await using var test = await OpenAsync();
        await test.RunAsync("testSecret", "finishSecret");
        test.Api.Requests.Clear();

        Assert.Equal(RotationOutcome.Succeeded, (await test.Fixture.RotateAsync(immediately: false)).Outcome);

        Assert.Equal(6, test.Api.Keys.Count(key => key == test.Pending)); // by now it is the current one: once as a control
    }

    [Fact]
    public async Task A_first_key_is_probed_with_the_one_control_that_there_is()
    {
        var api = new ScriptedApi();
        await using var fixture = await RotationFixture.StartAsync(api: api, probe: Url, unknowns: new UnknownBehaviours());
        api.Answer = (key, _) => fixture.Aws.ConfidentialValues.Contains(key) ? ScriptedApi.Ok() : ScriptedApi.Forbidden();

        await fixture.RotateHealthyAsync();

        Assert.Equal(6, api.Requests.Count);
        Assert.DoesNotContain(fixture.Log, entry => entry.Level == "Warning");
    }

    [Fact]
    public async Task A_new_key_is_not_sent_in_the_first_seconds()
    {
        DateTimeOffset? sent = null;
        TimeProvider? time = null;
        await using var test = await OpenAsync(pending: _ =>
        {
            sent ??= time!.GetUtcNow();
            return ScriptedApi.Ok();
        });
        time = test.Fixture.Time;
        var before = time.GetUtcNow();

        await test.RunAsync();

        Assert.InRange(sent!.Value - before, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(6));
    }

    [Theory]
    [InlineData(120, 7)]
    [InlineData(240, 8)]
    public async Task A_first_key_that_is_refused_like_a_made_up_one_is_given_up_early_and_authorizers_are_named(int activationWait, int minutes)
    {
        var api = new ScriptedApi { Answer = (_, _) => ScriptedApi.Forbidden() };
        await using var fixture = await RotationFixture.StartAsync(api: api, probe: Url, activationWait: activationWait, unknowns: new UnknownBehaviours());
        var started = fixture.Time.GetUtcNow();

        var failure = await Assert.ThrowsAsync<RotationException>(() => fixture.ActAsync(new { action = "provision", secretId = fixture.SecretArn }));

        Assert.Contains($"is rejected by {Url} like a made-up key, for ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("it returned 403 ForbiddenException. AWSCURRENT is unchanged. Check that the method requires only a key: if an authorizer", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("Then deploy again.", failure.Message, StringComparison.Ordinal);
        Assert.InRange(fixture.Time.GetUtcNow() - started, TimeSpan.FromMinutes(minutes), TimeSpan.FromMinutes(minutes) + TimeSpan.FromSeconds(15));
        // A key that API Gateway served after that passes when it is deployed again.
        api.Answer = (key, _) => fixture.Aws.ConfidentialValues.Contains(key) ? ScriptedApi.Ok() : ScriptedApi.Forbidden();
        Assert.StartsWith("The secret has a key", await fixture.ActAsync(new { action = "provision", secretId = fixture.SecretArn }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_first_key_that_is_served_late_or_answered_otherwise_is_waited_for(bool otherwise)
    {
        var api = new ScriptedApi();
        await using var fixture = await RotationFixture.StartAsync(api: api, probe: Url);
        var started = fixture.Time.GetUtcNow();
        api.Answer = (key, _) => fixture.Time.GetUtcNow() - started > TimeSpan.FromMinutes(otherwise ? 9 : 6.5) && fixture.Aws.ConfidentialValues.Contains(key) ? ScriptedApi.Ok()
            : otherwise && fixture.Aws.ConfidentialValues.Contains(key) ? ScriptedApi.Status(500) : ScriptedApi.Forbidden();

        Assert.StartsWith("The secret has a key", await fixture.ActAsync(new { action = "provision", secretId = fixture.SecretArn }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "UnauthorizedException")]
    [InlineData(403, "AccessDeniedException")]
    public async Task An_authorizers_refusal_makes_the_probe_inconclusive_at_once(int status, string errorType)
    {
        var api = new ScriptedApi
        {
            Answer = (_, _) =>
            {
                var response = ScriptedApi.Status(status);
                response.Headers.Add("x-amzn-ErrorType", errorType);
                return response;
            },
        };
        await using var fixture = await RotationFixture.StartAsync(api: api, probe: Url, unknowns: new UnknownBehaviours());

        await fixture.RotateHealthyAsync();

        Assert.Single(api.Requests);
        Assert.Contains(
            $"with a made-up key it returned {status} {errorType}: an authorizer rejects it, whatever the key", Assert.Single(fixture.Log, entry => entry.Level == "Warning").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://orders.example.com/prod")]
    [InlineData("//orders.example.com/prod")]
    [InlineData("orders")]
    [InlineData("https://user@orders.example.com/prod")]
    [InlineData("file:///etc/passwd")]
    public async Task A_probe_that_is_not_a_plain_https_URL_is_refused_before_anything_is_sent(string url)
    {
        var api = new ScriptedApi();
        await using var fixture = await RotationFixture.StartAsync(api: api, probe: url);
        var token = await fixture.OpenRotationAsync();
        Assert.Contains($"the tag apikey-rotation:probe of the template key {fixture.TemplateId} is not an https URL", await fixture.FailAsync(token, "createSecret"), StringComparison.Ordinal);
        Assert.Empty(api.Requests);
    }

    [Fact]
    public async Task The_probe_is_not_copied_to_minted_keys()
    {
        await using var test = await OpenAsync();

        await test.RunAsync();

        Assert.All(test.Api.Requests, request => Assert.Equal("orders.example.com", request.RequestUri!.Host));
        var minted = await test.Fixture.Gateway.GetApiKeyAsync(new GetApiKeyRequest { ApiKey = (await test.Fixture.MintedAsync())[^1].Id });
        Assert.DoesNotContain("apikey-rotation:probe", minted.Tags.Keys);
    }

    [Fact]
    public void A_redirect_does_not_take_the_key_along()
    {
        using var handler = Assert.IsType<SocketsHttpHandler>(Probe.CreateHandler());
        Assert.False(handler.AllowAutoRedirect);
    }

    private static async Task AssertFallsBackAsync(OpenProbe test, string reason)
    {
        var created = (await test.Fixture.MintedAsync())[^1].CreatedDate!.Value.ToUniversalTime();

        await test.RunAsync();

        var warning = Assert.Single(test.Fixture.Log, entry => entry.Level == "Warning");
        Assert.Contains($"the probe of {Url} is inconclusive: {reason}", warning.Message, StringComparison.Ordinal);
        Assert.True((test.Fixture.Time.GetUtcNow().UtcDateTime - created).TotalSeconds >= 120);
        Assert.False(test.Api.Keys.Contains(test.Pending), "the new key is not sent where the controls do not behave");
    }

    /// <summary>A fixture with a current key and a rotation in which testSecret comes next, and the answers of its API; by default those of a working one.</summary>
    private static async Task<OpenProbe> OpenAsync(
        Func<int, HttpResponseMessage>? pending = null, Func<HttpResponseMessage>? current = null, Func<HttpResponseMessage>? madeUp = null)
    {
        var api = new ScriptedApi();
        var fixture = await RotationFixture.StartAsync(api: api, unknowns: new UnknownBehaviours());
        await fixture.RotateHealthyAsync();
        await fixture.TagBothAsync("apikey-rotation:probe", Url);
        var token = await fixture.OpenRotationAsync();
        await fixture.RunAsync(token, "createSecret", "setSecret");
        var (pendingKey, currentKey) = (await fixture.ReadKeyAsync("AWSPENDING"), await fixture.ReadKeyAsync());
        api.Answer = (key, request) =>
            key == pendingKey ? pending?.Invoke(request) ?? ScriptedApi.Ok()
            : key == currentKey ? current?.Invoke() ?? ScriptedApi.Ok()
            : madeUp?.Invoke() ?? ScriptedApi.Forbidden();
        return new OpenProbe(fixture, api, token, pendingKey, currentKey);
    }

    private sealed class OpenProbe(RotationFixture fixture, ScriptedApi api, string token, string pending, string current) : IAsyncDisposable
    {
        public RotationFixture Fixture => fixture;

        public ScriptedApi Api => api;

        public string Token => token;

        public string Pending => pending;

        public string Current => current;

        public Task RunAsync(params string[] steps) => fixture.RunAsync(token, steps.Length > 0 ? steps : ["testSecret"]);

        public ValueTask DisposeAsync() => fixture.DisposeAsync();
    }
}
