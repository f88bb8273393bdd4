using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;

namespace Bench;

/// <summary>
/// The network between a function and AWS: TLS, and a given round trip. AWS's bytes arrive one round trip late, and so does the end of a
/// connection's setup. The function's own bytes pass at once.
/// </summary>
internal sealed class Network : IAsyncDisposable
{
    private readonly TcpListener _outside = new(Hosts.Unavailable is null ? Hosts.Address : new IPEndPoint(IPAddress.Loopback, port: 0));
    private readonly TcpListener _inside = new(IPAddress.Loopback, port: 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Uri _aws;
    private readonly TimeSpan _roundTrip;
    private readonly X509Certificate2 _certificate;

    public Network(Uri aws, TimeSpan roundTrip, X509Certificate2 certificate)
    {
        (_aws, _roundTrip, _certificate) = (aws, roundTrip, certificate);
        _outside.Start();
        _inside.Start();
        _ = AcceptAsync(_outside, DelayAsync);
        _ = AcceptAsync(_inside, DecryptAsync);
    }

    /// <summary>Gets AWS's endpoint for a function behind this network, or null if AWS's own host names resolve to it.</summary>
    public Uri? Url => Hosts.Unavailable is null ? null : new($"https://localhost:{((IPEndPoint)_outside.LocalEndpoint).Port}/");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _outside.Dispose();
        _inside.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener, Func<TcpClient, CancellationToken, Task> serve)
    {
        var stop = _stop.Token;
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stop);
                client.NoDelay = true;
                _ = ServeAsync(client);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }

        async Task ServeAsync(TcpClient client)
        {
            using (client)
            {
                try
                {
                    await serve(client, stop);
                }
                catch (Exception ended) when (ended is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
                {
                    // The function has closed the connection.
                }
            }
        }
    }

    private async Task DelayAsync(TcpClient client, CancellationToken stop)
    {
        using var next = new TcpClient { NoDelay = true };
        await Task.Delay(_roundTrip, stop);
        await next.ConnectAsync((IPEndPoint)_inside.LocalEndpoint, stop);
        await PumpAsync(client.GetStream(), next.GetStream(), answers: DelayedAsync, stop);
    }

    private async Task DecryptAsync(TcpClient client, CancellationToken stop)
    {
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, stop);
        using var next = new TcpClient { NoDelay = true };
        await next.ConnectAsync(_aws.Host, _aws.Port, stop);
        await PumpAsync(tls, next.GetStream(), answers: (from, to, end) => from.CopyToAsync(to, end), stop);
    }

    private static async Task PumpAsync(Stream client, Stream next, Func<Stream, Stream, CancellationToken, Task> answers, CancellationToken stop) =>
        await await Task.WhenAny(client.CopyToAsync(next, stop), answers(next, client, stop));

    private async Task DelayedAsync(Stream from, Stream to, CancellationToken stop)
    {
        var onTheWay = Channel.CreateUnbounded<(long Sent, byte[] Bytes)>();
        var arriving = ArriveAsync();
        var buffer = new byte[65536];
        while (await from.ReadAsync(buffer, stop) is > 0 and var count)
        {
            onTheWay.Writer.TryWrite((TimeProvider.System.GetTimestamp(), buffer[..count]));
        }

        onTheWay.Writer.Complete();
        await arriving;

        async Task ArriveAsync()
        {
            await foreach (var (sent, bytes) in onTheWay.Reader.ReadAllAsync(stop))
            {
                if (_roundTrip - TimeProvider.System.GetElapsedTime(sent) is { Ticks: > 0 } left)
                {
                    await Task.Delay(left, stop);
                }

                await to.WriteAsync(bytes, stop);
            }
        }
    }
}
