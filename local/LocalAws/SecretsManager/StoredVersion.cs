namespace LocalAws.SecretsManager;

/// <summary>A version in the state of the service. RotateSecret creates an empty one (recorded on AWS).</summary>
internal sealed class StoredVersion(string id, VersionContent? content, DateTimeOffset created)
{
    public string Id { get; } = id;

    public VersionContent? Content { get; set; } = content;

    public DateTimeOffset Created { get; } = created;

    public DateTimeOffset? LastAccessed { get; set; }

    /// <summary>Gets the labels, in the order in which they were added.</summary>
    public List<string> Stages { get; private init; } = [];

    public StoredVersion Copy() => new(Id, Content, Created) { LastAccessed = LastAccessed, Stages = [.. Stages] };

    public IReadOnlyList<string>? StagesOrNull() => Stages.Count == 0 ? null : [.. Stages];
}

/// <summary>The value of a version: text or bytes.</summary>
internal sealed class VersionContent
{
    // AWS API reference.
    private const int MaximumBytes = 65_536;

    private VersionContent(string? text, ReadOnlyMemory<byte>? bytes)
    {
        Text = text;
        Bytes = bytes;
    }

    public string? Text { get; }

    public ReadOnlyMemory<byte>? Bytes { get; }

    /// <summary>Reads the value of a request. Returns null if it has none.</summary>
    public static VersionContent? Of(string? text, ReadOnlyMemory<byte>? bytes)
    {
        if (text is null && bytes is null)
        {
            return null;
        }

        if (text is not null && bytes is not null)
        {
            throw SecretsManagerErrors.InvalidParameter("You can't specify both a binary secret value and a string secret value in the same secret.");
        }

        Constraints.Length("secretBinary", bytes?.Length, 1, MaximumBytes);
        Constraints.Length("secretString", text is null ? null : System.Text.Encoding.UTF8.GetByteCount(text), 1, MaximumBytes);
        // Not bytes?.ToArray(): null would convert to empty bytes.
        return new VersionContent(text, bytes is { } given ? given.ToArray() : default(ReadOnlyMemory<byte>?));
    }

    public bool Same(VersionContent other) =>
        Text == other.Text
        && Bytes.HasValue == other.Bytes.HasValue
        && (!Bytes.HasValue || Bytes.Value.Span.SequenceEqual(other.Bytes!.Value.Span));
}
