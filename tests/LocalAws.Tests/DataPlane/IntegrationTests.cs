using System.Net;
using System.Text;
using LocalAws.ApiGateway;

namespace LocalAws.Tests.DataPlane;

/// <summary>What serves a deployed method.</summary>
public sealed class IntegrationTests
{
    private const string Failed = """500 {"message": "Internal server error"}""";
    private const string Status200 = """{"statusCode": 200}""";

    [Theory]
    [InlineData(Status200, "200", "200", null, "200 done")]
    [InlineData("{statusCode: 200}", "200", "200", null, "200 done")]
    [InlineData(Status200, "200", "200", @"2\d\d", "200 done")]
    [InlineData("""{"statusCode": 200, "more": 1}""", "201", "201", null, "201 done")]
    [InlineData(Status200, "200", "200", @"5\d\d", Failed)]
    [InlineData(Status200, "200", "201", null, Failed)]
    [InlineData(Status200, "200", null, null, Failed)]
    [InlineData(Status200, null, "200", null, Failed)]
    [InlineData("""{"statusCode": "200"}""", "200", "200", null, Failed)]
    [InlineData("{}", "200", "200", null, Failed)]
    [InlineData(null, "200", "200", null, Failed)]
    public async Task A_mock_answers_where_all_is_set_up(string? template, string? integrationStatus, string? methodStatus, string? pattern, string expected)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var (gateway, method) = CreateMethod(account);
        if (methodStatus is not null)
        {
            gateway.PutMethodResponse(new() { RestApiId = method.RestApiId, ResourceId = method.ResourceId, HttpMethod = "GET", StatusCode = methodStatus });
        }

        gateway.PutIntegration(new()
        {
            RestApiId = method.RestApiId,
            ResourceId = method.ResourceId,
            HttpMethod = "GET",
            Type = "MOCK",
            RequestTemplates = template is null ? null : new Dictionary<string, string?> { ["application/json"] = template },
        });
        if (integrationStatus is not null)
        {
            gateway.PutIntegrationResponse(new()
            {
                RestApiId = method.RestApiId,
                ResourceId = method.ResourceId,
                HttpMethod = "GET",
                StatusCode = integrationStatus,
                SelectionPattern = pattern,
                ResponseTemplates = new Dictionary<string, string?> { ["application/json"] = "done" },
            });
        }

