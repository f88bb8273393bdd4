namespace RotationFunction;

/// <summary>
/// What the stack writes into each event of <c>watch</c>: its secrets, and who is expected to use them. A list of principals and positions in it,
/// because EventBridge accepts 8,192 characters, and many keys have the same readers.
/// </summary>
public sealed class ExpectedCallers
{
    /// <summary>Gets the ARNs of roles, users and accounts.</summary>
    public IReadOnlyList<string>? Principals { get; init; }

    /// <summary>Gets the positions of the operators and deployers.</summary>
    public IReadOnlyList<int>? Callers { get; init; }

    /// <summary>Gets the positions of each secret's readers. A secret is named by the last part of its ARN, with its six random characters.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int>>? Secrets { get; init; }

    internal IEnumerable<string> At(IReadOnlyList<int>? positions) =>
        (positions ?? []).Select(position => Principals?.ElementAtOrDefault(position)).OfType<string>();
}
