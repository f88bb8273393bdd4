using System.Reflection;
using System.Text.RegularExpressions;

namespace Conformance;

/// <summary>The catalogue and the tests agree.</summary>
public sealed partial class CatalogueTests
{
    private static readonly string[] Certainties = ["recorded", "documented", "field", "inferred", "unknown"];
    private static readonly string[] ToShow = ["recorded", "documented"];
    private static readonly string Text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "aws-behaviour.md"));
    private static readonly IReadOnlyList<Fact> Facts = [.. FactRows().Matches(Text).Select(row => new Fact(row.Groups["id"].Value, row.Groups["certainty"].Value))];
    private static readonly IReadOnlyList<string> NotCovered =
        [.. NotCoveredRows().Matches(Text[Text.IndexOf("## Not covered", StringComparison.Ordinal)..]).Select(row => row.Groups["id"].Value)];

    private static readonly IReadOnlySet<string> Shown = typeof(CatalogueTests).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods())
        .SelectMany(method => method.GetCustomAttribute<ShowsAttribute>()?.Facts ?? [])
        .ToHashSet();

    [Fact]
    public void No_id_stands_for_two_facts() => Assert.Equal(Facts.Count, Facts.DistinctBy(fact => fact.Id).Count());

    [Fact]
    public void Every_fact_has_a_certainty() => Assert.All(Facts, fact => Assert.Contains(fact.Certainty, Certainties));

    [Fact]
    public void Every_id_that_a_test_or_a_deviation_names_is_a_fact() => Assert.Empty(
        Shown.Concat(Endpoint.KnownDeviations.Values.SelectMany(kind => kind.Keys)).Except(Facts.Select(fact => fact.Id)));

    [Fact]
    public void Every_fact_that_is_recorded_or_documented_is_shown_or_listed_as_not_covered() => Assert.Equal(
        Facts.Where(fact => ToShow.Contains(fact.Certainty)).Select(fact => fact.Id).Except(Shown).Order(StringComparer.Ordinal),
        NotCovered.Order(StringComparer.Ordinal));

    [Fact]
    public void The_catalogues_head_states_the_coverage()
    {
        var toShow = Facts.Where(fact => ToShow.Contains(fact.Certainty)).Select(fact => fact.Id).ToList();
        var coverage = $"Coverage: {toShow.Count(Shown.Contains)} of {toShow.Count} facts that are recorded or documented, and {Shown.Except(toShow).Count()} others, are shown by a test.";
        TestContext.Current.TestOutputHelper?.WriteLine(coverage);
        Assert.Contains(coverage, Text, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\| (?<id>[a-z]+-\d+) \| .+ \| (?<certainty>\w+) \| [^|]*\|\r?$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FactRows();

    [GeneratedRegex(@"^\| (?<id>[a-z]+-\d+) \| [^|]+ \|\r?$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotCoveredRows();

    private sealed record Fact(string Id, string Certainty);
}
