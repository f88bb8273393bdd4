using System.Globalization;
using System.Text.RegularExpressions;

namespace SecretsManagerSchedules;

/// <summary>
/// A <c>rate()</c> or <c>cron()</c> expression for a rotation schedule, validated by the rules of the AWS API reference (RotationRulesType) and of
/// the Secrets Manager user guide (Rotation schedules). Accepts everything that they document, and some EventBridge forms that do not contradict
/// them: lists and ranges of hours, names in lower case, <c>FRIL</c> as a day of the week. Whether AWS accepts those forms is not known.
/// </summary>
internal sealed partial class RotationScheduleExpression
{
    /// <summary>The largest value of AutomaticallyAfterDays, the schedule without an expression.</summary>
    public const int MaximumAutomaticallyAfterDays = 1000;

    private const int MaximumLength = 256;
    private const int MinimumHours = 4;
    private const int MaximumRateDays = 999;

    private static readonly string TooOften = string.Create(CultureInfo.InvariantCulture, $"a secret rotates at most every {MinimumHours} hours");

    private readonly CronFields? _cron;

    private RotationScheduleExpression(TimeSpan shortestInterval, bool isInHours, CronFields? cron)
    {
        ShortestInterval = shortestInterval;
        IsInHours = isInHours;
        _cron = cron;
    }

    /// <summary>Gets the shortest time from the start of one window to the start of the next; for a rate, the rate.</summary>
    public TimeSpan ShortestInterval { get; }

    /// <summary>
    /// Gets whether the schedule is in hours: without a Duration its window ends after an hour. A cron() with more than one window a day is assumed
    /// to be in hours.
    /// </summary>
    public bool IsInHours { get; }

    /// <summary>Gets whether the schedule is a rate, whose windows open at a fixed interval.</summary>
    public bool IsRate => _cron is null;

    /// <exception cref="FormatException">AWS rejects the expression. The message has the reason.</exception>
    public static RotationScheduleExpression Parse(string expression)
    {
        if (expression.Length > MaximumLength || !Characters().IsMatch(expression))
        {
            throw new FormatException($"it must have 1 to {MaximumLength} of the characters 0-9 A-Z a-z ( ) # ? * - / , and space");
        }

        if (RatePattern().Match(expression) is { Success: true } rate)
        {
            return OfRate(rate.Groups["value"].Value, inDays: rate.Groups["unit"].Value.StartsWith("day", StringComparison.Ordinal));
        }

        return CronPattern().Match(expression) is { Success: true } cron
            ? OfCron(CronFields.Parse(cron.Groups["fields"].Value.Split(' ')))
            : throw new FormatException("it must be rate(Value Unit) or cron(Minutes Hours Day-of-month Month Day-of-week Year)");
    }

    /// <summary>Returns the hours of a Duration, which has one or two digits and an h.</summary>
    /// <param name="duration">The length of the window.</param>
    /// <param name="schedule">The expression that the Duration is for, or null for AutomaticallyAfterDays.</param>
    /// <exception cref="FormatException">AWS rejects the Duration. The message has the reason.</exception>
    public static int ParseDuration(string duration, RotationScheduleExpression? schedule)
    {
        if (!DurationPattern().IsMatch(duration)
            || int.Parse(duration[..^1], NumberStyles.None, CultureInfo.InvariantCulture) is not (>= 1 and <= 24 and var hours))
        {
            throw new FormatException("it must be 1h to 24h");
        }

        if (schedule?._cron?.Hours.Max + hours > 24)
        {
            throw new FormatException("the window must not extend into the next UTC day");
        }

        return schedule is null || TimeSpan.FromHours(hours) <= schedule.ShortestInterval
            ? hours
            : throw new FormatException("the window must not extend into the next one");
    }

    /// <summary>Returns the start of a cron() expression's next window.</summary>
    public DateTimeOffset NextOfCron(DateTimeOffset now) => _cron!.Next(now);

