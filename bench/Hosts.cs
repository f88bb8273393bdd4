using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Bench;

/// <summary>
/// Maps AWS's own host names to this machine for a measured function. With an endpoint URL, as other users of LocalAws set it, AWSSDK.Core parses the
/// Region from the URL with regular expressions that it builds first. That takes 60 ms of CPU, which a function on Lambda does not spend.
/// </summary>
internal static class Hosts
{
    public const string Domain = "eu-west-1.amazonaws.com";

    private static readonly string Names = Path.Combine(Path.GetTempPath(), $"rotation-bench-{Environment.ProcessId}-hosts");

    /// <summary>Gets the address that the names resolve to.</summary>
    public static IPEndPoint Address { get; } = new(IPAddress.Parse("127.0.0.2"), 443);

    /// <summary>Gets the reason why this machine cannot map the names, or null if it can.</summary>
    public static string? Unavailable { get; } = Try();

    /// <summary>Gets the shell command that maps the names, in its own mount namespace.</summary>
    public static string Enter => $"mount --bind {Names} /etc/hosts && ";

    /// <summary>Removes the file.</summary>
    public static void Delete() => File.Delete(Names);

    private static string? Try()
    {
        try
        {
            File.WriteAllText(Names, $"127.0.0.1 localhost\n{Address.Address} apigateway.{Domain} secretsmanager.{Domain}\n");
            using var listener = new TcpListener(Address);
            listener.Start();
            using var shell = Process.Start(new ProcessStartInfo("unshare", ["--mount", "sh", "-c", Enter + "true"]) { RedirectStandardError = true, UseShellExecute = false })!;
            var error = shell.StandardError.ReadToEnd();
            shell.WaitForExit();
            return shell.ExitCode == 0 ? null : Refused(error);
        }
        catch (Exception refused) when (refused is SocketException or System.ComponentModel.Win32Exception)
        {
            return Refused(refused.Message);
        }
    }

    private static string Refused(string why) => $"AWS's host names cannot be led to this machine ({why.Trim().TrimEnd('.')}); run it as root on Linux";
}
