using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace LocalAws.Lambda;

/// <summary>One process of a function, and its Lambda Runtime API.</summary>
/// <seealso href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html"/>
internal sealed class ExecutionEnvironment : IAsyncDisposable
{
    private const int LargestResponse = 6 * 1024 * 1024 + 100; // Lambda's own limit, from its error message
    private const int SigTerm = 15;
    private static readonly TimeSpan TerminationGrace = TimeSpan.FromSeconds(2);

    private readonly Channel<FunctionInvocation> _invocations = Channel.CreateUnbounded<FunctionInvocation>();
    private readonly Process _process = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LoopbackServer? _runtimeApi;
    private Task<int> _exited = Task.FromResult(0);
    private volatile Pending? _pending;
    private volatile FunctionErrorException? _initError;
    private volatile bool _failed;

    private ExecutionEnvironment()
    {
    }

    /// <summary>Gets whether the process can receive another invocation.</summary>
    public bool IsUsable => !_failed && !_exited.IsCompleted;

    /// <summary>Starts the process for its first invocation.</summary>
    /// <exception cref="FunctionErrorException">The command cannot start.</exception>
    public static async Task<ExecutionEnvironment> StartAsync(
        EmbeddedAws aws, AwsRegion region, string functionName, FunctionProcess function, FunctionOptions options, string requestId)
    {
        var environment = new ExecutionEnvironment();
        environment._runtimeApi = await LoopbackServer.StartAsync(environment.AnswerAsync);
        var process = environment._process;
        process.StartInfo = new ProcessStartInfo(function.Command, function.Arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var logStream = $"{aws.TimeProvider.GetUtcNow():yyyy'/'MM'/'dd}/[$LATEST]{Guid.NewGuid():N}";
        SetVariables(process.StartInfo.Environment, aws, region.Name, functionName, function, options, environment._runtimeApi.Url.Authority);
        process.StartInfo.Environment["AWS_LAMBDA_LOG_STREAM_NAME"] = logStream;
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => environment._ended.TrySetResult();
        process.OutputDataReceived += (_, output) => Log(output.Data);
        process.ErrorDataReceived += (_, output) => Log(output.Data);
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            await environment._runtimeApi.DisposeAsync();
            process.Dispose();
            throw new FunctionErrorException("Runtime.InvalidEntrypoint", $"RequestId: {requestId} Error: {failure.Message}");
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        environment._exited = environment.ExitAsync();
        return environment;

        void Log(string? line)
        {
            if (line is not null)
            {
                region.Logs.Write(functionName, options.RoleArn, logStream, line);
                function.LogLine?.Invoke(line);
            }
        }
    }

    /// <exception cref="FunctionErrorException">The error of the function or of its process.</exception>
    /// <exception cref="OperationCanceledException">The invocation had no result in time.</exception>
    public async Task<ReadOnlyMemory<byte>> InvokeAsync(FunctionInvocation invocation, CancellationToken giveUp)
    {
        var pending = new Pending(invocation.RequestId);
        _pending = pending;
        if (_initError is not null)
        {
            pending.Result.TrySetException(_initError);
        }

        _invocations.Writer.TryWrite(invocation);
        await Task.WhenAny(pending.Result.Task, _exited).WaitAsync(giveUp);
        if (!pending.Result.Task.IsCompleted)
        {
            _failed = true;
            throw new FunctionErrorException("Runtime.ExitError", $"RequestId: {invocation.RequestId} Error: {ExitReason(await _exited)}");
        }

        return await pending.Result.Task;
    }

    /// <summary>Kills the process and all processes that it has started.</summary>
    public async Task KillAsync()
    {
        _failed = true;
        if (!_exited.IsCompleted)
        {
            _process.Kill(entireProcessTree: true);
            await _exited;
        }
    }

    /// <summary>Requests the process to end, and kills it if it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_exited.IsCompleted
            && (OperatingSystem.IsWindows() || Kill(_process.Id, SigTerm) != 0
                || await Task.WhenAny(_exited, Task.Delay(TerminationGrace)) != _exited))
        {
            await KillAsync();
        }

