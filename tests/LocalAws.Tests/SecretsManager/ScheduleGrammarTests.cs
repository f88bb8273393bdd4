using LocalAws.SecretsManager;

namespace LocalAws.Tests.SecretsManager;

public sealed class ScheduleGrammarTests
{
    [Theory]
    [InlineData("rate(4 hours)")]
    [InlineData("rate(100 hours)")]
    [InlineData("rate(1 day)")]
    [InlineData("rate(999 days)")]
    [InlineData("cron(0 10 * * ? *)")]
    [InlineData("cron(0 0-20/4 ? * 1-7 *)")]
    [InlineData("cron(0 /8 * * ? *)")]
    [InlineData("cron(0 */6 * * ? *)")]
    [InlineData("cron(0 4/12 * * ? *)")]
    [InlineData("cron(0 2,8,23 1,15 * ? *)")]
    [InlineData("cron(0 8 1-7 JAN-mar,Oct ? *)")]
    [InlineData("cron(0 8 1/10 1/3 ? *)")]
    [InlineData("cron(0 8 L * ? *)")]
    [InlineData("cron(0 8 SUNL * ? *)")]
    [InlineData("cron(0 8 wedl 1,7 ? *)")]
    [InlineData("cron(0 8 ? * 1/2 *)")]
    [InlineData("cron(0 8 ? * * *)")]
    [InlineData("cron(0 1,22 1,15 * ? *)")]
    [InlineData("cron(0 8 ? * mon-Fri *)")]
    [InlineData("cron(0 8 ? * TUE#3 *)")]
    [InlineData("cron(0 8 ? * 7#5 *)")]
    [InlineData("cron(0 8 ? * SUNL *)")]
    [InlineData("cron(0 8 ? * 2L *)")]
    [InlineData("cron(0 8 ? * L *)")]
    [InlineData("cron(0 8 29 FEB ? *)")]
    public void An_expression_of_the_grammar_is_accepted(string expression) =>
        Assert.NotNull(RotationSchedule.Parse(new RotationRules { ScheduleExpression = expression }));

    [Theory]
    [InlineData("")]
    [InlineData("10 days")]
    [InlineData("at(2025-01-01)")]
    [InlineData("rate(3 hours)")]
    [InlineData("rate(1 hour)")]
    [InlineData("rate(0 days)")]
    [InlineData("rate(-1 days)")]
    [InlineData("rate(1000 days)")]
    [InlineData("rate(99999999999 days)")]
    [InlineData("rate(10 minutes)")]
    [InlineData("rate(10days)")]
    [InlineData("rate(1.5 days)")]
    [InlineData("rate(10 days) ")]
    [InlineData("rate(10 days);")]
    [InlineData("rate(10 days)\n")]
    [InlineData("rate(١٠ days)")]
    [InlineData("rate(23977 hours)")]
    [InlineData("cron(0 8 * * ? *)\n")]
    [InlineData("cron(0 8 * *\u00a0? *)")]
    [InlineData("cron(0 8 * * ?)")]
    [InlineData("cron(0 8 * * ? * *)")]
    [InlineData("cron(30 8 * * ? *)")]
    [InlineData("cron(* 8 * * ? *)")]
    [InlineData("cron(0 8 * * ? 2025)")]
    [InlineData("cron(0 8 * * * *)")]
    [InlineData("cron(0 8 ? * ? *)")]
    [InlineData("cron(0 8 1 * MON *)")]
    [InlineData("cron(0 24 * * ? *)")]
    [InlineData("cron(0 * * * ? *)")]
    [InlineData("cron(0 */3 * * ? *)")]
    [InlineData("cron(0 8,11 * * ? *)")]
    [InlineData("cron(0 /7 * * ? *)")]
    [InlineData("cron(0 1,22 * * ? *)")]
    [InlineData("cron(0 1,22 1,31 * ? *)")]
    [InlineData("cron(0 1,22 ? * 1,7 *)")]
    [InlineData("cron(0 ? * * ? *)")]
    [InlineData("cron(0 L * * ? *)")]
    [InlineData("cron(0 8/0 * * ? *)")]
    [InlineData("cron(0 20-8/4 * * ? *)")]
    [InlineData("cron(0 8 0 * ? *)")]
    [InlineData("cron(0 8 32 * ? *)")]
    [InlineData("cron(0 8 15W * ? *)")]
    [InlineData("cron(0 8 2#1 * ? *)")]
    [InlineData("cron(0 8 SUN * ? *)")]
    [InlineData("cron(0 8 1L * ? *)")]
    [InlineData("cron(0 8 ABCL * ? *)")]
    [InlineData("cron(0 8 1,SUNL * ? *)")]
    [InlineData("cron(0 8 31 FEB ? *)")]
    [InlineData("cron(0 8 31 4,6,9,11 ? *)")]
    [InlineData("cron(0 8 * 0 ? *)")]
    [InlineData("cron(0 8 * 13 ? *)")]
    [InlineData("cron(0 8 * JANUARY ? *)")]
    [InlineData("cron(0 8 * ? ? *)")]
    [InlineData("cron(0 8 * L ? *)")]
    [InlineData("cron(0 8 ? * 0 *)")]
    [InlineData("cron(0 8 ? * 8 *)")]
    [InlineData("cron(0 8 ? * JAN *)")]
    [InlineData("cron(0 8 ? * MON#6 *)")]
    [InlineData("cron(0 8 ? * MON#0 *)")]
    [InlineData("cron(0 8, * * ? *)")]
    [InlineData("cron(0  8 * * ? *)")]
    public void Any_other_expression_is_refused(string expression) => Refuses(new RotationRules { ScheduleExpression = expression });

