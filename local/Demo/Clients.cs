using System.Net;
using LocalAws;

namespace Demo;

/// <summary>Clients that call the API all the time, each with the key that it read last.</summary>
internal sealed class Clients(Uri url, int count) : IDisposable
{
    // Short enough to find a key that is refused for a moment, and long enough to leave the machine to the rotation.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly HttpClient _http = EmbeddedAws.CreateHttpClient();
    private readonly CancellationTokenSource _stop = new();
    private string _cachedKey = "";
    private long _sent;
    private long _refused;
    private Task _calling = Task.CompletedTask;

    public long Sent => Interlocked.Read(ref _sent);

    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Has the clients read the secret again. They use this key from now on.</summary>
    public void Use(string key) => Volatile.Write(ref _cachedKey, key);

    public void Start() => _calling = Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(CallAsync)));

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _calling;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task CallAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            using var request =
                new HttpRequestMessage(HttpMethod.Get, new Uri(url, "orders")) { Headers = { { "x-api-key", Volatile.Read(ref _cachedKey) } } };
            using var response = await _http.SendAsync(request);
            Interlocked.Increment(ref _sent);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                Interlocked.Increment(ref _refused);
            }

            await Task.Delay(Pause);
        }
    }
}
