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
        "0" => new Overlap(TimeSpan.Zero),
        [.. var count, 'h'] when IsCount(count, out var hours) => new Overlap(TimeSpan.FromHours(hours)),
        [.. var count, 'd'] when IsCount(count, out var days) => new Overlap(TimeSpan.FromDays(days)),
        var text => throw Errors.OverlapTag(invocation, text),
    };

    /// <summary>
    /// Returns when the overlap ends, unless the secret changes again. The error is on the late side: an owner's edit starts the overlap again.
    /// </summary>
    public DateTime EndOf(SecretDescription secret) => secret.LabelsMovedBy + Length;

    private static bool IsCount(string text, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count is > 0 and <= LongestCount;
}
