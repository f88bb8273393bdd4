using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace Demo.Tests;

/// <summary>The demo as its user starts it, with its output in a pipe.</summary>
internal sealed partial class DemoProcess : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    public DemoProcess(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Metadata("DemoPath"), .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        // Spectre.Console takes a log of GitHub's for a terminal with colours. A test runner without colours sets NO_COLOR.
        start.Environment["GITHUB_ACTIONS"] = "true";
        start.Environment.Remove("NO_COLOR");
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => _output.AppendLine(line.Data);
        _process.BeginErrorReadLine();
    }

    /// <summary>What it printed, with its colours.</summary>
    public string ColouredOutput => _output.ToString();

    /// <summary>What it printed.</summary>
    public string Output => Colours().Replace(ColouredOutput, "");

    public static string Metadata(string key) => typeof(DemoProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == key).Value!;

    /// <summary>Reads on until a line has the text; returns the line.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        using var timeout = new CancellationTokenSource(LongestWait);
        while (await _process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            _output.AppendLine(line);
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"The demo ended without '{text}':\n{Output}");
    }

    /// <summary>Reads on to the end; returns the exit code.</summary>
    public async Task<int> EndAsync()
    {
        using var timeout = new CancellationTokenSource(LongestWait);
        _output.Append(await _process.StandardOutput.ReadToEndAsync(timeout.Token));
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    /// <summary>Asks it to end, as an init system or <c>kill</c> does.</summary>
    public async Task TerminateAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM to send.");
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    [GeneratedRegex(@"\x1b\[[0-9;]*m", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Colours();
}
