using System.Diagnostics;
using System.Reflection;

namespace RotationTool.Tests;

/// <summary>The tool as its user starts it, in a process of its own.</summary>
internal static class Tool
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    /// <summary>The tool as it was built.</summary>
    public static string Path { get; } = Metadata("apikey-rotation");

    public static string Root { get; } = Metadata("Root");

    /// <summary>Whether SIGINT, the second signal, is ignored here, which every process inherits; false where it cannot be told.</summary>
    public static bool IgnoresInterrupts { get; } = File.Exists("/proc/self/status")
        && (Convert.ToUInt64(File.ReadLines("/proc/self/status").Single(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..].Trim(), 16) & 0b10) != 0;

    /// <summary>Runs it until it exits, without this machine's AWS settings and terminal.</summary>
    public static Task<Answer> RunAsync(IReadOnlyDictionary<string, string> variables, params string[] arguments) => RunAsync("dotnet", [Path, .. arguments], variables);

    /// <summary>Runs any command so; one that has printed the text is interrupted, as by Ctrl+C.</summary>
    public static async Task<Answer> RunAsync(string command, string[] arguments, IReadOnlyDictionary<string, string> variables, string? interruptAfter = null)
    {
        Assert.SkipWhen(interruptAfter is not null && OperatingSystem.IsWindows(), "Windows has no SIGINT to send to another process.");
        var how = new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = System.IO.Path.GetTempPath() };
        foreach (var name in how.Environment.Keys.Where(name => name.StartsWith("AWS_", StringComparison.Ordinal) || name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name is "GITHUB_ACTIONS" or "NO_COLOR").ToList())
        {
            how.Environment.Remove(name);
        }

        how.Environment["TERM"] = "xterm-256color";
        how.Environment["AWS_EC2_METADATA_DISABLED"] = "true";
        how.Environment["AWS_SHARED_CREDENTIALS_FILE"] = how.Environment["AWS_CONFIG_FILE"] = "/nonexistent";
        foreach (var (name, value) in variables)
        {
            how.Environment[name] = value;
        }

        using var process = Process.Start(how)!;
        using var timeout = new CancellationTokenSource(LongestWait);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            var start = "";
            while (interruptAfter is not null && !start.Contains(interruptAfter, StringComparison.Ordinal) && await process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
            {
                start += line + "\n";
            }

            if (interruptAfter is not null)
            {
                using var kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
                await kill.WaitForExitAsync(timeout.Token);
            }

            var output = start + await process.StandardOutput.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return new Answer(process.ExitCode, Lines(output), Lines(await errors));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    // As every machine but Windows ends a line.
    private static string Lines(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal);

    public static string Metadata(string key) => typeof(Tool).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == key).Value!;
}

/// <summary>What it printed, and its exit code.</summary>
internal sealed record Answer(int ExitCode, string Output, string Errors);
