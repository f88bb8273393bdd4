using SecretsManagerSchedules;

namespace LocalAws.SecretsManager;

/// <summary>
/// A rotation schedule from RotationRules. Its rules are those of the AWS API reference (RotationRulesType) and of the user guide's page on schedule
/// expressions. Except for one, AWS's error texts are not known.
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
        // Without a Duration, a window ends after an hour for a schedule in hours, and with the UTC day for a schedule in days.
        _duration = duration ?? (expression is { IsInHours: true } ? 1 : null);
    }

    /// <summary>Parses the rules. Returns null if they set no schedule.</summary>
    /// <exception cref="AwsException">AWS rejects the rules.</exception>
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

    /// <summary>Returns the next window that opens after now.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="since">The time at which the schedule was set.</param>
    /// <param name="lastChange">The time of the last rotation or manual write of the value, or null.</param>
    public RotationWindow Next(DateTimeOffset now, DateTimeOffset since, DateTimeOffset? lastChange)
    {
        var opens = _expression switch
        {
            null => NextAfter(now, lastChange ?? since),
            // A rate's windows start at midnight (AWS user guide). The first day is not documented: here it is the day on which the schedule was set.
            { IsRate: true } => NextOfGrid(now, Midnight(since), _expression.ShortestInterval),
            _ => _expression.NextOfCron(now),
        };
        var endOfDay = Midnight(opens).AddDays(1);
        var closes = _duration is { } hours ? opens.AddHours(hours) : endOfDay;
        // A window of a rate in hours can open too late in a day for its Duration. It then ends with the day.
        return new RotationWindow(opens, closes < endOfDay ? closes : endOfDay);
    }

    // AWS API reference: counted from the last rotation, PutSecretValue or UpdateSecret. Observed in the field: the window is the UTC day that many
    // days later. That an overdue rotation is tried on the next day is not documented.
    private DateTimeOffset NextAfter(DateTimeOffset now, DateTimeOffset last)
    {
        var due = Midnight(last).AddDays(_afterDays);
        return due > now ? due : Midnight(now).AddDays(1);
    }

    private static DateTimeOffset NextOfGrid(DateTimeOffset now, DateTimeOffset start, TimeSpan interval) =>
        start + interval * (((now - start).Ticks / interval.Ticks) + 1);

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
