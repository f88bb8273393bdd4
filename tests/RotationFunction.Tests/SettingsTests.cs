namespace RotationFunction.Tests;

public sealed class SettingsTests
{
    [Theory]
    [InlineData(null, 120)]
    [InlineData("", 120)]
    [InlineData("0", 0)]
    [InlineData("840", 840)]
    public void ACTIVATION_WAIT_is_seconds(string? value, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Settings.From(name => name == "ACTIVATION_WAIT" ? value : "x").ActivationWait);

    [Theory]
    [InlineData(null)]
    [InlineData("840")]
    public void A_good_value_is_not_refused(string? value) => Assert.Null(Settings.From(_ => value).Refusal);

    [Theory]
    [InlineData("-1")]
    [InlineData("841")]
    [InlineData("2.5")]
    [InlineData("2 min")]
    [InlineData(" 5")]
    [InlineData("99999999999999999999")]
    public void A_bad_value_is_refused_with_the_variables_name(string value)
    {
        var refusal = Settings.From(_ => value).Refusal;
        Assert.Contains($"ACTIVATION_WAIT is '{value}'. Set it to a whole number of seconds from 0 to 840", refusal?.Message, StringComparison.Ordinal);
    }
}
