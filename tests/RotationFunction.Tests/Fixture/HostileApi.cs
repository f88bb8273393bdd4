using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RotationFunction.Tests;

/// <summary>A server that answers each request with bytes of a test's choice, on a real socket.</summary>
internal sealed class HostileApi : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string, NetworkStream, Task> _answer;

    /// <param name="answer">Writes the answer to a request with this key.</param>
    public HostileApi(Func<string, NetworkStream, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = ServeAsync();
    }

    public Uri Url => new($"http://{_listener.LocalEndpoint}/orders");

    /// <summary>What was asked for: the request lines.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public static Task WriteAsync(NetworkStream stream, string text) => stream.WriteAsync(Encoding.Latin1.GetBytes(text)).AsTask();

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                _ = AnswerAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
            try
            {
                Requests.Enqueue(await reader.ReadLineAsync() ?? "");
                var key = "";
                while (await reader.ReadLineAsync() is { Length: > 0 } header)
                {
                    key = header.StartsWith("x-api-key: ", StringComparison.OrdinalIgnoreCase) ? header[11..] : key;
                }

                await _answer(key, stream);
            }
            catch (IOException)
            {
                // The probe has hung up.
            }
        }
    }
}
