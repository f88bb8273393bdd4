using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using LocalAws;

namespace Examples.Tests;

/// <summary>What a client's process ended with.</summary>
internal sealed record Answer(int ExitCode, string Output, string Errors);

/// <summary>A client in a process of its own.</summary>
internal sealed class ClientProcess : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    private static readonly Lazy<string> TrustedCertificates = new(() =>
    {
        var path = Path.Combine(AppContext.BaseDirectory, "trusted.pem");
        File.WriteAllText(path, EmbeddedAws.CertificatePem);
        return path;
    });

    private static readonly ConcurrentDictionary<string, Task<bool>> Installed = new();

    private readonly Process _process;
    private readonly Action<string> _print;
    private readonly Task<string> _errors;
    private readonly CancellationTokenSource _timeout = new(LongestWait);

    private ClientProcess(Process process, Action<string> print)
    {
        _process = process;
        _print = print;
        _errors = process.StandardError.ReadToEndAsync(_timeout.Token);
    }

    /// <summary>Whether the command is there and succeeds with these arguments; it is run once.</summary>
    public static Task<bool> SucceedsAsync(string command, params string[] arguments) =>
        Installed.GetOrAdd(string.Join(' ', [command, .. arguments]), _ => RunAsync(command, arguments));

    private static async Task<bool> RunAsync(string command, string[] arguments)
    {
        try
        {
            await using var process = Start(command, arguments, _ => { });
            return (await process.EndAsync()).ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    public static ClientProcess Start(string command, string[] arguments, Action<string> print, params (string Name, string Value)[] variables)
    {
        var how = new ProcessStartInfo(command, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        foreach (var name in how.Environment.Keys.Where(name => name.StartsWith("AWS_", StringComparison.Ordinal)).ToList())
        {
            how.Environment.Remove(name);
        }

        how.Environment["AWS_SHARED_CREDENTIALS_FILE"] = how.Environment["AWS_CONFIG_FILE"] = "/nonexistent";
        // curl and Python read these on every system. A client on .NET would read SSL_CERT_FILE on Linux only.
        how.Environment["CURL_CA_BUNDLE"] = how.Environment["SSL_CERT_FILE"] = how.Environment["REQUESTS_CA_BUNDLE"] = TrustedCertificates.Value;
        how.Environment["NO_PROXY"] = "*";
        foreach (var (name, value) in variables)
        {
            how.Environment[name] = value;
        }

        return new ClientProcess(Process.Start(how)!, print);
    }

    /// <summary>Sends a line and returns the line with which the client responds.</summary>
    public async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        var answer = await _process.StandardOutput.ReadLineAsync(_timeout.Token);
        if (answer is null)
        {
            _print(await _errors);
            Assert.Fail("The client ended: " + await _errors);
        }

        _print(answer);
        return answer;
    }

    /// <summary>Says nothing more and waits for the client's end.</summary>
    public async Task<Answer> EndAsync()
    {
        _process.StandardInput.Close();
        var answer = await _process.StandardOutput.ReadToEndAsync(_timeout.Token);
        await _process.WaitForExitAsync(_timeout.Token);
        _print(answer);
        _print(await _errors);
        return new Answer(_process.ExitCode, answer, await _errors);
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        _timeout.Dispose();
        return default;
    }
}
