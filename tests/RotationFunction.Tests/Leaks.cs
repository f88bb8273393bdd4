namespace RotationFunction.Tests;

/// <summary>The search for values that must not be printed.</summary>
internal static class Leaks
{
    /// <summary>Fails when one of the values stands in one of the texts. The message quotes neither.</summary>
    public static void AssertNone(IReadOnlyCollection<string> values, IReadOnlyCollection<string> texts)
    {
        var leaks = texts.Select((text, index) => (text, index)).Where(line => values.Any(value => line.text.Contains(value, StringComparison.Ordinal))).ToList();
        Assert.True(leaks.Count == 0, $"{leaks.Count} of {texts.Count} printed texts hold a key value or RotationToken, the first is number {leaks.FirstOrDefault().index}.");
    }
}
