namespace RotationFunction;

/// <summary>
/// How long a key that clients still use stays enabled after the rotation that would disable it, from the secret's tag. Without the tag, that
/// rotation disables it.
/// </summary>
internal sealed record Hold(TimeSpan Length)
{
    /// <summary>Reads the tag. Returns null without one.</summary>
    /// <exception cref="RotationException">The tag is invalid, or the secret has an overlap too.</exception>
    public static Hold? Of(Invocation invocation, SecretDescription secret) => secret.Tag(RotationTags.Hold) switch
    {
        null => null,
        _ when secret.Tag(RotationTags.Overlap) is not null => throw Errors.HoldBesideOverlap(invocation),
        var text => Overlap.LengthOf(text) is { } length && length > TimeSpan.Zero ? new Hold(length) : throw Errors.HoldTag(invocation, text),
    };
}