        Assert.Equal(expected, await CallAsync(account, method.RestApiId));
    }

    [Theory]
    [InlineData("WHEN_NO_MATCH", Status200, "200 ")]
    [InlineData("WHEN_NO_MATCH", "nothing", Failed)]
    [InlineData("WHEN_NO_TEMPLATES", Status200, """415 {"message": "Unsupported Media Type"}""")]
    [InlineData("NEVER", Status200, """415 {"message": "Unsupported Media Type"}""")]
    public async Task A_body_that_no_template_is_for_passes_through_or_not(string behavior, string body, string expected)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var (gateway, method) = CreateMethod(account, "POST");
        gateway.PutMethodResponse(new() { RestApiId = method.RestApiId, ResourceId = method.ResourceId, HttpMethod = "POST", StatusCode = "200" });
        gateway.PutIntegration(new()
        {
            RestApiId = method.RestApiId,
            ResourceId = method.ResourceId,
            HttpMethod = "POST",
            Type = "MOCK",
            PassthroughBehavior = behavior,
            RequestTemplates = new Dictionary<string, string?> { ["application/json"] = "{}" },
        });
        gateway.PutIntegrationResponse(new() { RestApiId = method.RestApiId, ResourceId = method.ResourceId, HttpMethod = "POST", StatusCode = "200" });

        Assert.Equal(expected, await CallAsync(account, method.RestApiId, "", HttpMethod.Post, new StringContent(body, Encoding.UTF8, "text/plain")));
    }

    [Theory]
    [InlineData("GET", "orders/new", "text")]
    [InlineData("PUT", "orders/new", "any of the text")]
    [InlineData("GET", "orders/1", "parameter")]
    [InlineData("GET", "orders/1/items", "proxy")]
    [InlineData("GET", "orders", null)]
    [InlineData("GET", "orders/1/", "parameter")]
    [InlineData("GET", "Orders/1", null)]
    public async Task The_most_specific_path_and_method_serve(string httpMethod, string path, string? expected)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var api = account.Aws.ApiGateway.ImportRestApi(new()
        {
            Body = $$"""
                {"openapi":"3.0.1","info":{"title":"orders"},"paths":{
                  "/orders/{id}":{"get": {{Mock("parameter")}} },
                  "/orders/{id}/{proxy+}":{"get": {{Mock("proxy")}} },
                  "/orders/new":{"get": {{Mock("text")}}, "x-amazon-apigateway-any-method": {{Mock("any of the text")}} } } }
                """,
        });

        Assert.Equal(
            expected is null ? """403 {"message":"Missing Authentication Token"}""" : $"200 {expected}",
            await CallAsync(account, api.Id, path, new HttpMethod(httpMethod)));

        static string Mock(string body) => $$"""
            {"responses":{"200":{"description":""} },"x-amazon-apigateway-integration":{"type":"mock","requestTemplates":{"application/json":"{\"statusCode\":200}"},
             "responses":{"default":{"statusCode":"200","responseTemplates":{"application/json":"{{body}}"} } } } }
            """;
    }

    [Fact]
    public async Task A_proxy_passes_the_request_on_and_the_answer_back()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await using var backend = await LoopbackBackend.StartAsync();
        var api = account.Aws.ApiGateway.ImportRestApi(new() { Body = ProxyTo($"{backend.Url}api/{{rest}}") });

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Deploy(account, api.Id), "a%20b%3F/c?q=1")) { Content = new StringContent("sent", Encoding.UTF8, "text/plain") };
        request.Headers.Add("X-Mine", "kept");
        using var answer = await account.Http.SendAsync(request);

        Assert.Equal(418, (int)answer.StatusCode);
        Assert.Equal("POST /api/a%20b%3F/c?q=1 kept text/plain; charset=utf-8 sent", await answer.Content.ReadAsStringAsync());
        Assert.Equal(("text/html", "seen"), (answer.Content.Headers.ContentType!.ToString(), answer.Headers.GetValues("X-Backend").Single()));
    }

    [Theory]
    [InlineData("X-Mine", "'fixed'", "fixed")]
    [InlineData("x-mine", "'fixed'", "fixed")]
    [InlineData("X-Other", "'fixed'", "kept")]
    public async Task A_static_value_replaces_a_header_of_the_request(string header, string value, string expected)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await using var backend = await LoopbackBackend.StartAsync();
        var api = account.Aws.ApiGateway.ImportRestApi(new() { Body = ProxyTo($"{backend.Url}{{rest}}", parameter: $"integration.request.header.{header}", value: value) });

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Deploy(account, api.Id), "a")) { Content = new StringContent("sent") };
        request.Headers.Add("X-Mine", "kept");
        using var answer = await account.Http.SendAsync(request);

        Assert.Equal($"POST /a {expected} text/plain; charset=utf-8 sent", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("integration.request.header.X-Mine", "fixed")]
    [InlineData("integration.request.header.X-Mine", "''")]
    [InlineData("integration.request.header.X-Mine", "method.request.header.X-Yours")]
    [InlineData("integration.request.querystring.mine", "'fixed'")]
    public async Task Another_mapping_of_a_parameter_is_not_part_of_it(string parameter, string value)
    {
        await using var account = await LocalAwsAccount.StartAsync();
        var refused = Assert.Throws<AwsException>(() => account.Aws.ApiGateway.ImportRestApi(new() { Body = ProxyTo("https://example.com", parameter: parameter, value: value) }));
        Assert.Contains($"The request parameter {parameter} of an integration", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_without_a_backend_or_with_a_slow_one_fails()
    {
        await using var account = await LocalAwsAccount.StartAsync();
        await using var slow = await LoopbackBackend.StartAsync(delay: Timeout.InfiniteTimeSpan);
        var late = account.Aws.ApiGateway.ImportRestApi(new() { Body = ProxyTo($"{slow.Url}{{rest}}", timeout: 50) });
        // A port that nothing listens on: it was just closed.
        var gone = await LoopbackBackend.StartAsync();
        await gone.DisposeAsync();
        var missing = account.Aws.ApiGateway.ImportRestApi(new() { Body = ProxyTo($"{gone.Url}{{rest}}") });

        Assert.Equal("""504 {"message": "Endpoint request timed out"}""", await CallAsync(account, late.Id, "a"));
        Assert.Equal(Failed, await CallAsync(account, missing.Id, "a"));
    }

    private static string ProxyTo(
        string uri, int timeout = 29_000, string parameter = "integration.request.path.more", string value = "method.request.path.proxy") => $$"""
        {"openapi":"3.0.1","info":{"title":"orders"},"paths":{"/{proxy+}":{"x-amazon-apigateway-any-method":{
          "parameters":[{"name":"proxy","in":"path","required":true}],
          "x-amazon-apigateway-integration":{"type":"http_proxy","httpMethod":"ANY","uri":"{{uri}}","timeoutInMillis":{{timeout}},
            "requestParameters":{"integration.request.path.rest":"method.request.path.proxy","{{parameter}}":"{{value}}"} } } } } }
        """;

    private static (ApiGatewayService Gateway, GetMethodRequest Method) CreateMethod(LocalAwsAccount account, string httpMethod = "GET")
    {
        var gateway = account.Aws.ApiGateway;
        var api = gateway.CreateRestApi(new() { Name = "orders" });
        gateway.PutMethod(new() { RestApiId = api.Id, ResourceId = api.RootResourceId, HttpMethod = httpMethod, AuthorizationType = "NONE" });
        return (gateway, new GetMethodRequest { RestApiId = api.Id, ResourceId = api.RootResourceId });
    }

    private static Uri Deploy(LocalAwsAccount account, string apiId)
    {
        account.Aws.ApiGateway.CreateDeployment(new() { RestApiId = apiId, StageName = "prod" });
        return account.Aws.InvokeUrl(apiId, "prod");
    }

    private static async Task<string> CallAsync(LocalAwsAccount account, string apiId, string path = "", HttpMethod? method = null, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri(Deploy(account, apiId), path)) { Content = content };
        using var answer = await account.Http.SendAsync(request);
        return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
    }

    /// <summary>A web server that returns what it received.</summary>
    private sealed class LoopbackBackend : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();

        public Uri Url { get; private init; } = new("http://localhost/");

        public static async Task<LoopbackBackend> StartAsync(TimeSpan? delay = null)
        {
            for (var tries = 0; ; tries++)
            {
                // HttpListener takes no port 0.
                var url = new Uri($"http://127.0.0.1:{Random.Shared.Next(20_000, 60_000)}/");
                var backend = new LoopbackBackend { Url = url };
                backend._listener.Prefixes.Add(url.ToString());
                try
                {
                    backend._listener.Start();
                    _ = backend.ServeAsync(delay ?? TimeSpan.Zero);
                    return backend;
                }
                catch (HttpListenerException) when (tries < 10)
                {
                    await backend.DisposeAsync();
                }
            }
        }

        public ValueTask DisposeAsync()
        {
            _listener.Close();
            return ValueTask.CompletedTask;
        }

        private async Task ServeAsync(TimeSpan delay)
        {
            while (_listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                    await Task.Delay(delay);
                }
                catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                using var reader = new StreamReader(context.Request.InputStream);
                var text = $"{context.Request.HttpMethod} {context.Request.RawUrl} {context.Request.Headers["X-Mine"]} {context.Request.ContentType} {await reader.ReadToEndAsync()}";
                context.Response.StatusCode = 418;
                context.Response.ContentType = "text/html";
                context.Response.Headers["X-Backend"] = "seen";
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(text));
                context.Response.Close();
            }
        }
    }
}
