using System.Collections.Concurrent;
using System.Diagnostics;

namespace LambdaHost.Tests;

/// <summary>The host as a child process.</summary>
internal sealed class HostProcess : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    private readonly Process _process = new();

    private HostProcess()
    {
    }

    public ConcurrentQueue<string> Output { get; } = new();

    public ConcurrentQueue<string> Errors { get; } = new();

    /// <param name="handler">Type.Method of the sample handlers, or a whole handler string.</param>
    /// <param name="runtimeApi">host:port.</param>
    /// <param name="variables">More environment variables.</param>
    public static HostProcess Start(string handler, string runtimeApi, params (string Name, string Value)[] variables)
    {
        var host = new HostProcess();
        var start = new ProcessStartInfo("dotnet", [BuildOutput.Host]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["AWS_LAMBDA_RUNTIME_API"] = runtimeApi;
        start.Environment["_HANDLER"] = handler.Contains("::", StringComparison.Ordinal) || !handler.Contains('.', StringComparison.Ordinal) ? handler : BuildOutput.Handler(handler);
        start.Environment["LAMBDA_TASK_ROOT"] = BuildOutput.HandlersFolder;
        start.Environment["AWS_LAMBDA_FUNCTION_NAME"] = "sample";
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        host._process.StartInfo = start;
        host._process.OutputDataReceived += (_, line) => Add(host.Output, line.Data);
        host._process.ErrorDataReceived += (_, line) => Add(host.Errors, line.Data);
        host._process.Start();
        host._process.BeginOutputReadLine();
        host._process.BeginErrorReadLine();
        return host;
    }

    public async Task TerminateAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM to send.");
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(LongestWait);
        return _process.ExitCode;
    }

    public async Task WaitForOutputAsync(string line)
    {
        for (var waited = TimeSpan.Zero; !Output.Contains(line); waited += TimeSpan.FromMilliseconds(20))
        {
            Assert.True(waited < LongestWait, $"The host never printed '{line}'.");
            await Task.Delay(20);
        }
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static void Add(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
        }
    }
}
