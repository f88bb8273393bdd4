using System.Net;

namespace Demo;

/// <summary>Clients that call the API without pause, each with the key that it read last.</summary>
internal sealed class Clients(Uri url, int count) : IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private readonly CancellationTokenSource _stop = new();
    private string _cachedKey = "";
    private long _sent;
    private long _refused;
    private Task _calling = Task.CompletedTask;

    public long Sent => Interlocked.Read(ref _sent);

    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>The clients have re-read the secret: from here on they use this key.</summary>
    public void Use(string key) => Volatile.Write(ref _cachedKey, key);

    public void Start() => _calling = Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(CallWithoutPauseAsync)));

    /// <summary>Waits until the clients have sent as many requests more.</summary>
    public async Task SendMoreAsync(int requests)
    {
        var goal = Sent + requests;
        while (Sent < goal && !_calling.IsCompleted)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _calling;
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task CallWithoutPauseAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url, "orders")) { Headers = { { "x-api-key", Volatile.Read(ref _cachedKey) } } };
            using var response = await _http.SendAsync(request);
            Interlocked.Increment(ref _sent);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                Interlocked.Increment(ref _refused);
            }
        }
    }
}
