using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LambdaHost;

/// <summary>An invocation from the Runtime API.</summary>
internal sealed record RuntimeInvocation(string RequestId, DateTimeOffset Deadline, string FunctionArn, string TraceId, Stream Payload);

/// <summary>The exception for a Runtime API that cannot be used any more. The message names the call and the reason.</summary>
internal sealed class RuntimeApiException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>A client of the Lambda Runtime API.</summary>
/// <seealso href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html"/>
internal sealed class RuntimeApi : IDisposable
{
    private const int Attempts = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http;

    public RuntimeApi(string hostAndPort)
    {
        if (!Uri.TryCreate($"http://{hostAndPort}/2018-06-01/runtime/", UriKind.Absolute, out var address))
        {
            throw new RuntimeApiException($"AWS_LAMBDA_RUNTIME_API is '{hostAndPort}'. Set it to the host:port of a Lambda Runtime API.");
        }

        // Without a proxy: the API is on this machine. Without a timeout: the next invocation can take an hour to arrive.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Waits for the next invocation.</summary>
    public async Task<RuntimeInvocation> NextAsync(CancellationToken stop)
    {
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, "invocation/next"), stop);
        await EnsureAcceptedAsync(response, stop);
        var deadline = Header(response, "Lambda-Runtime-Deadline-Ms");
        return new RuntimeInvocation(
            Header(response, "Lambda-Runtime-Aws-Request-Id"),
            long.TryParse(deadline, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
                ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
                : throw new RuntimeApiException($"The Runtime API sent an invocation whose deadline is '{deadline}'."),
            Header(response, "Lambda-Runtime-Invoked-Function-Arn"),
            response.Headers.TryGetValues("Lambda-Runtime-Trace-Id", out var traceId) ? traceId.First() : "",
            new MemoryStream(await response.Content.ReadAsByteArrayAsync(stop)));
    }

    /// <summary>
    /// Sends the handler's result. Returns false if the API rejects it as too large or too late. The API has then already responded to the caller.
    /// </summary>
    public async Task<bool> RespondAsync(string requestId, ReadOnlyMemory<byte> payload, CancellationToken stop)
    {
        using var response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, $"invocation/{requestId}/response") { Content = Body(payload, "application/json") }, stop);
        if (response.StatusCode is HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.BadRequest)
        {
            return false;
        }

        await EnsureAcceptedAsync(response, stop);
        return true;
    }

    /// <summary>Sends the exception of the handler.</summary>
    public async Task ReportErrorAsync(string requestId, Exception error, CancellationToken stop)
    {
        using var response = await SendAsync(
            () =>
            {
                var report = Report($"invocation/{requestId}/error", error);
                report.Headers.Add("Lambda-Runtime-Function-Error-Type", error.GetType().Name);
                return report;
            },
            stop);
        // Too late means after the deadline: the caller already has a response.
        if (response.StatusCode != HttpStatusCode.BadRequest)
        {
            await EnsureAcceptedAsync(response, stop);
        }
    }

    /// <summary>Sends the failure that kept the function from starting. Like the managed runtime, omits the header with the error's type.</summary>
    public async Task ReportInitErrorAsync(Exception error, CancellationToken stop)
    {
        using var response = await SendAsync(() => Report("init/error", error), stop);
        await EnsureAcceptedAsync(response, stop);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> createRequest, CancellationToken stop)
    {
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            using var request = createRequest();
            HttpResponseMessage response;
            try
            {
                response = await _http.SendAsync(request, stop);
            }
            catch (HttpRequestException failure)
            {
                throw new RuntimeApiException(
                    $"The Runtime API at {_http.BaseAddress!.Authority} cannot be reached: {request.Method} {request.RequestUri}: {failure.Message}",
                    failure);
            }

            // AWS requires a runtime to exit when the API returns 500. Another API, behind a proxy or during its start, can recover within a moment.
            if ((int)response.StatusCode < 500 || attempt == Attempts)
            {
                return response;
            }

            response.Dispose();
            await Task.Delay(pause, stop);
            pause *= 2;
        }
    }

    private static async Task EnsureAcceptedAsync(HttpResponseMessage response, CancellationToken stop)
    {
        if (!response.IsSuccessStatusCode)
        {
            var request = response.RequestMessage!;
            var tries = (int)response.StatusCode < 500 ? "" : $", {Attempts} times";
            throw new RuntimeApiException(
                $"The Runtime API answered {(int)response.StatusCode} to {request.Method} {request.RequestUri}{tries}: "
                + await response.Content.ReadAsStringAsync(stop));
        }
    }

    private static string Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values)
        ? values.First()
        : throw new RuntimeApiException($"The Runtime API sent an invocation without the header {name}.");

    private static ReadOnlyMemoryContent Body(ReadOnlyMemory<byte> bytes, string contentType) =>
        new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(contentType) } };

    private static HttpRequestMessage Report(string path, Exception error) => new(HttpMethod.Post, path)
    {
        Content = Body(JsonSerializer.SerializeToUtf8Bytes(Describe(error)), "application/vnd.aws.lambda.error+json"),
    };

    private static JsonObject Describe(Exception error)
    {
        var description = new JsonObject { ["errorType"] = error.GetType().Name, ["errorMessage"] = error.Message };
        if (error.StackTrace is { } stackTrace)
        {
            description["stackTrace"] = new JsonArray([.. stackTrace.Split('\n',
                StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(frame => JsonValue.Create(frame))]);
        }

        if (error.InnerException is { } cause)
        {
            description["cause"] = Describe(cause);
        }

        if (error is AggregateException aggregate)
        {
            description["causes"] = new JsonArray([.. aggregate.InnerExceptions.Select(Describe)]);
        }

        return description;
    }
}
