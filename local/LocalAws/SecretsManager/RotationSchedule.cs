using SecretsManagerSchedules;

namespace LocalAws.SecretsManager;

/// <summary>
/// A schedule of rotations, as RotationRules describe it. Its rules are those of the AWS API reference (RotationRulesType) and of the user
/// guide's page on schedule expressions. AWS's texts for what it refuses are not known but for one.
/// </summary>
internal sealed class RotationSchedule
{
    private readonly long _afterDays;
    private readonly RotationScheduleExpression? _expression;
    private readonly int? _duration;

    private RotationSchedule(long afterDays, RotationScheduleExpression? expression, int? duration)
    {
        _afterDays = afterDays;
        _expression = expression;
        // Without a Duration a window closes after an hour where the schedule is in hours, and with the UTC day where it is in days.
        _duration = duration ?? (expression is { IsInHours: true } ? 1 : null);
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

        if (rules is { AutomaticallyAfterDays: null, ScheduleExpression: null })
        {
            return rules.Duration is null ? null : throw SecretsManagerErrors.InvalidParameter("Duration needs a schedule.");
        }

        if (rules.AutomaticallyAfterDays is < 1 or > RotationScheduleExpression.MaximumAutomaticallyAfterDays)
        {
            throw SecretsManagerErrors.InvalidParameter(
                $"AutomaticallyAfterDays must be between 1 and {RotationScheduleExpression.MaximumAutomaticallyAfterDays}.");
        }

        var expression = Parse("ScheduleExpression", rules.ScheduleExpression, RotationScheduleExpression.Parse);
        var duration = Parse("Duration", rules.Duration, text => (int?)RotationScheduleExpression.ParseDuration(text, expression));
        return new RotationSchedule(rules.AutomaticallyAfterDays ?? 0, expression, duration);
    }

    /// <summary>The next window that opens later than now.</summary>
    /// <param name="now">The time.</param>
    /// <param name="since">When the schedule was set.</param>
    /// <param name="lastChange">When the value was last rotated or written by hand; null where it never was.</param>
    public RotationWindow Next(DateTimeOffset now, DateTimeOffset since, DateTimeOffset? lastChange)
    {
        var opens = _expression switch
        {
            null => NextAfter(now, lastChange ?? since),
            // A rate's windows start at midnight (AWS user guide). From which day on they are counted is not documented: here from when it was set.
            { IsRate: true } => NextOfGrid(now, Midnight(since), _expression.ShortestInterval),
            _ => _expression.NextOfCron(now),
        };
        var endOfDay = Midnight(opens).AddDays(1);
        var closes = _duration is { } hours ? opens.AddHours(hours) : endOfDay;
        // A rate in hours may come to open a window too late in a day for its Duration: it then closes with the day.
        return new RotationWindow(opens, closes < endOfDay ? closes : endOfDay);
    }

    // AWS API reference: counted from the last rotation, PutSecretValue or UpdateSecret. Seen in the field: the window is the UTC day so many
    // days later. That a rotation which is overdue is tried on the next day is not documented.
    private DateTimeOffset NextAfter(DateTimeOffset now, DateTimeOffset last)
    {
        var due = Midnight(last).AddDays(_afterDays);
        return due > now ? due : Midnight(now).AddDays(1);
    }

    private static DateTimeOffset NextOfGrid(DateTimeOffset now, DateTimeOffset start, TimeSpan interval) => start + interval * (((now - start).Ticks / interval.Ticks) + 1);

    private static DateTimeOffset Midnight(DateTimeOffset date) => new(date.UtcDateTime.Date, TimeSpan.Zero);

    private static T? Parse<T>(string parameter, string? text, Func<string, T> parse)
    {
        try
        {
            return text is null ? default : parse(text);
        }
        catch (FormatException invalid)
        {
            throw SecretsManagerErrors.InvalidParameter($"The {parameter} is not valid: {invalid.Message}.");
        }
    }
}
