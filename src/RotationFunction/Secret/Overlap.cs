using System.Globalization;

namespace RotationFunction;

/// <summary>
/// How long AWSPREVIOUS's key stays enabled after a rotation, from the secret's tag. Without the tag, it stays enabled until the next rotation.
/// </summary>
internal sealed record Overlap(TimeSpan Length)
{
    private const int LongestCount = 9999;

    /// <summary>Reads the tag. Returns null without one.</summary>
    /// <exception cref="RotationException">The tag is invalid.</exception>
    public static Overlap? Of(Invocation invocation, SecretDescription secret) => secret.Tag(RotationTags.Overlap) switch
    {
        null => null,
        var text => LengthOf(text) is { } length ? new Overlap(length) : throw Errors.OverlapTag(invocation, text),
    };

    /// <summary>Returns the time that a tag says: <c>0</c>, or hours or days such as <c>24h</c>, <c>7d</c>; null for another text.</summary>
    public static TimeSpan? LengthOf(string text) => text switch
    {
        "0" => TimeSpan.Zero,
        [.. var count, 'h'] when IsCount(count, out var hours) => TimeSpan.FromHours(hours),
        [.. var count, 'd'] when IsCount(count, out var days) => TimeSpan.FromDays(days),
        _ => null,
    };

    /// <summary>
    /// Returns when the overlap ends, unless the secret changes again. The error is on the late side: an owner's edit starts the overlap again.
    /// </summary>
    public DateTime EndOf(SecretDescription secret) => secret.LabelsMovedBy + Length;

    private static bool IsCount(string text, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count is > 0 and <= LongestCount;
}
