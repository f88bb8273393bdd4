namespace RotationFunction;

/// <summary>
/// Disables AWSPREVIOUS's key when the secret's <see cref="Overlap"/> has ended. A schedule invokes this action every hour or so.
/// It keeps no state.
/// </summary>
internal sealed class EndOverlap(Secrets secrets, KeyRing keyRing, RevokePrevious revokePrevious, TimeProvider time)
{
    public const string Action = "endOverlap";

    public async Task<string> RunAsync(Invocation invocation)
    {
        var ring = await keyRing.ListAsync(invocation);
        var secret = await secrets.DescribeAsync(invocation);
        if (Overlap.Of(invocation, secret) is not { } overlap)
        {
            return $"The secret has no tag {RotationTags.Overlap}: AWSPREVIOUS's key stays enabled until the next rotation.";
        }

        var now = time.GetUtcNow().UtcDateTime;
        var end = overlap.EndOf(secret);
        if (now < end)
        {
            return $"AWSPREVIOUS's key stays enabled until {end:u}.";
        }

        // A key that was just enabled: a rollback is in progress and waits until the key is active.
        var untouched = overlap.Length > FunctionContract.LongestInvocation ? overlap.Length : FunctionContract.LongestInvocation;
        var retired = await revokePrevious.DisableAsync(invocation, secret, ring, untouchedSince: now - untouched);
        var done = retired.Disabled.Count == 0 ? "There was no key to disable." : $"Keys disabled: {RevokePrevious.Printed(retired)}.";
        return $"The overlap has ended. {done}{RevokePrevious.Left(retired)}";
    }
}
