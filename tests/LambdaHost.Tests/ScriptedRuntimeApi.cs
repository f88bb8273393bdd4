using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace LambdaHost.Tests;

/// <summary>What the host posted: where to, and what.</summary>
internal sealed record Posted(string Path, string Body, string? ErrorType)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;
}

/// <summary>A Lambda Runtime API that returns the events of a test, and the statuses that the test sets.</summary>
internal sealed class ScriptedRuntimeApi : IAsyncDisposable
{
    public const string Arn = "arn:aws:lambda:eu-west-1:123456789012:function:sample";
    public const string TraceId = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1";

    private readonly Channel<(string Id, string Payload, DateTimeOffset Deadline)> _invocations = Channel.CreateUnbounded<(string, string, DateTimeOffset)>();
    private readonly Channel<Posted> _posted = Channel.CreateUnbounded<Posted>();
    private readonly WebApplication _app;
    private int _next;

    private ScriptedRuntimeApi()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public string Address => new Uri(_app.Urls.Single()).Authority;

    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The status of a response, by the path's last segment and the number of requests so far; 0 for the default.</summary>
    public Func<string, int, int> Status { get; set; } = (_, _) => 0;

    public static async Task<ScriptedRuntimeApi> StartAsync()
    {
        var api = new ScriptedRuntimeApi();
        await api._app.StartAsync();
        return api;
    }

    public void Invoke(string payload = "null", string? id = null, TimeSpan? timeLeft = null) =>
        _invocations.Writer.TryWrite((id ?? $"request-{++_next}", payload, DateTimeOffset.UtcNow + (timeLeft ?? TimeSpan.FromMinutes(15))));

    public async Task<Posted> PostedAsync() => await _posted.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(2));

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        try
        {
            await _app.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // Requests for the next invocation were cut off.
        }

        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!["/2018-06-01/runtime/".Length..];
        Requests.Enqueue(path);
        var status = Status(path.Split('/')[^1], Requests.Count);
        if (http.Request.Method == "POST")
        {
            using var body = new StreamReader(http.Request.Body);
            var posted = new Posted(path, await body.ReadToEndAsync(), http.Request.Headers["Lambda-Runtime-Function-Error-Type"]);
            http.Response.StatusCode = status == 0 ? 202 : status;
            await http.Response.CompleteAsync();
            _posted.Writer.TryWrite(posted);
            return;
        }

        if (status != 0)
        {
            http.Response.StatusCode = status;
            await http.Response.WriteAsync("scripted");
            return;
        }

        var (id, payload, deadline) = await _invocations.Reader.ReadAsync(http.RequestAborted);
        http.Response.Headers["Lambda-Runtime-Aws-Request-Id"] = id;
        http.Response.Headers["Lambda-Runtime-Deadline-Ms"] = deadline.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["Lambda-Runtime-Invoked-Function-Arn"] = Arn;
        http.Response.Headers["Lambda-Runtime-Trace-Id"] = TraceId;
        await http.Response.WriteAsync(payload);
    }
}
