using System.Text.RegularExpressions;

namespace RotationFunction.Tests;

/// <summary>docs/runbook.md lists how each text begins with which the function and the command-line tool can fail, and each alarm of the stack: no more and no fewer.</summary>
public sealed partial class ErrorTableTests
{
    private static readonly string Runbook = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "runbook.md"));

    [Fact]
    public void The_table_and_the_source_agree()
    {
        var function = TextsOf("source", "Errors.cs");
        var tool = TextsOf("tool");
        var rows = RowsOf("## Errors").SelectMany(row => Quoted().Matches(row.Split(" | ")[0]).Select(match => match.Groups["text"].Value)).ToList();

        Assert.Equal([], TextsOf("source").Except(function)); // every error of the function stands in one file
        Assert.InRange(function.Count, 40, 120);
        Assert.InRange(tool.Count, 10, 30);
        List<string> texts = [.. function, .. tool];
        Assert.Equal([], texts.Where(text => !rows.Exists(row => text.StartsWith(row, StringComparison.Ordinal))));
        Assert.Equal([], rows.Where(row => !texts.Exists(text => text.StartsWith(row, StringComparison.Ordinal))));
    }

    [Fact]
    public void The_alarms_and_the_stack_agree()
    {
        var monitoring = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Monitoring.cs"));
        var alarms = Alarms().Matches(monitoring).Select(alarm => alarm.Groups["name"].Value).Order(StringComparer.Ordinal);
        Assert.Equal(alarms, RowsOf("## Alarms").Select(row => Quoted().Match(row).Groups["text"].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_link_to_a_heading_of_the_runbook_leads_to_one()
    {
        var headings = Headings().Matches(Runbook).Select(heading => heading.Groups["text"].Value.ToLowerInvariant().Replace(' ', '-')).ToHashSet();
        Assert.Equal([], Links().Matches(Runbook).Select(link => link.Groups["anchor"].Value).Where(anchor => !headings.Contains(anchor)));
    }

    private static List<string> TextsOf(string folder, string pattern = "*.cs") =>
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, folder), pattern, SearchOption.AllDirectories).SelectMany(file => TextsIn(File.ReadAllText(file)))];

    private static IEnumerable<string> RowsOf(string heading)
    {
        var section = Runbook[Runbook.IndexOf(heading, StringComparison.Ordinal)..];
        var end = section.IndexOf("\n## ", StringComparison.Ordinal);
        return section[..(end < 0 ? section.Length : end)].Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal));
    }

    /// <summary>The texts that are given to an exception, with … in the place of what is interpolated.</summary>
    private static IEnumerable<string> TextsIn(string source)
    {
        foreach (Match call in Calls().Matches(source))
        {
            var (depth, end) = (1, call.Index + call.Length);
            for (; depth > 0; end++)
            {
                depth += source[end] switch { '(' => 1, ')' => -1, _ => 0 };
            }

            var arguments = source[(call.Index + call.Length)..end]
                .Replace("{TemplateTag}", RotationTags.Template, StringComparison.Ordinal)
                .Replace("{RotationTags.TemplateIn}", RotationTags.TemplateIn, StringComparison.Ordinal)
                .Replace("{RegionSuffix(invocation)}", "", StringComparison.Ordinal)
                .Replace("{RotationTags.Template}", RotationTags.Template, StringComparison.Ordinal)
                .Replace("{RotationTags.Adopted}", RotationTags.Adopted, StringComparison.Ordinal)
                .Replace("{RotationTags.Hold}", RotationTags.Hold, StringComparison.Ordinal)
                .Replace("{RotationTags.Quota}", RotationTags.Quota, StringComparison.Ordinal)
                .Replace("{RotationTags.Overlap}", RotationTags.Overlap, StringComparison.Ordinal)
                .Replace("{RotationTags.Probe}", RotationTags.Probe, StringComparison.Ordinal);
            var joined = Joints().Replace(Interpolations().Replace(arguments, "…"), "");
            foreach (Match literal in Literals().Matches(joined))
            {
                yield return literal.Groups["text"].Value;
            }
        }
    }

    [GeneratedRegex(@"\b(Failed|Invalid|RotationException|InvalidOperationException|ToolException|Unknown)\((?!string )", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Calls();

    [GeneratedRegex(@"\{[^{}]*\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Interpolations();

    [GeneratedRegex(@"""\s*\+\s*\$?""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Joints();

    [GeneratedRegex(@"""(?<text>[^""]+)""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Literals();

    [GeneratedRegex(@"(MetricAlarm|EventRule)\(\s*(name \+ ""-(?<name>\w+)""|\$""\{name\}-(?<name>\w+)-)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Alarms();

    [GeneratedRegex(@"^## (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Headings();

    [GeneratedRegex(@"\]\(#(?<anchor>[^)]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Links();

    [GeneratedRegex("`(?<text>[^`]+)`", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Quoted();
}