    [Fact]
    public void An_expression_has_256_characters_at_most()
    {
        var longest = $"cron(0 0 01{string.Concat(Enumerable.Repeat(",1", 119))} * ? *)";

        Assert.Equal(256, longest.Length);
        Assert.NotNull(RotationSchedule.Parse(new RotationRules { ScheduleExpression = longest }));
        Refuses(new RotationRules { ScheduleExpression = longest.Replace("01", "001", StringComparison.Ordinal) });
    }

    [Theory]
    [InlineData("rate(4 hours)", "4h")]
    [InlineData("rate(10 days)", "24h")]
    [InlineData("cron(0 8 * * ? *)", "16h")]
    [InlineData("cron(0 8,12 * * ? *)", "4h")]
    [InlineData(null, "3h")]
    public void A_window_may_reach_up_to_the_next_one_or_the_end_of_its_day(string? expression, string duration) =>
        Assert.NotNull(RotationSchedule.Parse(Rules(expression, duration)));

    [Theory]
    [InlineData("rate(4 hours)", "5h")]
    [InlineData("rate(10 days)", "25h")]
    [InlineData("rate(10 days)", "0h")]
    [InlineData("rate(10 days)", "3")]
    [InlineData("rate(10 days)", "3H")]
    [InlineData("rate(10 days)", "100h")]
    [InlineData("rate(10 days)", "h")]
    [InlineData("rate(10 days)", "3h\n")]
    [InlineData("rate(10 days)", "٣h")]
    [InlineData("cron(0 8 * * ? *)", "17h")]
    [InlineData("cron(0 8,12 * * ? *)", "5h")]
    [InlineData("cron(0 8,23 * * ? *)", "2h")]
    public void A_window_that_reaches_further_or_has_no_length_is_refused(string expression, string duration) => Refuses(Rules(expression, duration));

    [Fact]
    public void A_length_without_a_schedule_is_refused() => Refuses(new RotationRules { Duration = "3h" });

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void Rotation_comes_after_1_to_1000_days(long days) => Assert.NotNull(RotationSchedule.Parse(new RotationRules { AutomaticallyAfterDays = days }));

    [Theory]
    [InlineData(0)]
    [InlineData(1001)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void It_comes_after_no_other_number_of_days(long days) => Refuses(new RotationRules { AutomaticallyAfterDays = days });

    [Fact]
    public void Both_kinds_of_schedule_together_are_refused() => Assert.Equal(
        "You cannot specify both rotation frequency and schedule expression together.",
        Refuses(new RotationRules { AutomaticallyAfterDays = 10, ScheduleExpression = "rate(10 days)" }).Message);

    [Fact]
    public void Rules_that_say_nothing_set_no_schedule()
    {
        Assert.Null(RotationSchedule.Parse(rules: null));
        Assert.Null(RotationSchedule.Parse(new RotationRules()));
    }

    private static RotationRules Rules(string? expression, string duration) =>
        new() { ScheduleExpression = expression, AutomaticallyAfterDays = expression is null ? 10 : null, Duration = duration };

    private static AwsException Refuses(RotationRules rules)
    {
        var refusal = Assert.Throws<AwsException>(() => RotationSchedule.Parse(rules));
        Assert.Equal((400, "InvalidParameterException"), (refusal.Status, refusal.Code));
        return refusal;
    }
}
