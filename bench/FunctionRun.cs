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

namespace Bench;

/// <summary>A function to measure: its command and its environment.</summary>
internal sealed record MeasuredFunction(string Name, string Command, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, bool Rotates = true);

/// <summary>One process of a function, with a Lambda Runtime API that measures its times.</summary>
internal sealed class FunctionRun : IAsyncDisposable
{
    /// <summary>The function's access key in the call log.</summary>
    public const string AccessKeyId = "AKIAFUNCTION";

    private readonly WebApplication _runtimeApi;
    private readonly Channel<FunctionInvocation> _invocations = Channel.CreateUnbounded<FunctionInvocation>();
    private readonly ConcurrentDictionary<string, (long Delivered, TaskCompletionSource<(TimeSpan Duration, string? Error)> Answer)> _running = new();
    private readonly TaskCompletionSource<long> _firstNext = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process = new();
    private readonly Cpu? _cpu;
    private readonly ConcurrentQueue<string> _errors = new();
    private long _started;

    private FunctionRun(WebApplication runtimeApi, Cpu? cpu) => (_runtimeApi, _cpu) = (runtimeApi, cpu);

    /// <summary>Gets the durations of the invocations.</summary>
    public ConcurrentQueue<TimeSpan> Durations { get; } = new();

    /// <summary>Gets the CPU time that the process has used.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Gets the CPU time of the init.</summary>
    public TimeSpan InitCpuTime { get; private set; }

    /// <summary>Gets the time from the start of the process until its first request for an invocation.</summary>
    public TimeSpan Init { get; private set; }

    /// <summary>Starts a process and waits until it is ready, on a whole CPU as on Lambda. Then limits it to its share.</summary>
    public static async Task<FunctionRun> StartAsync(MeasuredFunction function, Uri? aws, string certificates, double? cpuShare)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        var run = new FunctionRun(builder.Build(), cpuShare is null ? null : new Cpu());
        run._runtimeApi.Run(run.AnswerAsync);
        await run._runtimeApi.StartAsync();
        run._cpu?.Set(1);

        // The shell becomes the function.
        string[] shell = aws is null ? ["unshare", "--mount", "sh"] : ["sh"];
        var start = new ProcessStartInfo(shell[0], [.. shell[1..], "-c", run._cpu?.Enter + (aws is null ? Hosts.Enter : "") + "exec \"$@\"", "sh", function.Command, .. function.Arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var name in new[] { "PATH", "HOME", "DOTNET_ROOT" })
        {
            start.Environment[name] = Environment.GetEnvironmentVariable(name);
        }

        start.Environment["AWS_LAMBDA_RUNTIME_API"] = new Uri(run._runtimeApi.Urls.Single()).Authority;
        start.Environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = "512";
        start.Environment["AWS_LAMBDA_LOG_FORMAT"] = "JSON";
        start.Environment["AWS_ACCESS_KEY_ID"] = AccessKeyId;
        start.Environment["AWS_SECRET_ACCESS_KEY"] = "secret";
        start.Environment["AWS_REGION"] = start.Environment["AWS_DEFAULT_REGION"] = "eu-west-1";
        if (aws is not null)
        {
            start.Environment["AWS_ENDPOINT_URL"] = aws.ToString();
        }

        start.Environment["AWS_EC2_METADATA_DISABLED"] = "true";
        start.Environment["SSL_CERT_FILE"] = start.Environment["AWS_CA_BUNDLE"] = certificates;
        start.Environment["SSL_CERT_DIR"] = Path.Combine(Path.GetDirectoryName(certificates)!, "none");
        start.Environment["ACTIVATION_WAIT"] = "0";
        foreach (var (name, value) in function.Environment)
        {
            start.Environment[name] = value;
        }

        run._process.StartInfo = start;
        run._process.ErrorDataReceived += (_, line) => run._errors.Enqueue(line.Data ?? "");
        run._started = Stopwatch.GetTimestamp();
        run._process.Start();
        run._process.BeginOutputReadLine();
        run._process.BeginErrorReadLine();
        if (await Task.WhenAny(run._firstNext.Task, run._process.WaitForExitAsync()) != run._firstNext.Task)
        {
            throw new InvalidOperationException($"{function.Name} ended before its first invocation: {string.Join(' ', run._errors)}");
        }

        run.Init = Stopwatch.GetElapsedTime(run._started, await run._firstNext.Task);
        run.InitCpuTime = run.CpuTime;
        run._cpu?.Set(cpuShare!.Value);
        return run;
    }

    /// <summary>Runs an invocation. Every measured function returns null.</summary>
    public async Task<ReadOnlyMemory<byte>> InvokeAsync(FunctionInvocation invocation)
    {
        var answer = new TaskCompletionSource<(TimeSpan Duration, string? Error)>(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[invocation.RequestId] = (0, answer);
        _invocations.Writer.TryWrite(invocation);
        if (await Task.WhenAny(answer.Task, _process.WaitForExitAsync()) != answer.Task)
        {
            throw new InvalidOperationException($"The function ended during an invocation: {string.Join(' ', _errors)}");
        }

        var (duration, error) = await answer.Task;
        Durations.Enqueue(duration);
        return error is null ? "null"u8.ToArray() : throw new InvalidOperationException(error);
    }

    /// <summary>Returns the peak memory of the process, in MiB.</summary>
    public double PeakMemory()
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _cpu?.Dispose();
        await _runtimeApi.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var now = Stopwatch.GetTimestamp();
        var path = context.Request.Path.Value!.Split('/');
        if (path is [.., "next"])
        {
            _firstNext.TrySetResult(now);
            var invocation = await _invocations.Reader.ReadAsync(context.RequestAborted);
            context.Response.Headers["Lambda-Runtime-Aws-Request-Id"] = invocation.RequestId;
            context.Response.Headers["Lambda-Runtime-Deadline-Ms"] = DateTimeOffset.UtcNow.AddMinutes(15).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
            context.Response.Headers["Lambda-Runtime-Invoked-Function-Arn"] = invocation.FunctionArn;
            context.Response.Headers["Lambda-Runtime-Trace-Id"] = "";
            _running[invocation.RequestId] = (Stopwatch.GetTimestamp(), _running[invocation.RequestId].Answer);
            await context.Response.Body.WriteAsync(invocation.Payload, context.RequestAborted);
            return;
        }

        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        if (path is [.., "init", "error"])
        {
            _firstNext.TrySetException(new InvalidOperationException(body));
        }
        else if (_running.TryRemove(path[^2], out var running))
        {
            running.Answer.TrySetResult((Stopwatch.GetElapsedTime(running.Delivered, now), path[^1] == "error" ? body : null));
        }
    }
}
