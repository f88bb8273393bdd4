using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Examples.Tests;

/// <summary>An API on a port of its own that returns the same response to every request, and records the keys and bodies that it received.</summary>
internal sealed class LoopbackApi : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LoopbackApi(WebApplication app)
    {
        _app = app;
        app.Run(AnswerAsync);
    }

    public Uri Url => new(_app.Urls.Single() + "/");

    public int Status { get; set; } = 200;

    /// <summary>The Location header.</summary>
    public string? Location { get; set; }

    /// <summary>For each request its x-api-key header; null where it had none.</summary>
    public ConcurrentQueue<string?> Keys { get; } = new();

    /// <summary>For each request its body.</summary>
    public ConcurrentQueue<string> Bodies { get; } = new();

    /// <summary>A key that gets a 403, whatever the others get.</summary>
    public string? RefusedKey { get; set; }

    public static async Task<LoopbackApi> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        var api = new LoopbackApi(builder.Build());
        await api._app.StartAsync();
        return api;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var key = context.Request.Headers.TryGetValue("x-api-key", out var header) ? header.ToString() : null;
        Keys.Enqueue(key);
        using var body = new StreamReader(context.Request.Body);
        Bodies.Enqueue(await body.ReadToEndAsync());
        context.Response.StatusCode = key is not null && key == RefusedKey ? 403 : Status;
        if (Location is not null)
        {
            context.Response.Headers.Location = Location;
        }

        await context.Response.WriteAsync($"status {context.Response.StatusCode}");
    }
}
