using System.Text.RegularExpressions;
using SecretsManagerSchedules;

namespace Infra.Tests;

/// <summary>
/// A key's schedule, its window and its overlap, against what AWS documents (RotationRulesType; user guide, Rotation schedules). AWS checks them only
/// after the key's other resources are made.
/// </summary>
public sealed partial class ScheduleConfigTests
{
    [Theory]
    [InlineData("cron(0 25 * * ? *)", "Hours cannot be 25")]
    [InlineData("cron(0 24 * * ? *)", "Hours cannot be 24")]
    [InlineData("cron(0 8-4 * * ? *)", "Hours cannot be 8-4")]
    [InlineData("cron(0 8/0 * * ? *)", "Hours cannot be 0")]
    [InlineData("cron(0 8 32 * ? *)", "Day-of-month cannot be 32")]
    [InlineData("cron(0 8 0 * ? *)", "Day-of-month cannot be 0")]
    [InlineData("cron(0 8 1,32 * ? *)", "Day-of-month cannot be 32")]
    [InlineData("cron(0 8 15W * ? *)", "Day-of-month cannot be 15W")]
    [InlineData("cron(0 8 1,L * ? *)", "Day-of-month cannot be L")]
    [InlineData("cron(0 8 1L * ? *)", "Day-of-month cannot be 1L")]
    [InlineData("cron(0 8 DAYL * ? *)", "Day-of-month cannot be DAY")]
    [InlineData("cron(0 8 XYZL * ? *)", "Day-of-month cannot be XYZ")]
    [InlineData("cron(0 8 1 13 ? *)", "Month cannot be 13")]
    [InlineData("cron(0 8 1 JANUARY ? *)", "Month cannot be JANUARY")]
    [InlineData("cron(0 8 1 DEC-JAN ? *)", "Month cannot be DEC-JAN")]
    [InlineData("cron(0 8 1 ? ? *)", "Month cannot be ?")]
    [InlineData("cron(0 8 ? * 8 *)", "Day-of-week cannot be 8")]
    [InlineData("cron(0 8 ? * 0 *)", "Day-of-week cannot be 0")]
    [InlineData("cron(0 8 ? * FEB *)", "Day-of-week cannot be FEB")]
    [InlineData("cron(0 8 ? * TUE#6 *)", "Day-of-week cannot be TUE#6")]
    [InlineData("cron(0 8 ? * MON,,TUE *)", "Day-of-week cannot be MON,,TUE")]
    [InlineData("cron(0 8 31 2 ? *)", "it never occurs")]
    [InlineData("cron(0 8 30,31 FEB ? *)", "it never occurs")]
    [InlineData("cron(0 8 31 4,6,9,11 ? *)", "it never occurs")]
    [InlineData("cron(0 8 * * * *)", "one of Day-of-month and Day-of-week must be ?")]
    [InlineData("cron(0 8 ? * ? *)", "one of Day-of-month and Day-of-week must be ?")]
    [InlineData("cron(0 8 1 * MON *)", "one of Day-of-month and Day-of-week must be ?")]
    [InlineData("cron(5 8 * * ? *)", "Minutes must be 0")]
    [InlineData("cron(0 8 * * ? 2027)", "Year must be *")]
    [InlineData("cron(0 8 * * ?)", "cron has six fields")]
    [InlineData("cron(0  8 * * ? *)", "cron has six fields")]
    [InlineData("cron(0 8–12 * * ? *)", "it must have 1 to 256 of the characters")]
    [InlineData("Cron(0 8 * * ? *)", "it must be rate(Value Unit) or cron(")]
    [InlineData("cron(0 */3 * * ? *)", "a secret rotates at most every 4 hours")]
    [InlineData("cron(0 8,11 * * ? *)", "a secret rotates at most every 4 hours")]
    [InlineData("cron(0 /7 * * ? *)", "a secret rotates at most every 4 hours")]
    [InlineData("cron(0 1,22 ? * MON-FRI *)", "a secret rotates at most every 4 hours")]
    [InlineData("cron(0 1,22 1,31 * ? *)", "a secret rotates at most every 4 hours")]
    [InlineData("rate(3 hours)", "a secret rotates at most every 4 hours")]
    [InlineData("rate(0 days)", "a rate in days is 1 to 999")]
    [InlineData("rate(1000 days)", "a rate is 999 days at most")]
    [InlineData("rate(23977 hours)", "a rate is 999 days at most")]
    [InlineData("rate(99999999999 days)", "a rate is 999 days at most")]
    [InlineData("rate(2 weeks)", "it must be rate(Value Unit)")]
    [InlineData("rate(10  days)", "it must be rate(Value Unit)")]
    [InlineData("rate( 10 days )", "it must be rate(Value Unit)")]
    [InlineData("at(2027-01-01)", "it must be rate(Value Unit)")]
    public async Task A_schedule_that_AWS_refuses_is_refused_with_the_reason(string schedule, string why)
    {
        var error = Assert.Single(await Deployed.RefusedAsync(WithKey(("schedule", schedule))));

        Assert.StartsWith("keys[0].schedule: is ", error, StringComparison.Ordinal);
        Assert.Contains(": " + why, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rate(4 hours)")]
    [InlineData("rate(1 day)")]
    [InlineData("rate(10 days)")]
    [InlineData("rate(1 days)")]
    [InlineData("rate(999 days)")]
    [InlineData("rate(23976 hours)")]
    [InlineData("cron(0 /8 * * ? *)")]
    [InlineData("cron(0 8/8 * * ? *)")]
    [InlineData("cron(0 2/10 * * ? *)")]
    [InlineData("cron(0 4/12 * * ? *)")]
    [InlineData("cron(0 10 * * ? *)")]
    [InlineData("cron(0 18 ? * SAT *)")]
    [InlineData("cron(0 1 ? 1/3 SUN#1 *)")]
    [InlineData("cron(0 17 L * ? *)")]
    [InlineData("cron(0 8 ? * MON-FRI *)")]
    [InlineData("cron(0 16 1,15 * ? *)")]
    [InlineData("cron(0 8 SUNL * ? *)")]
    [InlineData("cron(0 8 1/2 * ? *)")]
    [InlineData("cron(0 8 1-15 JAN,APR,JUL,OCT ? *)")]
    [InlineData("cron(0 8 ? 1-3 1,4 *)")]
    [InlineData("cron(0 8 ? * 1/2 *)")]
    [InlineData("cron(0 8 ? * 1-4 *)")]
    [InlineData("cron(0 8 ? * L *)")]
    [InlineData("cron(0 8 ? * * *)")]
    [InlineData("cron(0 8 29 2 ? *)")]
    [InlineData("cron(0 1,22 1,15 * ? *)")]
    public async Task A_schedule_that_AWS_documents_reaches_it_as_it_is(string schedule)
    {
        var rotation = (await Deployed.StackAsync(WithKey(("schedule", schedule)))).The("SecretRotation");

        Assert.Equal(schedule, rotation.Nested("rotationRules")["scheduleExpression"]);
    }

    [Fact]
    public async Task Each_schedule_of_the_guide_is_taken()
    {
        var guide = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "deploy.md"), TestContext.Current.CancellationToken);
        var schedules = ExpressionPattern().Matches(guide).Select(match => match.Value).ToList();

        Assert.NotEmpty(schedules);
        Assert.All(schedules, schedule => RotationScheduleExpression.Parse(schedule));
    }

