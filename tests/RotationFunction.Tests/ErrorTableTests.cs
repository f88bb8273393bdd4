using System.Text.RegularExpressions;

namespace RotationFunction.Tests;

/// <summary>docs/protocol.md lists how each text begins with which the function can fail: no more and no fewer.</summary>
public sealed partial class ErrorTableTests
{
    [Fact]
    public void The_table_and_the_source_agree()
    {
        var texts = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "source"), "*.cs").SelectMany(file => TextsIn(File.ReadAllText(file))).ToList();
        var protocol = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "protocol.md"));
        var errors = protocol[protocol.IndexOf("## Errors", StringComparison.Ordinal)..protocol.IndexOf("## What is never printed", StringComparison.Ordinal)];
        var rows = errors.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => Quoted().Matches(line.Split(" | ")[0]).Select(match => match.Groups["text"].Value)).ToList();

        Assert.InRange(texts.Count, 40, 100);
        Assert.Equal([], texts.Where(text => !rows.Exists(row => text.StartsWith(row, StringComparison.Ordinal))));
        Assert.Equal([], rows.Where(row => !texts.Exists(text => text.StartsWith(row, StringComparison.Ordinal))));
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
                .Replace("{Tags.Template}", Tags.Template, StringComparison.Ordinal)
                .Replace("{Tags.Adopted}", Tags.Adopted, StringComparison.Ordinal)
                .Replace("{Tags.Overlap}", Tags.Overlap, StringComparison.Ordinal)
                .Replace("{Tags.Probe}", Tags.Probe, StringComparison.Ordinal);
            var joined = Joints().Replace(Interpolations().Replace(arguments, "…"), "");
            foreach (Match literal in Literals().Matches(joined))
            {
                yield return literal.Groups["text"].Value;
            }
        }
    }

    [GeneratedRegex(@"\b(Failed|Invalid|RotationException|InvalidOperationException)\((?!string )", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Calls();

    [GeneratedRegex(@"\{[^{}]*\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Interpolations();

    [GeneratedRegex(@"""\s*\+\s*\$?""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Joints();

    [GeneratedRegex(@"""(?<text>[^""]+)""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Literals();

    [GeneratedRegex("`(?<text>[^`]+)`", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Quoted();
}
