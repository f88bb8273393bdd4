using System.Globalization;
using LocalAws.SecretsManager;

namespace LocalAws.Tests.SecretsManager;

public sealed class ScheduleDatesTests
{
    private static readonly DateTimeOffset LeapYear = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("cron(0 10 * * ? *)", "01-01 10", "01-02 10", "01-03 10")]
    [InlineData("cron(0 2/10 * * ? *)", "01-01 02", "01-01 12", "01-01 22", "01-02 02")]
    [InlineData("cron(0 4/12 * * ? *)", "01-01 04", "01-01 16", "01-02 04")]
    [InlineData("cron(0 /8 * * ? *)", "01-01 08", "01-01 16", "01-02 00", "01-02 08")]
    [InlineData("cron(0 5-13/4 * * ? *)", "01-01 05", "01-01 09", "01-01 13", "01-02 05")]
    [InlineData("cron(0 8 1/10 * ? *)", "01-01 08", "01-11 08", "01-21 08", "01-31 08", "02-01 08")]
    [InlineData("cron(0 16 1,15 * ? *)", "01-01 16", "01-15 16", "02-01 16")]
    [InlineData("cron(0 17 L * ? *)", "01-31 17", "02-29 17", "03-31 17", "04-30 17")]
    [InlineData("cron(0 17 SUNL * ? *)", "01-28 17", "02-25 17", "03-31 17")]
    [InlineData("cron(0 17 thuL FEB,APR ? *)", "02-29 17", "04-25 17")]
    [InlineData("cron(0 18 ? * 1/2 *)", "01-02 18", "01-04 18", "01-06 18", "01-07 18", "01-09 18")]
    [InlineData("cron(0 0 31 * ? *)", "01-31 00", "03-31 00", "05-31 00", "07-31 00", "08-31 00", "10-31 00", "12-31 00")]
    [InlineData("cron(0 1 1 1/3 ? *)", "01-01 01", "04-01 01", "07-01 01", "10-01 01")]
    [InlineData("cron(0 1 1 feb,JUN-JUL ? *)", "02-01 01", "06-01 01", "07-01 01")]
    [InlineData("cron(0 18 ? * 1 *)", "01-07 18", "01-14 18")]
    [InlineData("cron(0 18 ? * SAT *)", "01-06 18", "01-13 18")]
    [InlineData("cron(0 18 ? * L *)", "01-06 18", "01-13 18")]
    [InlineData("cron(0 18 ? * 2/3 *)", "01-01 18", "01-04 18", "01-08 18")]
    [InlineData("cron(0 18 ? * MON-FRI *)", "01-01 18", "01-02 18", "01-03 18", "01-04 18", "01-05 18", "01-08 18")]
    [InlineData("cron(0 18 ? * SUNL *)", "01-28 18", "02-25 18", "03-31 18")]
    [InlineData("cron(0 18 ? * 6L *)", "01-26 18", "02-23 18", "03-29 18")]
    [InlineData("cron(0 0 ? * SUN#1 *)", "01-07 00", "02-04 00", "03-03 00")]
    [InlineData("cron(0 0 ? * tue#3 *)", "01-16 00", "02-20 00", "03-19 00")]
    [InlineData("cron(0 0 ? * 1#5 *)", "03-31 00", "06-30 00", "09-29 00", "12-29 00")]
    [InlineData("cron(0 10 ? FEB,MAY,AUG,NOV TUE#2 *)", "02-13 10", "05-14 10", "08-13 10", "11-12 10")]
    [InlineData("rate(10 hours)", "01-01 10", "01-01 20", "01-02 06", "01-02 16")]
    [InlineData("rate(100 hours)", "01-05 04", "01-09 08")]
    [InlineData("rate(1 day)", "01-02 00", "01-03 00")]
    [InlineData("rate(30 days)", "01-31 00", "03-01 00", "03-31 00")]
    public void Windows_open_on_these_hours_of_2024(string expression, params string[] hours) => Assert.Equal(
        hours,
        Windows(expression, LeapYear).Take(hours.Length).Select(window => window.Opens.ToString("MM-dd HH", CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("cron(0 10 * * ? *)", 366)]
    [InlineData("cron(0 10 ? * MON-FRI *)", 262)]
    [InlineData("cron(0 10 L * ? *)", 12)]
    [InlineData("cron(0 10 31 * ? *)", 7)]
    [InlineData("cron(0 10 ? * SUN#5 *)", 4)]
    [InlineData("cron(0 /4 * * ? *)", (366 * 6) - 1)]
    [InlineData("rate(4 hours)", (366 * 6) - 1)]
    [InlineData("rate(7 days)", 52)]
    public void A_leap_year_has_so_many_windows(string expression, int count) =>
        Assert.Equal(count, Windows(expression, LeapYear).TakeWhile(window => window.Opens.Year == 2024).Count());

    [Fact]
    public void The_29th_of_February_comes_in_leap_years_only() =>
        Assert.Equal([2024, 2028, 2032], Windows("cron(0 0 29 2 ? *)", LeapYear).Take(3).Select(window => window.Opens.Year));

    [Theory]
    [InlineData("rate(4 hours)", null, "2024-01-01 13", "2024-01-01 12")]
    [InlineData("rate(12 hours)", "6h", "2024-01-01 18", "2024-01-01 12")]
    [InlineData("rate(22 hours)", "4h", "2024-01-02 00", "2024-01-01 22")]
    [InlineData("rate(1 day)", null, "2024-01-03 00", "2024-01-02 00")]
    [InlineData("rate(1 day)", "3h", "2024-01-02 03", "2024-01-02 00")]
    [InlineData("cron(0 16 * * ? *)", null, "2024-01-02 00", "2024-01-01 16")]
    [InlineData("cron(0 16 * * ? *)", "2h", "2024-01-01 18", "2024-01-01 16")]
    [InlineData("cron(0 /8 * * ? *)", null, "2024-01-01 17", "2024-01-01 16")]
    public void A_window_closes_after_its_length_or_after_an_hour_or_with_its_day(string expression, string? duration, string closes, string opens)
    {
        var schedule = RotationSchedule.Parse(new RotationRules { ScheduleExpression = expression, Duration = duration })!;

        var window = schedule.Next(LeapYear.AddHours(9), LeapYear.AddHours(9), lastChange: null);

        Assert.Equal((opens, closes), (Text(window.Opens), Text(window.Closes)));
        Assert.Equal(window.Closes.AddSeconds(-1), window.NextRotationDate);
    }

    [Fact]
    public void Days_are_counted_from_the_last_change_and_what_is_overdue_comes_on_the_next_day()
    {
        var schedule = RotationSchedule.Parse(new RotationRules { AutomaticallyAfterDays = 30 })!;
        var now = new DateTimeOffset(2024, 2, 3, 17, 42, 0, TimeSpan.Zero);

        Assert.Equal("2024-03-04 00", Text(schedule.Next(now, now, lastChange: null).Opens));
        Assert.Equal("2024-02-20 00", Text(schedule.Next(now, now, now.AddDays(-13)).Opens));
        Assert.Equal("2024-02-04 00", Text(schedule.Next(now, now, now.AddDays(-30)).Opens));
        Assert.Equal("2024-02-04 00", Text(schedule.Next(now, now, now.AddDays(-300)).Opens));
    }

    private static string Text(DateTimeOffset date) => date.ToString("yyyy-MM-dd HH", CultureInfo.InvariantCulture);

    private static IEnumerable<RotationWindow> Windows(string expression, DateTimeOffset since)
    {
        var schedule = RotationSchedule.Parse(new RotationRules { ScheduleExpression = expression })!;
        for (var window = schedule.Next(since, since, lastChange: null); ; window = schedule.Next(window.Opens, since, lastChange: null))
        {
            yield return window;
        }
    }
}
