using System.Globalization;
using System.Text.RegularExpressions;
using Cronos;

namespace LocalAws.SecretsManager;

/// <summary>
/// A schedule of rotations, as RotationRules describe it. Its rules are those of the AWS API reference (RotationRulesType) and of the user
/// guide's page on schedule expressions. AWS's texts for what it refuses are not known but for one.
/// </summary>
internal sealed partial class RotationSchedule
{
    // AWS API reference.
    private const int MaximumExpressionLength = 256;
    private const int MaximumDays = 1000;

    // AWS user guide: a secret is rotated every four hours at most, and every 999 days at least.
    private const int MinimumHours = 4;
    private const int MaximumRateDays = 999;

    private readonly Kind _kind;
    private readonly int _interval;
    private readonly CronExpression? _cron;
    private readonly int? _duration;

    private RotationSchedule(Kind kind, int interval, CronExpression? cron, int? duration)
    {
        _kind = kind;
        _interval = interval;
        _cron = cron;
        _duration = duration;
    }

    private enum Kind
    {
        /// <summary>AutomaticallyAfterDays: so many days after the last rotation.</summary>
        After,

        /// <summary>A rate in hours.</summary>
        Hours,

        /// <summary>A rate in days.</summary>
        Days,

        /// <summary>A cron expression.</summary>
        Cron,
    }

    /// <summary>Reads the rules; null where they set no schedule.</summary>
    /// <exception cref="AwsException">AWS would refuse the rules.</exception>
    public static RotationSchedule? Parse(RotationRules? rules)
    {
        if (rules is null)
        {
            return null;
        }

        if (rules is { AutomaticallyAfterDays: not null, ScheduleExpression: not null })
        {
            throw SecretsManagerErrors.TwoSchedules();
        }

        var duration = DurationOf(rules.Duration);
        if (rules.AutomaticallyAfterDays is { } days)
        {
            return days is >= 1 and <= MaximumDays
                ? new RotationSchedule(Kind.After, (int)days, cron: null, duration)
                : throw SecretsManagerErrors.InvalidParameter($"AutomaticallyAfterDays must be between 1 and {MaximumDays}.");
        }

        if (rules.ScheduleExpression is null)
        {
            return duration is null ? null : throw SecretsManagerErrors.InvalidParameter("Duration needs a schedule.");
        }

        if (rules.ScheduleExpression.Length > MaximumExpressionLength || !ExpressionCharacters().IsMatch(rules.ScheduleExpression))
        {
            throw InvalidExpression($"it must have 1 to {MaximumExpressionLength} of the characters 0-9 A-Z a-z ( ) # ? * - / , and space");
        }

        if (Rate().Match(rules.ScheduleExpression) is { Success: true } rate)
        {
            return OfRate(rate, duration);
        }

        return Cron().Match(rules.ScheduleExpression) is { Success: true } cron
            ? OfCron(cron.Groups["fields"].Value.Split(' '), duration)
            : throw InvalidExpression("it must be rate(Value Unit) or cron(Minutes Hours Day-of-month Month Day-of-week Year)");
    }

    /// <summary>The next window that opens later than now.</summary>
    /// <param name="now">The time.</param>
    /// <param name="since">When the schedule was set.</param>
    /// <param name="lastChange">When the value was last rotated or written by hand; null where it never was.</param>
    public RotationWindow Next(DateTimeOffset now, DateTimeOffset since, DateTimeOffset? lastChange)
    {
        var opens = _kind switch
        {
            Kind.After => NextAfter(now, lastChange ?? since),
            // A rate's windows start at midnight (AWS user guide). From which day on they are counted is not documented: here from when it was set.
            Kind.Hours => NextOfGrid(now, Midnight(since), TimeSpan.FromHours(_interval)),
            Kind.Days => NextOfGrid(now, Midnight(since), TimeSpan.FromDays(_interval)),
            _ => NextOfCron(now),
        };
        // Without a Duration a window closes after an hour where the schedule is in hours, and with the UTC day where it is in days.
        var endOfDay = Midnight(opens).AddDays(1);
        var closes = _duration is { } hours ? opens.AddHours(hours) : endOfDay;
        // A rate in hours may come to open a window too late in a day for its Duration: it then closes with the day.
        return new RotationWindow(opens, closes < endOfDay ? closes : endOfDay);
    }

