using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Threading.Channels;
using LocalAws;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RotationFunction.Tests;

namespace Bench;

/// <summary>
/// The Python function in a crowd: one process with a thread for each invocation at once. Its calls pass through this class to an embedded AWS, and its
/// waits are on that AWS's clock, which must not move while <see cref="Works"/>.
/// </summary>
internal sealed class PeerCrowd : IAsyncDisposable
{
    private readonly EmbeddedAws _aws;
    private readonly VirtualClients _clients;
    private readonly HttpClient _transport;
    private readonly WebApplication _server;
    private readonly Process _process = new();
    private readonly Channel<FunctionInvocation> _invocations = Channel.CreateUnbounded<FunctionInvocation>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<ReadOnlyMemory<byte>>> _answers = new();
    private int _running;
    private int _waiting;

    private PeerCrowd(EmbeddedAws aws, WebApplication server)
    {
        (_aws, _server) = (aws, server);
        _clients = new VirtualClients(aws);
        _transport = _clients.CreateHttpClient(new Amazon.APIGateway.AmazonAPIGatewayConfig());
    }

    /// <summary>Gets whether an invocation is running that waits neither for AWS nor for the clock.</summary>
    public bool Works => Volatile.Read(ref _running) > Volatile.Read(ref _waiting);

    /// <summary>Gets the number of throttled calls.</summary>
    public int Throttled => _clients.Throttled;

    /// <param name="aws">The account.</param>
    /// <param name="threads">The number of invocations at once.</param>
    public static async Task<PeerCrowd> StartAsync(EmbeddedAws aws, int threads)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        var crowd = new PeerCrowd(aws, builder.Build());
        crowd._server.Run(crowd.AnswerAsync);
        await crowd._server.StartAsync();
        var url = new Uri(crowd._server.Urls.Single());
        var start = new ProcessStartInfo("python3", [Path.Combine(AppContext.BaseDirectory, "python_peer", "crowd.py"), threads.ToString(CultureInfo.InvariantCulture)]) { UseShellExecute = false };
        start.Environment["AWS_LAMBDA_RUNTIME_API"] = url.Authority;
        start.Environment["AWS_ENDPOINT_URL"] = url.ToString();
        start.Environment["AWS_ACCESS_KEY_ID"] = FunctionRun.AccessKeyId;
        start.Environment["AWS_SECRET_ACCESS_KEY"] = aws.SecretAccessKey;
        start.Environment["AWS_DEFAULT_REGION"] = aws.Region;
        start.Environment["AWS_EC2_METADATA_DISABLED"] = "true";
        crowd._process.StartInfo = start;
        crowd._process.Start();
        return crowd;
    }

    public Task<ReadOnlyMemory<byte>> InvokeAsync(FunctionInvocation invocation)
    {
        Interlocked.Increment(ref _running);
        var answer = _answers[invocation.RequestId] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _invocations.Writer.TryWrite(invocation);
        return answer.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        await _server.DisposeAsync();
        _transport.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!.Split('/');
        if (path is [.., "next"])
        {
            var invocation = await _invocations.Reader.ReadAsync(context.RequestAborted);
            context.Response.Headers["Lambda-Runtime-Aws-Request-Id"] = invocation.RequestId;
            await context.Response.Body.WriteAsync(invocation.Payload, context.RequestAborted);
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (path is [.., "invocation", var id, var kind])
        {
            _answers.TryRemove(id, out var answer);
            Interlocked.Decrement(ref _running);
            if (kind == "error")
            {
                answer!.SetException(new InvalidOperationException(Encoding.UTF8.GetString(body.ToArray())));
            }
            else
            {
                answer!.SetResult(body.ToArray());
            }

            return;
        }

        Interlocked.Increment(ref _waiting);
        try
        {
            if (path is ["", "wait"])
            {
                await Task.Delay(TimeSpan.FromSeconds(double.Parse(context.Request.Query["seconds"]!, CultureInfo.InvariantCulture)), _aws.TimeProvider);
            }
            else
            {
                await ForwardAsync(context, body.ToArray());
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Sends a request on, as it was signed.</summary>
    private async Task ForwardAsync(HttpContext context, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        using var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method), new Uri(_aws.ServiceUrl, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget))
        {
            Content = content,
        };
        foreach (var (name, values) in context.Request.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        using var answer = await _transport.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
