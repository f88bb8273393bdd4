using System.Globalization;

namespace Bench;

/// <summary>Limits a process and its children to a share of one CPU with the kernel's CFS quota, as Lambda does.</summary>
internal sealed class Cpu : IDisposable
{
    private const int Period = 20_000; // microseconds; Lambda's
    private const string V1 = "/sys/fs/cgroup/cpu";
    private const string V2 = "/sys/fs/cgroup";

    private readonly string _group;
    private readonly bool _v1 = Directory.Exists(V1);

    public Cpu() => _group = Path.Combine(_v1 ? V1 : V2, $"rotation-bench-{Environment.ProcessId}");

    /// <summary>Gets the reason why this machine cannot limit the CPU, or null if it can.</summary>
    public static string? Unavailable { get; } = Try();

    /// <summary>
    /// Returns the CPU time since the start of the machine, including time stolen by other virtual machines, without the time of this process and of
    /// its children that have ended.
    /// </summary>
    public static TimeSpan TimeOfOthers()
    {
        // proc(5): user, nice, system, idle, iowait, irq, softirq, steal; and utime, stime, cutime, cstime of a process.
        var all = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9];
        var own = File.ReadAllText("/proc/self/stat").Split(") ")[^1].Split(' ')[11..15];
        return TimeSpan.FromSeconds((Ticks(all) - Ticks(all[3..5]) - Ticks(own)) / 100.0);

        static long Ticks(string[] fields) => fields.Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
    }

    /// <summary>Gets the shell command that moves the shell into the limited group.</summary>
    public string Enter => $"echo $$ > {_group}/cgroup.procs; ";

    /// <summary>Sets the share. 1 is a whole CPU.</summary>
    public void Set(double share)
    {
        Directory.CreateDirectory(_group);
        var quota = ((int)(share * Period)).ToString(CultureInfo.InvariantCulture);
        if (_v1)
        {
            File.WriteAllText(Path.Combine(_group, "cpu.cfs_period_us"), Period.ToString(CultureInfo.InvariantCulture));
            File.WriteAllText(Path.Combine(_group, "cpu.cfs_quota_us"), quota);
        }
        else
        {
            File.WriteAllText(Path.Combine(_group, "cpu.max"), $"{quota} {Period}");
        }
    }

    /// <summary>Removes the group. Its processes must have ended.</summary>
    public void Dispose() => Directory.Delete(_group, recursive: false);

    private static string? Try()
    {
        try
        {
            using var cpu = new Cpu();
            cpu.Set(1);
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return $"no CPU quota can be set here ({refused.GetType().Name}: {refused.Message.TrimEnd('.')}); run it as root on Linux, in a container that owns its cgroup";
        }
    }
}
