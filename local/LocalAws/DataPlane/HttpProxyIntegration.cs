using System.Net;
using LocalAws.ApiGateway;

namespace LocalAws.DataPlane;

/// <summary>The integration that passes a request to a URL and returns its response.</summary>
internal static class HttpProxyIntegration
{
    private const string HeaderParameter = "integration.request.header.";
    private const string PathParameter = "integration.request.path.";

    // Headers of a connection, not of the request.
    private static readonly string[] ConnectionHeaders =
        ["Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
            "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Host", "Content-Length", "Expect"];

    private static readonly HttpClient Http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
        })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Returns the backend's response, or null if there is no backend.</summary>
    /// <exception cref="TimeoutException">The backend takes longer than the integration's timeout.</exception>
    public static async Task<WireResponse?> AnswerAsync(
        Integration integration, WireRequest request, IReadOnlyDictionary<string, string> pathParameters)
    {
        using var message = new HttpRequestMessage(
            new HttpMethod(integration.HttpMethod is "ANY" ? request.Method : integration.HttpMethod!), Target(integration, request, pathParameters));
        if (request.Body.Length > 0)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
        }

        foreach (var (name, values) in request.Headers.Where(header => !ConnectionHeaders.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                message.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        foreach (var (name, value) in ParametersOf(integration, HeaderParameter))
        {
            message.Headers.Remove(name);
            message.Headers.Add(name, value.Trim('\''));
        }

        using var late = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted);
        late.CancelAfter(integration.TimeoutInMillis);
        try
        {
            using var response = await Http.SendAsync(message, late.Token);
            var body = await response.Content.ReadAsByteArrayAsync(late.Token);
            return new WireResponse((int)response.StatusCode, response.Content.Headers.ContentType?.ToString() ?? "application/json", body)
            {
                Headers = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
                    .Where(header => header.Key is not "Content-Type" && !ConnectionHeaders.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
                    .ToDictionary(header => header.Key, header => string.Join(',', header.Value)),
            };
        }
        catch (HttpRequestException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!request.Aborted.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    private static IEnumerable<(string Name, string Expression)> ParametersOf(Integration integration, string kind) =>
        from parameter in integration.RequestParameters ?? new Dictionary<string, string>()
        where parameter.Key.StartsWith(kind, StringComparison.Ordinal)
        select (parameter.Key[kind.Length..], parameter.Value);

    private static Uri Target(Integration integration, WireRequest request, IReadOnlyDictionary<string, string> pathParameters)
    {
        var url = integration.Uri!;
        foreach (var (name, expression) in ParametersOf(integration, PathParameter))
        {
            var value = pathParameters.GetValueOrDefault(expression.Split('.')[^1], "");
            url = url.Replace($"{{{name}}}", string.Join('/', value.Split('/').Select(Uri.EscapeDataString)), StringComparison.Ordinal);
        }

        return new Uri(request.RawQuery.Length == 0 ? url : $"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{request.RawQuery}");
    }
}