        await _runtimeApi!.DisposeAsync();
        _process.Dispose();
    }

    private async Task<int> ExitAsync()
    {
        await _ended.Task;
        // Reads the output to its end, unless a child process keeps the pipes open.
        await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(TerminationGrace));
        return _process.ExitCode;
    }

    private static void SetVariables(IDictionary<string, string?> variables,
        EmbeddedAws aws, string region, string functionName, FunctionProcess function, FunctionOptions options, string runtimeApi)
    {
        var credentials = options.RoleArn is { } role ? aws.Iam.AssumeRole(IamService.NameOf(role), functionName) : null;
        // The function does not get this machine's own AWS settings.
        foreach (var name in variables.Keys.Where(name => name.StartsWith("AWS_", StringComparison.Ordinal)).ToArray())
        {
            variables.Remove(name);
        }

        variables["AWS_ACCESS_KEY_ID"] = credentials?.AccessKeyId ?? "AKIALAMBDA";
        variables["AWS_SECRET_ACCESS_KEY"] = credentials?.SecretAccessKey ?? aws.SecretAccessKey;
        variables["AWS_SESSION_TOKEN"] = credentials?.SessionToken;
        variables["AWS_ENDPOINT_URL"] = aws.ServiceUrl.ToString();
        foreach (var (name, value) in options.Environment)
        {
            variables[name] = value;
        }

        variables["_HANDLER"] = function.Handler;
        variables["AWS_REGION"] = region;
        variables["AWS_DEFAULT_REGION"] = region;
        variables["AWS_LAMBDA_RUNTIME_API"] = runtimeApi;
        variables["AWS_LAMBDA_FUNCTION_NAME"] = functionName;
        variables["AWS_LAMBDA_FUNCTION_VERSION"] = "$LATEST";
        variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = function.MemorySize.ToString(CultureInfo.InvariantCulture);
        variables["AWS_LAMBDA_LOG_GROUP_NAME"] = "/aws/lambda/" + functionName;
    }

    // On Windows a killed process has exit code -1.
    private static string ExitReason(int exitCode) => exitCode switch
    {
        0 => "Runtime exited without providing a reason",
        128 + 9 or -1 => "Runtime exited with error: signal: killed",
        _ => $"Runtime exited with error: exit status {exitCode}",
    };

    private Task AnswerAsync(HttpContext http)
    {
        string[] path = [.. http.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries)];
        return (http.Request.Method, path) switch
        {
            ("GET", ["2018-06-01", "runtime", "invocation", "next"]) => NextAsync(http),
            ("POST", ["2018-06-01", "runtime", "invocation", var id, "response"]) => ResponseAsync(http, id),
            ("POST", ["2018-06-01", "runtime", "invocation", var id, "error"]) => ErrorAsync(http, id),
            ("POST", ["2018-06-01", "runtime", "init", "error"]) => InitErrorAsync(http),
            _ => WriteAsync(http, 404, new { errorType = "NotFound", errorMessage = "The Runtime API has no such path." }),
        };
    }

    private async Task NextAsync(HttpContext http)
    {
        var invocation = await _invocations.Reader.ReadAsync(http.RequestAborted);
        var headers = http.Response.Headers;
        headers["Lambda-Runtime-Aws-Request-Id"] = invocation.RequestId;
        headers["Lambda-Runtime-Deadline-Ms"] = invocation.Deadline.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        headers["Lambda-Runtime-Invoked-Function-Arn"] = invocation.FunctionArn;
        headers["Lambda-Runtime-Trace-Id"] =
            $"Root=1-{invocation.Deadline.ToUnixTimeSeconds():x8}-{Guid.NewGuid().ToString("N")[..24]}"
            + $";Parent={Guid.NewGuid().ToString("N")[..16]};Sampled=0";
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(invocation.Payload, http.RequestAborted);
    }

    private async Task ResponseAsync(HttpContext http, string requestId)
    {
        if (Find(requestId) is not { } pending)
        {
            await RefuseAsync(http);
            return;
        }

        using var body = new MemoryStream();
        if (http.Request.ContentLength is null or <= LargestResponse)
        {
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        }

        if (http.Request.ContentLength > LargestResponse || body.Length > LargestResponse)
        {
            var message = $"Response payload size exceeded maximum allowed payload size ({LargestResponse} bytes).";
            await WriteAsync(http, 413, new { errorType = "RequestEntityTooLarge", errorMessage = message });
            pending.Result.TrySetException(new FunctionErrorException("Function.ResponseSizeTooLarge", message));
            return;
        }

        // The runtime receives this response before it can receive the next invocation or a SIGTERM.
        await WriteAsync(http, 202, new { status = "OK" });
        pending.Result.TrySetResult(body.ToArray());
    }

    private async Task ErrorAsync(HttpContext http, string requestId)
    {
        if (Find(requestId) is not { } pending)
        {
            await RefuseAsync(http);
            return;
        }

        var error = await ReadErrorAsync(http);
        await WriteAsync(http, 202, new { status = "OK" });
        pending.Result.TrySetException(error);
    }

    private async Task InitErrorAsync(HttpContext http)
    {
        _failed = true;
        var error = await ReadErrorAsync(http);
        _initError = error;
        await WriteAsync(http, 202, new { status = "OK" });
        _pending?.Result.TrySetException(error);
    }

    private Pending? Find(string requestId) =>
        _pending is { } pending && pending.RequestId == requestId && !pending.Result.Task.IsCompleted ? pending : null;

    private static Task RefuseAsync(HttpContext http) =>
        WriteAsync(http, 400, new { errorType = "InvalidRequestID", errorMessage = "Invalid request ID" });

    private static async Task<FunctionErrorException> ReadErrorAsync(HttpContext http)
    {
        var type = http.Request.Headers["Lambda-Runtime-Function-Error-Type"].ToString();
        try
        {
            using var body = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
            return new FunctionErrorException(Text(body.RootElement, "errorType") ?? type, Text(body.RootElement, "errorMessage") ?? "");
        }
        catch (JsonException)
        {
            return new FunctionErrorException(type, "");
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static async Task WriteAsync(HttpContext http, int status, object body)
    {
        http.Response.StatusCode = status;
        await http.Response.WriteAsJsonAsync(body, http.RequestAborted);
        await http.Response.CompleteAsync();
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);

    private sealed record Pending(string RequestId)
    {
        public TaskCompletionSource<ReadOnlyMemory<byte>> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
