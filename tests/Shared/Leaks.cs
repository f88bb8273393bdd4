using System.Buffers;

namespace RotationFunction.Tests;

/// <summary>The search for values that must not be printed.</summary>
internal static class Leaks
{
    /// <summary>Fails if one of the texts contains one of the values. The message quotes neither.</summary>
    public static void AssertNone(IReadOnlyCollection<string> values, IReadOnlyCollection<string> texts)
    {
        var search = SearchValues.Create([.. values], StringComparison.Ordinal);
        var leaks = texts.Select((text, index) => (text, index)).Where(line => line.text.AsSpan().ContainsAny(search)).ToList();
        Assert.True(leaks.Count == 0, $"{leaks.Count} of {texts.Count} printed texts hold a key value or RotationToken, the first is number {leaks.FirstOrDefault().index}.");
    }
}