    // AWS API reference: counted from the last rotation, PutSecretValue or UpdateSecret. Seen in the field: the window is the UTC day so many
    // days later. That a rotation which is overdue is tried on the next day is not documented.
    private DateTimeOffset NextAfter(DateTimeOffset now, DateTimeOffset last)
    {
        var due = Midnight(last).AddDays(_interval);
        return due > now ? due : Midnight(now).AddDays(1);
    }

    private static DateTimeOffset NextOfGrid(DateTimeOffset now, DateTimeOffset start, TimeSpan interval) => start + interval * (((now - start).Ticks / interval.Ticks) + 1);

    private DateTimeOffset NextOfCron(DateTimeOffset now) => _cron!.GetNextOccurrence(now, TimeZoneInfo.Utc)!.Value;

    private static DateTimeOffset Midnight(DateTimeOffset date) => new(date.UtcDateTime.Date, TimeSpan.Zero);

    private static RotationSchedule OfRate(Match rate, int? duration)
    {
        if (!int.TryParse(rate.Groups["value"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            throw InvalidExpression("the rate is too large");
        }

        var inDays = rate.Groups["unit"].Value.StartsWith("day", StringComparison.Ordinal);
        var (least, most) = inDays ? (1, MaximumRateDays) : (MinimumHours, MaximumRateDays * 24);
        if (value < least || value > most)
        {
            throw InvalidExpression(inDays ? $"a rate in days is 1 to {MaximumRateDays}" : $"a secret is rotated every {MinimumHours} hours at most");
        }

        if (inDays)
        {
            return new RotationSchedule(Kind.Days, value, cron: null, duration);
        }

        return duration <= value || duration is null
            ? new RotationSchedule(Kind.Hours, value, cron: null, duration ?? 1)
            : throw InvalidDuration("the window must not extend into the next one");
    }

    private static RotationSchedule OfCron(string[] fields, int? duration)
    {
        var schedule = CronFields.Parse(fields);
        var hours = schedule.Hours;
        if (hours.Zip(hours.Skip(1), (hour, next) => next - hour).Any(gap => gap < MinimumHours))
        {
            throw InvalidExpression($"a secret is rotated every {MinimumHours} hours at most");
        }

        if (hours[^1] + duration > 24)
        {
            throw InvalidDuration("the window must not extend into the next UTC day");
        }

        if (hours.Zip(hours.Skip(1), (hour, next) => next - hour).Any(gap => gap < duration))
        {
            throw InvalidDuration("the window must not extend into the next one");
        }

        // A schedule in hours is taken to be one that opens more than one window a day.
        return new RotationSchedule(Kind.Cron, interval: 0, schedule.Expression, duration ?? (hours.Count > 1 ? 1 : null));
    }

    private static int? DurationOf(string? duration)
    {
        if (duration is null)
        {
            return null;
        }

        // AWS API reference: two or three characters, digits and h. Nothing longer than a UTC day can hold.
        return Duration().IsMatch(duration) && int.Parse(duration[..^1], CultureInfo.InvariantCulture) is >= 1 and <= 24 and var hours
            ? hours
            : throw InvalidDuration("it must be 1h to 24h");
    }

    private static AwsException InvalidExpression(string why) => SecretsManagerErrors.InvalidParameter($"The ScheduleExpression is not valid: {why}.");

    private static AwsException InvalidDuration(string why) => SecretsManagerErrors.InvalidParameter($"The Duration is not valid: {why}.");

    [GeneratedRegex(@"^[0-9A-Za-z()#?*\-/, ]+\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ExpressionCharacters();

    [GeneratedRegex(@"^rate\((?<value>[0-9]+) (?<unit>hours?|days?)\)\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rate();

    [GeneratedRegex(@"^cron\((?<fields>[^()]*)\)\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Cron();

    [GeneratedRegex("^[0-9]{1,2}h\\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Duration();
}
