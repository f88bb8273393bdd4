using System.Globalization;

namespace Bench;

/// <summary>A share of one CPU for a process and what it starts, by the kernel's CFS quota, as Lambda gives it.</summary>
internal sealed class Cpu : IDisposable
{
    private const int Period = 20_000; // microseconds; Lambda's
    private const string V1 = "/sys/fs/cgroup/cpu";
    private const string V2 = "/sys/fs/cgroup";

    private readonly string _group;
    private readonly bool _v1 = Directory.Exists(V1);

    public Cpu() => _group = Path.Combine(_v1 ? V1 : V2, $"rotation-bench-{Environment.ProcessId}");

    /// <summary>Why it cannot be had here; null where it can.</summary>
    public static string? Unavailable { get; } = Try();

    /// <summary>The CPU time of all on this machine, and of its neighbours, but this process and those that it has started and seen end; since the machine's start.</summary>
    public static TimeSpan TimeOfOthers()
    {
        // proc(5): user, nice, system, idle, iowait, irq, softirq, steal; and utime, stime, cutime, cstime of a process.
        var all = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9];
        var own = File.ReadAllText("/proc/self/stat").Split(") ")[^1].Split(' ')[11..15];
        return TimeSpan.FromSeconds((Ticks(all) - Ticks(all[3..5]) - Ticks(own)) / 100.0);

        static long Ticks(string[] fields) => fields.Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
    }

    /// <summary>What a shell runs to come under the quota.</summary>
    public string Enter => $"echo $$ > {_group}/cgroup.procs; ";

    /// <summary>Sets the share; 1 is a whole CPU.</summary>
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

    /// <summary>Removes the group; its processes must have ended.</summary>
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
