using System.Runtime.InteropServices;

namespace LocalAws;

/// <summary>An <see cref="EmbeddedAws"/> that other processes use until its user interrupts it.</summary>
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
            // Some SDKs read the one, some the other.
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
    /// The environment of a client, to paste into a shell: Bash's lines, and PowerShell's on Windows. The services speak http; the data plane speaks
    /// https with a certificate of its own, whose file goes with this instance.
    /// </summary>
    public string Instructions { get; }

    /// <summary>Completes at Ctrl+C (SIGINT) or SIGTERM.</summary>
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