    private static RotationScheduleExpression OfRate(string text, bool inDays)
    {
        var (least, most) = inDays ? (1, MaximumRateDays) : (MinimumHours, MaximumRateDays * 24);
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value > most)
        {
            throw new FormatException($"a rate is {MaximumRateDays} days at most");
        }

        if (value < least)
        {
            throw new FormatException(inDays ? $"a rate in days is 1 to {MaximumRateDays}" : TooOften);
        }

        return new RotationScheduleExpression(inDays ? TimeSpan.FromDays(value) : TimeSpan.FromHours(value), !inDays, cron: null);
    }

    private static RotationScheduleExpression OfCron(CronFields cron)
    {
        var shortest = cron.ShortestInterval();
        return shortest >= TimeSpan.FromHours(MinimumHours)
            ? new RotationScheduleExpression(shortest, cron.Hours.Count > 1, cron)
            : throw new FormatException(TooOften);
    }

    // \z, here and below: $ also matches before a line break at the end.
    [GeneratedRegex(@"^[0-9A-Za-z()#?*\-/, ]+\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Characters();

    [GeneratedRegex(@"^rate\((?<value>[0-9]+) (?<unit>hours?|days?)\)\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RatePattern();

    [GeneratedRegex(@"^cron\((?<fields>[^()]*)\)\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CronPattern();

    [GeneratedRegex(@"^[0-9]{1,2}h\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DurationPattern();
}

/// <summary>The fields of a <c>cron()</c> expression. Minutes are always 0, and Year is always *.</summary>
internal sealed partial class CronFields
{
    // Until 2100 the calendar repeats every 28 years. Twice as many years contain each possible date and the one after it.
    private const int DaysOfCalendar = 57 * 366;

    private static readonly DateOnly StartOfCalendar = new(2000, 1, 1);

    private static readonly string[] MonthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] DayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private readonly SortedSet<int> _months;
    private readonly Predicate<DateOnly> _isDay;

    private CronFields(SortedSet<int> hours, SortedSet<int> months, Predicate<DateOnly> isDay)
    {
        Hours = hours;
        _months = months;
        _isDay = isDay;
    }

    /// <summary>Gets the hours at which windows start.</summary>
    public SortedSet<int> Hours { get; }

    /// <exception cref="FormatException">AWS rejects a field. The message names it.</exception>
    public static CronFields Parse(string[] fields)
    {
        if (fields is not [var minutes, var hours, var dayOfMonth, var month, var dayOfWeek, var year])
        {
            throw new FormatException("cron has six fields: Minutes Hours Day-of-month Month Day-of-week Year");
        }

        if (minutes is not "0")
        {
            throw new FormatException("Minutes must be 0");
        }

        if (year is not "*")
        {
            throw new FormatException("Year must be *");
        }

        if ((dayOfMonth is "?") == (dayOfWeek is "?"))
        {
            throw new FormatException("one of Day-of-month and Day-of-week must be ?, and only one");
        }

        return new CronFields(
            Values("Hours", hours, 0, 23, names: []),
            Values("Month", month, 1, 12, MonthNames),
            dayOfWeek is "?" ? DayOfMonth(dayOfMonth) : DayOfWeek(dayOfWeek));
    }

    /// <summary>Returns the shortest time from the start of one window to the start of the next.</summary>
    /// <exception cref="FormatException">No date matches.</exception>
    public TimeSpan ShortestInterval()
    {
        var days = Days(StartOfCalendar).Select(day => day.DayNumber).ToList();
        if (days.Count == 0)
        {
            throw new FormatException("it never occurs");
        }

        var overNight = Gaps(days).Min() * 24 - Hours.Max + Hours.Min;
        return TimeSpan.FromHours(Gaps(Hours).Append(overNight).Min());

        static IEnumerable<int> Gaps(IReadOnlyCollection<int> numbers) => numbers.Zip(numbers.Skip(1), (number, next) => next - number);
    }

    /// <summary>Returns the start of the next window.</summary>
    public DateTimeOffset Next(DateTimeOffset now) => Days(DateOnly.FromDateTime(now.UtcDateTime))
        .SelectMany(day => Hours.Select(hour => new DateTimeOffset(day, new TimeOnly(hour, 0), TimeSpan.Zero)))
        .First(opens => opens > now);

    private IEnumerable<DateOnly> Days(DateOnly first) =>
        Enumerable.Range(0, DaysOfCalendar).Select(first.AddDays).Where(day => _months.Contains(day.Month) && _isDay(day));

    private static Predicate<DateOnly> DayOfMonth(string field)
    {
        if (IsL(field))
        {
            return date => date.AddDays(1).Month != date.Month;
        }

        if (LastNamedDay().Match(field) is { Success: true } last)
        {
            var named = Number("Day-of-month", last.Groups["day"].Value, 1, 0, DayNames);
            return date => IsLast(date, named);
        }

        var days = Values("Day-of-month", field, 1, 31, names: []);
        return date => days.Contains(date.Day);
    }

    private static Predicate<DateOnly> DayOfWeek(string field)
    {
        // L alone is the last day of the week. After a day, it is the last such day of the month.
        if (IsL(field))
        {
            return date => date.DayOfWeek == System.DayOfWeek.Saturday;
        }

        if (DayOfMonthsWeek().Match(field) is { Success: true } match)
        {
            var day = Number("Day-of-week", match.Groups["day"].Value, 1, 7, DayNames);
            return match.Groups["week"] is { Success: true, ValueSpan: [var week] }
                ? date => NumberOf(date) == day && (date.Day - 1) / 7 == week - '1'
                : date => IsLast(date, day);
        }

        var days = Values("Day-of-week", field, 1, 7, DayNames);
        return date => days.Contains(NumberOf(date));
    }

    private static bool IsL(string field) => string.Equals(field, "L", StringComparison.OrdinalIgnoreCase);

    private static bool IsLast(DateOnly date, int dayOfWeek) => NumberOf(date) == dayOfWeek && date.AddDays(7).Month != date.Month;

    private static int NumberOf(DateOnly date) => (int)date.DayOfWeek + 1;

    /// <summary>Parses a list of values, ranges and increments.</summary>
    private static SortedSet<int> Values(string name, string field, int least, int most, string[] names) =>
        field.Split(',') is var elements && !elements.Contains("")
            ? [.. elements.SelectMany(element => Element(name, element, least, most, names))]
            : throw new FormatException($"{name} cannot be {field}");

    private static IEnumerable<int> Element(string name, string element, int least, int most, string[] names)
    {
        if (ListElement().Match(element) is not { Success: true } match)
        {
            throw new FormatException($"{name} cannot be {element}");
        }

        var step = match.Groups["step"];
        var from = match.Groups["from"] is { Success: true, Value: var first } ? Number(name, first, least, most, names) : least;
        // An increment runs from its start, by default the field's first value, to the end of the field.
        var to = match.Groups["to"] is { Success: true, Value: var last } ? Number(name, last, least, most, names)
            : match.Groups["from"].Success && !step.Success ? from
            : most;
        var by = step.Success ? Number(name, step.Value, 1, most, names: []) : 1;
        if (to < from)
        {
            throw new FormatException($"{name} cannot be {element}");
        }

        for (var value = from; value <= to; value += by)
        {
            yield return value;
        }
    }

    private static int Number(string name, string text, int least, int most, string[] names)
    {
        var named = Array.FindIndex(names, other => string.Equals(other, text, StringComparison.OrdinalIgnoreCase));
        if (named >= 0)
        {
            return least + named;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"{name} cannot be {text}");
    }

    [GeneratedRegex(
        @"^((?<from>[0-9A-Za-z]+)(-(?<to>[0-9A-Za-z]+))?|\*|(?=/))(/(?<step>[0-9]+))?\z",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ListElement();

    [GeneratedRegex(@"^(?<day>[A-Za-z]{3})[Ll]\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LastNamedDay();

    [GeneratedRegex(@"^(?<day>[1-7]|[A-Za-z]{3})([Ll]|#(?<week>[1-5]))\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DayOfMonthsWeek();
}
