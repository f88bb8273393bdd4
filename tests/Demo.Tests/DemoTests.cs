using System.Text.RegularExpressions;
using Screens;

namespace Demo.Tests;

public sealed partial class DemoTests
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
        Screenshot.AssertShows(Path.Combine(DemoProcess.Metadata("Docs"), "demo.svg"), "dotnet run build.cs demo", Steady(demo.ColouredOutput));
    }

    [Fact]
    public async Task An_argument_that_it_does_not_know_is_refused()
    {
        using var demo = new DemoProcess("--server");
        Assert.Equal(2, await demo.EndAsync());
        Assert.Contains("Usage: demo [--serve]", demo.Output, StringComparison.Ordinal);
    }

    // Of a line of the picture, the colour codes of a failure included.
    private const int Longest = 116;

    /// <summary>The rotations and their result, with the ids and figures of one run.</summary>
    private static string Steady(string output)
    {
        output = output[output.IndexOf("A day later", StringComparison.Ordinal)..output.IndexOf("Taking the stack down", StringComparison.Ordinal)].TrimEnd();
        output = output[..output.LastIndexOf('\n')]; // the colour of the next heading
        var keys = Keys().Matches(output).Select(key => key.Value).Distinct().ToList();
        output = Keys().Replace(output, key => $"k{keys.IndexOf(key.Value) + 1}w9x2rt4f");
        output = Versions().Replace(Suffixes().Replace(output, "partner-api-Xi4rBc"), "7c4ae0f5-3b52-4b5c-9d4e-8c1f6a2d9e70");
        output = Durations().Replace(output, step => step.Groups["before"].Value + DurationOf(step.Groups["step"].Value).PadLeft(5) + " ms");
        output = Results().Replace(output, step => $"{step.Groups["before"].Value}{DurationOf(step.Groups["step"].Value)} ms".PadRight(step.Length));
        output = Requests().Replace(output, count => "29,528".PadRight(count.Length));
        return string.Join('\n', output.Split('\n').Select(line => line.Length > Longest ? line[..Longest] + "…" : line));
    }

    private static string DurationOf(string step) => step switch { "setSecret" => "1013", "testSecret" => "7028", _ => "8" };

    [GeneratedRegex(@"(?<=^  )[a-z0-9]{10}(?= )", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Keys();

    [GeneratedRegex("partner-api-[A-Za-z0-9]{6}(?=,)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Suffixes();

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Versions();

    [GeneratedRegex(@"(?<=requests sent\s+│ )[0-9,]+ *(?= │)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Requests();

    [GeneratedRegex(@"(?<before>^  (?<step>[a-z]+Secret) +\S+ in ) *\d+ ms", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Durations();

    [GeneratedRegex(@"(?<before>^│ (?<step>[a-z]+Secret) +│ \d+ AWS calls, )\d+ ms *(?= │)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Results();
}