    [Theory]
    [InlineData("cron(0 16 1,15 * ? *)", "12h", "next UTC day")]
    [InlineData("cron(0 22 * * ? *)", "3h", "next UTC day")]
    [InlineData("cron(0 2/10 * * ? *)", "4h", "next UTC day")]
    [InlineData("cron(0 23 L * ? *)", "2h", "next UTC day")]
    [InlineData("cron(0 0,4 * * ? *)", "5h", "into the next one")]
    [InlineData("cron(0 /8 1 * ? *)", "9h", "next UTC day")]
    [InlineData("rate(4 hours)", "6h", "into the next one")]
    [InlineData("rate(23 hours)", "24h", "into the next one")]
    [InlineData("rate(10 days)", "25h", "1h to 24h")]
    [InlineData(30, "0h", "1h to 24h")]
    [InlineData(30, "3H", "1h to 24h")]
    [InlineData(30, "3", "1h to 24h")]
    [InlineData(30, "180m", "1h to 24h")]
    [InlineData(30, "", "1h to 24h")]
    [InlineData(30, "٣h", "1h to 24h")]
    public async Task A_window_that_AWS_refuses_beside_its_schedule_is_refused(object schedule, string duration, string why)
    {
        var error = Assert.Single(await Deployed.RefusedAsync(WithKey(("schedule", schedule), ("duration", duration))));

        Assert.StartsWith("keys[0].duration: is ", error, StringComparison.Ordinal);
        Assert.Contains(why, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_window_is_checked_beside_the_days_that_are_no_setting() => Assert.StartsWith(
        "keys[0].duration: is \"25h\"", Assert.Single(await Deployed.RefusedAsync(WithKey(("duration", "25h")))), StringComparison.Ordinal);

    [Theory]
    [InlineData("cron(0 16 1,15 * ? *)", "8h")]
    [InlineData("cron(0 23 * * ? *)", "1h")]
    [InlineData("cron(0 0,4 * * ? *)", "4h")]
    [InlineData("cron(0 2/10 * * ? *)", "2h")]
    [InlineData("rate(4 hours)", "4h")]
    [InlineData("rate(22 hours)", "4h")]
    [InlineData("rate(1 day)", "24h")]
    [InlineData(1000, "24h")]
    public async Task A_window_that_fits_is_taken(object schedule, string duration) =>
        Assert.NotEmpty((await Deployed.StackAsync(WithKey(("schedule", schedule), ("duration", duration)))).Resources);

    [Fact]
    public async Task A_schedule_and_a_window_that_are_both_wrong_are_both_named() => Assert.Equal(
        ["keys[0].schedule", "keys[0].duration"],
        (await Deployed.RefusedAsync(WithKey(("schedule", "rate(1 hour)"), ("duration", "1d"), ("overlap", "9999d"))))
            .Select(error => error.Split(':')[0]));

    [Theory]
    [InlineData("rate(1 day)", "7d", "24 hours")]
    [InlineData("rate(4 hours)", "5h", "4 hours")]
    [InlineData("rate(36 hours)", "2d", "36 hours")]
    [InlineData(7, "8d", "7 days")]
    [InlineData(1, "25h", "24 hours")]
    [InlineData(null, "31d", "30 days")]
    [InlineData("cron(0 8 * * ? *)", "2d", "24 hours")]
    [InlineData("cron(0 8 ? * MON-FRI *)", "3d", "24 hours")]
    [InlineData("cron(0 8 ? * MON,THU *)", "4d", "3 days")]
    [InlineData("cron(0 8 1 * ? *)", "30d", "28 days")]
    [InlineData("cron(0 8 31 * ? *)", "32d", "31 days")]
    [InlineData("cron(0 2/10 * * ? *)", "5h", "4 hours")]
    [InlineData("cron(0 8,20 1 * ? *)", "24h", "12 hours")]
    public async Task An_overlap_that_a_rotation_would_end_is_refused(object? schedule, string overlap, string time)
    {
        var error = Assert.Single(await Deployed.RefusedAsync(WithOverlap(schedule, overlap)));

        Assert.StartsWith($"keys[0].overlap: is {overlap}, and the schedule can rotate again after {time}", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rate(1 day)", "24h", "24h")]
    [InlineData("rate(1 day)", "1d", "1d")]
    [InlineData(7, "7d", "7d")]
    [InlineData(null, "30d", "30d")]
    [InlineData("cron(0 8 1 * ? *)", "28d", "28d")]
    [InlineData("cron(0 8 SUNL * ? *)", "28d", "28d")]
    [InlineData("cron(0 8 29 2 ? *)", "1461d", "1461d")]
    [InlineData("rate(4 hours)", "0", "0")]
    [InlineData("rate(4 hours)", 0, "0")]
    public async Task An_overlap_that_fits_is_taken(object? schedule, object overlap, string tag)
    {
        var stack = await Deployed.StackAsync(WithOverlap(schedule, overlap));

        Assert.Equal(tag, stack.The("Secret").Nested("tags")["apikey-rotation:overlap"]);
    }

    private static Settings WithOverlap(object? schedule, object overlap) =>
        schedule is null ? WithKey(("overlap", overlap)) : WithKey(("schedule", schedule), ("overlap", overlap));

    private static Settings WithKey(params (string Field, object Value)[] fields) => new() { ["keys"] = new[] { Settings.Key(fields) } };

    [GeneratedRegex(@"(rate|cron)\([0-9][^)]*\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ExpressionPattern();
}
