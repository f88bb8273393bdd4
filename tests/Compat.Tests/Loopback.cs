using System.Net;
using System.Text;
using Amazon.APIGateway;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Compat.Tests;

/// <summary>A request as it came over the wire.</summary>
internal sealed record Received(string Method, string Target, Dictionary<string, string> Headers, string Body)
{
    public string Line => $"{Method} {Target}";
}

/// <summary>An HTTP server on loopback that records requests and returns the responses that a test sets.</summary>
internal sealed class Loopback : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private readonly List<Received> _requests = [];
    private Queue<Answer> _answers = new([new Answer(200, "{}")]);

    private Loopback(WebApplication app)
    {
        _app = app;
    }

    public static AWSCredentials Credentials { get; } = new SessionAWSCredentials("AKIDEXAMPLE", "secret-key", "session-token");

    public string Url => _app.Urls.Single();

    public IReadOnlyList<Received> Requests
    {
        get
        {
            lock (_lock)
            {
                return [.. _requests];
            }
        }
    }

    public static async Task<Loopback> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new Loopback(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>Sets the responses, in order. The last one is repeated.</summary>
    public void Answers(params Answer[] answers)
    {
        lock (_lock)
        {
            _answers = new Queue<Answer>(answers);
        }
    }

    public AmazonSecretsManagerClient SecretsManager() => new(Credentials, Configured(new AmazonSecretsManagerConfig()));

    public AmazonAPIGatewayClient ApiGateway() => new(Credentials, Configured(new AmazonAPIGatewayConfig()));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // Everything that the environment could set as well is set here.
    private TConfig Configured<TConfig>(TConfig config)
        where TConfig : ClientConfig
    {
        config.ServiceURL = Url;
        config.AuthenticationRegion = "eu-west-1";
        config.UseFIPSEndpoint = false;
        config.UseDualstackEndpoint = false;
        config.RetryMode = RequestRetryMode.Standard;
        config.MaxErrorRetry = 2;
        return config;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);

        Answer answer;
        int number;
        lock (_lock)
        {
            _requests.Add(new Received(context.Request.Method, target, headers, body));
            number = _requests.Count;
            answer = _answers.Count > 1 ? _answers.Dequeue() : _answers.Peek();
        }

        context.Response.StatusCode = answer.Status;
        context.Response.Headers["x-amzn-RequestId"] = $"request-{number}";
        foreach (var (name, value) in answer.Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (answer.Body.Length > 0)
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(answer.Body, context.RequestAborted);
        }
    }
}

/// <summary>A response of <see cref="Loopback"/>.</summary>
internal sealed record Answer(int Status, string Body, params (string Name, string Value)[] Headers);
