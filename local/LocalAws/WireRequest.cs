using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace LocalAws;

/// <summary>A request from the wire, read to its end.</summary>
internal sealed class WireRequest
{
    private readonly Dictionary<string, StringValues> _query;
    private readonly IHeaderDictionary _headers;

    private WireRequest(string method, string target, IHeaderDictionary headers, ReadOnlyMemory<byte> body, CancellationToken aborted)
    {
        // The raw target: in Kestrel's decoded path an escaped slash looks like the end of a segment, and clients send ARNs as one segment.
        var queryStart = target.IndexOf('?', StringComparison.Ordinal);
        Method = method;
        RawPath = queryStart < 0 ? target : target[..queryStart];
        RawQuery = queryStart < 0 ? "" : target[(queryStart + 1)..];
        Path = [.. RawPath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        Body = body;
        Aborted = aborted;
        _query = QueryHelpers.ParseQuery(RawQuery);
        _headers = headers;
        Scope = SigningScope.Parse(Header("Authorization"));
    }

    public string Method { get; }

    /// <summary>Gets the path as it was sent.</summary>
    public string RawPath { get; }

    /// <summary>Gets the query as it was sent, without its question mark.</summary>
    public string RawQuery { get; }

    /// <summary>Gets the segments of the path, unescaped.</summary>
    public IReadOnlyList<string> Path { get; }

    public IHeaderDictionary Headers => _headers;

    public ReadOnlyMemory<byte> Body { get; }

    public CancellationToken Aborted { get; }

    /// <summary>Gets the signer of the request and the service that it names, or null for an unsigned request.</summary>
    public SigningScope? Scope { get; }

    public static async Task<WireRequest> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return new WireRequest(context.Request.Method, target, context.Request.Headers, body.ToArray(), context.RequestAborted);
    }

    public static async Task<WireRequest> ReadAsync(HttpRequestMessage message, CancellationToken cancelled)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, values) in message.Headers.NonValidated.Concat(message.Content?.Headers.NonValidated ?? default))
        {
            headers[name] = values.ToArray();
        }

        headers.TryAdd("Host", message.RequestUri!.Authority);
        var body = message.Content is null ? default : await message.Content.ReadAsByteArrayAsync(cancelled);
        return new WireRequest(message.Method.Method, message.RequestUri.PathAndQuery, headers, body, cancelled);
    }

    public string? Header(string name) => _headers.TryGetValue(name, out var values) ? values.ToString() : null;

    public string? Query(string name) => _query.TryGetValue(name, out var values) ? values.ToString() : null;

    public IEnumerable<string> QueryNames => _query.Keys;

    public IReadOnlyList<string> QueryList(string name) => _query.TryGetValue(name, out var values) ? [.. values.OfType<string>()] : [];

    public bool QueryFlag(string name) => string.Equals(Query(name), "true", StringComparison.OrdinalIgnoreCase);

    public int? QueryNumber(string name) =>
        int.TryParse(Query(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
