using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LocalAws;

/// <summary>A web server on a port of 127.0.0.1 with one request handler.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LoopbackServer(WebApplication app)
    {
        _app = app;
        Url = new Uri(app.Urls.Single() + "/");
    }

    public Uri Url { get; }

    /// <summary>Starts a server, on any free port if the port is 0, and with https if it has a certificate.</summary>
    /// <exception cref="IOException">The port is in use, or this user does not have permission to listen on it.</exception>
    public static async Task<LoopbackServer> StartAsync(RequestDelegate handler, int port = 0, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        // A call can wait on a clock that does not move.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(500));
        var app = builder.Build();
        app.Run(handler);
        try
        {
            await app.StartAsync();
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            await app.DisposeAsync();
            throw new IOException($"Cannot listen on port {port} of 127.0.0.1: {(exception.InnerException ?? exception).Message}", exception);
        }

        return new LoopbackServer(app);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _app.StopAsync();
        }
        catch (OperationCanceledException)
        {
            // A waiting call was canceled.
        }
        await _app.DisposeAsync();
    }
}
