using System.Text.RegularExpressions;

namespace Demo.Tests;

public sealed class DemoTests
{
    [Fact]
    public async Task The_demo_rotates_under_load_and_no_request_is_refused()
    {
        using var demo = new DemoProcess();

        Assert.Equal(0, await demo.EndAsync());

        Assert.Matches(new Regex(@"requests refused\s*│ 0 ", RegexOptions.None, TimeSpan.FromSeconds(1)), demo.Output);
        Assert.Matches(new Regex(@"keys minted, disabled, deleted\s*│ 4, 2, 1 ", RegexOptions.None, TimeSpan.FromSeconds(1)), demo.Output);
        Assert.Contains("setSecret    failed: RotationException: setSecret of secret arn:aws:secretsmanager:", demo.Output, StringComparison.Ordinal);
        Assert.Contains("API keys left in the account: 0", demo.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Warning", demo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_argument_that_it_does_not_know_is_refused()
    {
        using var demo = new DemoProcess("--server");
        Assert.Equal(2, await demo.EndAsync());
        Assert.Contains("Usage: demo [--serve]", demo.Output, StringComparison.Ordinal);
    }
}
