using System.Text.RegularExpressions;

namespace RotationFunction.Tests;

/// <summary>docs/security.md lists who may do one thing only, what they try, and what holds it. Each row names the tests that play it.</summary>
public sealed partial class PeopleTableTests
{
    private static readonly List<string[]> Rows =
    [
        .. File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "security.md")).Split("\n## ").Single(section => section.StartsWith("People with a little permission\n", StringComparison.Ordinal))
            .Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1).Select(line => line.Split(" | ")),
    ];

    private static readonly HashSet<string> Tests =
    [
        .. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => TestMethod().Matches(File.ReadAllText(file)).Select(method => $"{Path.GetFileNameWithoutExtension(file)}.{method.Groups["name"].Value}")),
    ];

    [Fact]
    public void Each_row_names_tests_and_each_of_them_exists()
    {
        Assert.InRange(Rows.Count, 15, 50);
        Assert.All(Rows, row => Assert.Equal(5, row.Length));
        Assert.All(Rows, row => Assert.NotEmpty(NamedIn(row)));
        Assert.Equal([], Rows.SelectMany(NamedIn).Where(test => !Tests.Contains(test)));
    }

    [Fact]
    public void Each_test_that_plays_a_person_is_in_a_row()
    {
        var named = Rows.SelectMany(NamedIn).ToHashSet();
        var played = Tests.Where(test => test.Split('.')[0] is nameof(PeopleTests) or nameof(TwoSidesTests) or "HostileFunctionTests" or "SideBySideTests" or "OperatorTests").ToList();
        Assert.InRange(played.Count, 20, 60);
        Assert.Equal([], played.Where(test => !named.Contains(test)));
    }

    private static IEnumerable<string> NamedIn(string[] row) => Quoted().Matches(row[^1]).Select(test => test.Groups["name"].Value);

    [GeneratedRegex(@"\[(Fact|Theory)[^\n]*\](\s*\[[^\n]*\])*\s*public (static )?(async )?(Task|void) (?<name>\w+)\(", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TestMethod();

    [GeneratedRegex(@"`(?<name>\w+\.\w+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Quoted();
}
