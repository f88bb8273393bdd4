using System.Text.RegularExpressions;

namespace Infra.Tests;

/// <summary>docs/first-run.md configures a stack that can be deployed, and says how many resources it has.</summary>
public sealed partial class FirstRunTests
{
    [Fact]
    public async Task The_stack_of_the_first_run_is_one_that_can_be_deployed()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "first-run.md"), TestContext.Current.CancellationToken);
        var key = new Dictionary<string, object>();
        var settings = new Settings { ["keys"] = new[] { key } };
        foreach (Match set in SettingPattern().Matches(page))
        {
            var value = set.Groups["value"].Value.Trim('\'').Replace("$PLAN", "plan1", StringComparison.Ordinal)
                .Replace("$URL", "https://api1.execute-api.eu-central-1.amazonaws.com/test/", StringComparison.Ordinal);
            var owner = set.Groups["field"].Success ? key : settings;
            owner[set.Groups["field"].Value + set.Groups["name"].Value] = set.Groups["item"].Success ? new[] { value } : value;
        }

        Assert.Equal(["name", "overlap", "probeUrl", "schedule", "usagePlanIds"], key.Keys.Order(StringComparer.Ordinal));
        var deployed = await Deployed.StackAsync(settings);
        var resources = deployed.Resources.Count + 1; // and the stack itself, as the engine counts
        Assert.Contains($"\n    + {resources} to create\n", page, StringComparison.Ordinal);
        Assert.Contains($"\n    - {resources} deleted\n", page, StringComparison.Ordinal);
        Assert.Equal("rate(4 hours)", deployed.The("SecretRotation").Nested("rotationRules")["scheduleExpression"]);
    }

    // pulumi config set name value, or pulumi config set --path 'keys[0].field[0]' value
    [GeneratedRegex(
        @"^pulumi config set (--path 'keys\[0\]\.(?<field>\w+)(?<item>\[0\])?'|(?<name>\w+)) (?<value>'[^']+'|\S+)$",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex SettingPattern();
}
