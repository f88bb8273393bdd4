using System.Collections.Concurrent;
using System.Net;

namespace RotationFunction.Tests;

/// <summary>The API that the probe calls, answering as a test says.</summary>
internal sealed class ScriptedApi : HttpMessageHandler
{
    private readonly ConcurrentDictionary<string, int> _requestsByKey = new();

    /// <summary>The answer to a key, and to its first, second ... request.</summary>
    public Func<string, int, HttpResponseMessage> Answer { get; set; } = (_, _) => Ok();

    public ConcurrentQueue<HttpRequestMessage> Requests { get; } = new();

    /// <summary>The keys sent, in order.</summary>
    public List<string> Keys => [.. Requests.Select(request => request.Headers.GetValues("x-api-key").Single())];

    public static HttpResponseMessage Ok() => new(HttpStatusCode.OK);

    public static HttpResponseMessage Status(int status) => new((HttpStatusCode)status);

    /// <summary>What API Gateway answers to an unknown, disabled or unattached key.</summary>
    public static HttpResponseMessage Forbidden() => new(HttpStatusCode.Forbidden) { Headers = { { "x-amzn-ErrorType", "ForbiddenException" } } };

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var key = request.Headers.GetValues("x-api-key").Single();
        Requests.Enqueue(request);
        return Task.FromResult(Answer(key, _requestsByKey.AddOrUpdate(key, 1, (_, count) => count + 1)));
    }
}
