using System.Collections.Concurrent;

namespace LocalAws;

/// <summary>The values that must never be printed: the values of API keys and the rotation tokens.</summary>
internal sealed class ConfidentialValues
{
    private readonly ConcurrentDictionary<string, byte> _values = new();

    public void Add(string value) => _values.TryAdd(value, 0);

    public IReadOnlyCollection<string> Snapshot() => [.. _values.Keys];
}
