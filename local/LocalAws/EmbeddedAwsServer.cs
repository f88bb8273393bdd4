using System.Runtime.InteropServices;

namespace LocalAws;

/// <summary>An <see cref="EmbeddedAws"/> that other processes use until the user interrupts it.</summary>
public sealed class EmbeddedAwsServer : IDisposable
{
    private readonly string _certificate = Path.GetTempFileName();
    private readonly TaskCompletionSource _interrupted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _signals;

    /// <param name="aws">An account that listens on loopback.</param>
    public EmbeddedAwsServer(EmbeddedAws aws)
    {
        ArgumentNullException.ThrowIfNull(aws);
        File.WriteAllText(_certificate, EmbeddedAws.CertificatePem);
        (string Name, string Value)[] variables =
        [
            ("AWS_ENDPOINT_URL", aws.ServiceUrl.ToString().TrimEnd('/')),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", aws.SecretAccessKey),
            // Some SDKs read one variable, some the other.
            ("AWS_REGION", aws.Region),
            ("AWS_DEFAULT_REGION", aws.Region),
        ];
        List<string> lines =
        [
            "# In another terminal:",
            .. variables.Select(variable => $"export {variable.Name}={variable.Value}"),
            "unset AWS_SESSION_TOKEN AWS_PROFILE",
        ];
        if (OperatingSystem.IsWindows())
        {
            lines.AddRange(
            [
                "# Or in PowerShell:",
                .. variables.Select(variable => $"$env:{variable.Name} = \"{variable.Value}\""),
                "Remove-Item Env:AWS_SESSION_TOKEN, Env:AWS_PROFILE -ErrorAction Ignore",
            ]);
        }

        var url = Uri.UnescapeDataString(aws.InvokeUrl("<API id>", "<stage>").ToString());
        lines.Add($"# A deployed API: curl --cacert {_certificate} --header \"x-api-key: <value>\" {url}");
        Instructions = string.Join(Environment.NewLine, lines);
        _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, End), PosixSignalRegistration.Create(PosixSignal.SIGTERM, End)];

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            _interrupted.TrySetResult();
        }
    }

    /// <summary>
    /// Gets the environment variables of a client, as lines for Bash, or for PowerShell on Windows. The services use http. The data plane uses https
    /// with its own certificate, whose file exists as long as this instance.
    /// </summary>
    public string Instructions { get; }

    /// <summary>Completes on Ctrl+C (SIGINT) or SIGTERM.</summary>
    public Task InterruptedAsync() => _interrupted.Task;

    /// <summary>Deletes the certificate's file.</summary>
    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        File.Delete(_certificate);
    }
}
