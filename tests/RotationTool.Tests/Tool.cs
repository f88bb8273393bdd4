using System.Diagnostics;
using System.Reflection;

namespace RotationTool.Tests;

/// <summary>The tool as its user starts it, in a process of its own.</summary>
internal static class Tool
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static string Root { get; } = Metadata("Root");

    /// <summary>Runs it to its end. Nothing of this machine's AWS settings and terminal reaches it.</summary>
    public static Task<Answer> RunAsync(IReadOnlyDictionary<string, string> variables, params string[] arguments) => RunAsync("dotnet", [Metadata("apikey-rotation"), .. arguments], variables);

    public static async Task<Answer> RunAsync(string command, string[] arguments, IReadOnlyDictionary<string, string> variables)
    {
        var start = new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("AWS_", StringComparison.Ordinal) || name is "GITHUB_ACTIONS" or "NO_COLOR").ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["TERM"] = "xterm-256color";
        start.Environment["AWS_EC2_METADATA_DISABLED"] = "true";
        start.Environment["AWS_SHARED_CREDENTIALS_FILE"] = start.Environment["AWS_CONFIG_FILE"] = "/nonexistent";
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            var output = await process.StandardOutput.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return new Answer(process.ExitCode, output, await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    public static string Metadata(string key) => typeof(Tool).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == key).Value!;
}

/// <summary>What it printed, and its exit code.</summary>
internal sealed record Answer(int ExitCode, string Output, string Errors);
