using System.Globalization;
using System.Text.RegularExpressions;
using Cronos;

namespace LocalAws.SecretsManager;

/// <summary>
/// The six fields of a cron() expression in AWS's grammar (user guide), checked one by one and put into that of Cronos, which has no year and counts
/// the days of the week from 0.
/// </summary>
internal sealed partial class CronFields
{
    private static readonly string[] MonthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] DayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private CronFields(CronExpression expression, IReadOnlyList<int> hours)
    {
        Expression = expression;
        Hours = hours;
    }

    public CronExpression Expression { get; }

    /// <summary>The hours at which windows open, in order.</summary>
    public IReadOnlyList<int> Hours { get; }

    /// <exception cref="AwsException">AWS would refuse the expression.</exception>
    public static CronFields Parse(string[] fields)
    {
        if (fields is not [var minutes, var hours, var dayOfMonth, var month, var dayOfWeek, var year])
        {
            throw Invalid("cron has six fields: Minutes Hours Day-of-month Month Day-of-week Year");
        }

        if (minutes is not "0")
        {
            throw Invalid("Minutes must be 0");
        }

        if (year is not "*")
        {
            throw Invalid("Year must be *");
        }

        if ((dayOfMonth is "?") == (dayOfWeek is "?"))
        {
            throw Invalid("one of Day-of-month and Day-of-week must be ?, and only one");
        }

        var openingHours = new SortedSet<int>();
        var expression = string.Join(
            ' ',
            "0",
            List("Hours", hours, 0, 23, names: [], openingHours.UnionWith),
            dayOfMonth is "?" or "L" or "l" ? dayOfMonth : List("Day-of-month", dayOfMonth, 1, 31, names: []),
            List("Month", month, 1, 12, MonthNames),
            DaysOfWeek(dayOfWeek));
        var cron = CronExpression.Parse(expression);
        return cron.GetNextOccurrence(DateTime.UnixEpoch) is not null ? new CronFields(cron, [.. openingHours]) : throw Invalid("it never comes to pass");
    }

    private static string DaysOfWeek(string field)
    {
        if (field is "?")
        {
            return field;
        }
        // Alone, L is the last day of the week; behind a day, the last such day of the month.
        if (string.Equals(field, "L", StringComparison.OrdinalIgnoreCase))
        {
            return "6";
        }

        if (DayOfMonthsWeek().Match(field) is { Success: true } day)
        {
            return $"{Number("Day-of-week", day.Groups["day"].Value, 1, 7, DayNames) - 1}{day.Groups["which"].Value.ToUpperInvariant()}";
        }

        var days = new SortedSet<int>();
        List("Day-of-week", field, 1, 7, DayNames, days.UnionWith);
        return string.Join(',', days.Select(number => number - 1));
    }

    /// <summary>A list of values, ranges and increments, spelled out as values.</summary>
    private static string List(string name, string field, int least, int most, string[] names, Action<IEnumerable<int>>? add = null)
    {
        var values = new SortedSet<int>();
        foreach (var element in field.Split(','))
        {
            values.UnionWith(Element(name, element, least, most, names));
        }

        add?.Invoke(values);
        return string.Join(',', values);
    }

    private static IEnumerable<int> Element(string name, string element, int least, int most, string[] names)
    {
        if (ListElement().Match(element) is not { Success: true } match)
        {
            throw Invalid($"{name} cannot be {element}");
        }

        var step = match.Groups["step"];
        var from = match.Groups["from"] is { Success: true, Value: var first } ? Number(name, first, least, most, names) : least;
        // An increment runs from its start to the end of the field; without a start, from the field's first value.
        var to = match.Groups["to"] is { Success: true, Value: var last } ? Number(name, last, least, most, names)
            : match.Groups["from"].Success && !step.Success ? from
            : most;
        var by = step.Success ? Number(name, step.Value, 1, most, names: []) : 1;
        if (to < from)
        {
            throw Invalid($"{name} cannot be {element}");
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
            : throw Invalid($"{name} cannot be {text}");
    }

    private static AwsException Invalid(string why) => SecretsManagerErrors.InvalidParameter($"The ScheduleExpression is not valid: {why}.");

    [GeneratedRegex(@"^((?<from>[0-9A-Za-z]+)(-(?<to>[0-9A-Za-z]+))?|\*|(?=/))(/(?<step>[0-9]+))?\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ListElement();

    [GeneratedRegex(@"^(?<day>[1-7]|[A-Za-z]{3})(?<which>L|l|#[1-5])\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DayOfMonthsWeek();
}
