using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Bench;

/// <summary>
/// AWS's own host names, which lead a measured function to this machine. With an endpoint URL instead, as LocalAws is used otherwise,
/// AWSSDK.Core reads the Region off the URL with regular expressions that it builds first: 60 ms of CPU that no function on Lambda spends.
/// </summary>
internal static class Hosts
{
    public const string Domain = "eu-west-1.amazonaws.com";

    private static readonly string Names = Path.Combine(Path.GetTempPath(), $"rotation-bench-{Environment.ProcessId}-hosts");

    /// <summary>Where the names lead.</summary>
    public static IPEndPoint Address { get; } = new(IPAddress.Parse("127.0.0.2"), 443);

    /// <summary>Why it cannot be had here; null where it can.</summary>
    public static string? Unavailable { get; } = Try();

    /// <summary>What a shell runs to see the names, in a mount namespace of its own.</summary>
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
