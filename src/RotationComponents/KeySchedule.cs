using System.Globalization;
using SecretsManagerSchedules;

namespace RotationComponents;

/// <summary>When a key rotates, the window in which it does, and how long old keys stay enabled.</summary>
internal sealed record KeySchedule(int? AutomaticallyAfterDays, string? ScheduleExpression, string? Duration, string? Overlap, string? Hold)
{
    /// <summary>The default schedule, in days.</summary>
    public const int DefaultDays = 30;

    /// <summary>Parses an overlap: <c>0</c>, or 1 to 9999 hours or days such as <c>24h</c> or <c>7d</c>.</summary>
    /// <exception cref="FormatException">The overlap is not valid.</exception>
    public static TimeSpan ParseOverlap(string overlap) => overlap switch
    {
        "0" => TimeSpan.Zero,
        [not '0', .. { Length: <= 3 }, 'h' or 'd'] when int.TryParse(overlap[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) =>
            overlap[^1] == 'h' ? TimeSpan.FromHours(count) : TimeSpan.FromDays(count),
        _ => throw new FormatException("it must be hours or days such as 24h or 7d, or 0"),
    };

    /// <summary>Parses a hold: 1 to 9999 hours or days such as <c>24h</c> or <c>30d</c>.</summary>
    /// <exception cref="FormatException">The hold is not valid.</exception>
    public static TimeSpan ParseHold(string hold) =>
        hold != "0" ? ParseOverlap(hold) : throw new FormatException("it must be hours or days such as 24h or 30d");

    /// <summary>Throws if a part is invalid, or if the overlap is longer than the shortest time between two rotations.</summary>
    /// <exception cref="FormatException">The message begins with the name of the invalid part.</exception>
    public void Check()
    {
        if (AutomaticallyAfterDays is not null && ScheduleExpression is not null)
        {
            throw new FormatException($"{nameof(ScheduleExpression)}: {nameof(AutomaticallyAfterDays)} is set too. Set one of them");
        }

        if (AutomaticallyAfterDays is < 1 or > RotationScheduleExpression.MaximumAutomaticallyAfterDays)
        {
            throw new FormatException(
                $"{nameof(AutomaticallyAfterDays)}: is {AutomaticallyAfterDays} and must be 1 to "
                + RotationScheduleExpression.MaximumAutomaticallyAfterDays);
        }

        var schedule = Part(nameof(ScheduleExpression), ScheduleExpression, RotationScheduleExpression.Parse);
        Part(nameof(Duration), Duration, text => (int?)RotationScheduleExpression.ParseDuration(text, schedule));
        var interval = schedule?.ShortestInterval ?? TimeSpan.FromDays(AutomaticallyAfterDays ?? DefaultDays);
        if (Part(nameof(Overlap), Overlap, text => (TimeSpan?)ParseOverlap(text)) > interval)
        {
            throw new FormatException($"{nameof(Overlap)}: is {Overlap}, and the schedule can rotate again after {InWords(interval)}, which ends it");
        }

        if (Part(nameof(Hold), Hold, text => (TimeSpan?)ParseHold(text)) is not null && Overlap is not null)
        {
            throw new FormatException(
                $"{nameof(Hold)}: {nameof(Overlap)} is set too: one keeps an old key longer, the other disables it sooner. Set one of them");
        }
    }

    /// <summary>Returns a time as whole days or hours.</summary>
    public static string InWords(TimeSpan time) => time is { Days: > 1, Hours: 0 } ? $"{time.Days} days" : $"{(int)time.TotalHours} hours";

    private static T? Part<T>(string name, string? text, Func<string, T?> parse)
    {
        try
        {
            return text is null ? default : parse(text);
        }
        catch (FormatException wrong)
        {
            throw new FormatException($"{name}: is {text}. {wrong.Message}", wrong);
        }
    }
}
