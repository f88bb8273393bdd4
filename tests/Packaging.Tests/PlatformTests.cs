using System.Text.RegularExpressions;

namespace Packaging.Tests;

/// <summary>The tests run on Linux, Windows and macOS, or say why not.</summary>
[Trait("Category", "Proof")]
public sealed partial class PlatformTests
{
    [Fact]
    public void What_starts_a_command_that_Windows_lacks_asks_for_Windows_first()
    {
        var sources = Directory.GetFiles(Path.Combine(Package.Root, "tests"), "*.cs", SearchOption.AllDirectories).Select(file => (Name: Path.GetFileName(file), Text: File.ReadAllText(file)));
        var starting = sources.Where(source => UnixCommand().IsMatch(source.Text)).ToList();

        Assert.True(starting.Count > 4, "The sources were not found.");
        Assert.Empty(starting.Where(source => !source.Text.Contains("OperatingSystem.IsWindows()", StringComparison.Ordinal)).Select(source => source.Name));
    }

    [GeneratedRegex("""
        "(?:/bin/)?(?:sh|bash|kill|chmod|ln)"
        """, RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UnixCommand();
}
