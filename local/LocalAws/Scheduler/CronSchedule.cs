using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace LocalAws.Scheduler;

/// <summary>The times of a schedule: a minute of each day or of each hour, in UTC.</summary>
internal sealed partial class CronSchedule
{
    private readonly TimeSpan _first;

    private CronSchedule(TimeSpan first, TimeSpan period)
    {
        _first = first;
        Period = period;
    }

    /// <summary>Gets the time between two scheduled times.</summary>
    public TimeSpan Period { get; }

    /// <summary>Parses an expression. Returns null for any other one.</summary>
    public static CronSchedule? Parse(string expression)
    {
        if (Expression().Match(expression) is not { Success: true } cron)
        {
            return null;
        }

        var minute = int.Parse(cron.Groups["minute"].Value, CultureInfo.InvariantCulture);
        return int.TryParse(cron.Groups["hour"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var hour)
            ? new CronSchedule(new TimeSpan(hour, minute, 0), TimeSpan.FromDays(1))
            : new CronSchedule(TimeSpan.FromMinutes(minute), TimeSpan.FromHours(1));
    }

    /// <summary>Returns the first scheduled time after another time.</summary>
    public DateTimeOffset Next(DateTimeOffset after)
    {
        var first = new DateTimeOffset(after.UtcDateTime.Date, TimeSpan.Zero) + _first;
        return first > after ? first : first + (Period * (((after - first).Ticks / Period.Ticks) + 1));
    }

    /// <summary>
    /// Returns the delay of an invocation in its window. AWS does not document how it disperses invocations. Here the delay follows from the schedule
    /// and the time, so that two runs of a test are alike, and schedules differ, and so do the days of a schedule.
    /// </summary>
    public static TimeSpan DelayOf(string scheduleArn, DateTimeOffset scheduled, FlexibleTimeWindow window)
    {
        if (window.MaximumWindowInMinutes is not { } minutes)
        {
            return TimeSpan.Zero;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{scheduleArn} {scheduled:O}")));
        return TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt32BigEndian(hash) % (minutes * 60));
    }

    [GeneratedRegex(
        @"^cron\((?<minute>[1-5]?[0-9]) (?<hour>\*|1?[0-9]|2[0-3]) \* \* \? \*\)\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Expression();
}
