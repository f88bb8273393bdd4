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
        // First without the keys: most of these invocations end here, and Secrets Manager's rates are higher than API Gateway's.
        var secret = await secrets.DescribeAsync(invocation);
        if (WhyNotYet(invocation, secret) is { } early)
        {
            return early;
        }

        var ring = await keyRing.ListAsync(invocation);
        secret = await secrets.DescribeAsync(invocation);
        if (WhyNotYet(invocation, secret) is { } moved)
        {
            return moved;
        }

        // A key that was just enabled: a rollback is in progress and waits until the key is active.
        var overlap = Overlap.Of(invocation, secret)!;
        var untouched = overlap.Length > FunctionContract.LongestInvocation ? overlap.Length : FunctionContract.LongestInvocation;
        var retired = await revokePrevious.DisableAsync(invocation, secret, ring, untouchedSince: time.GetUtcNow().UtcDateTime - untouched);
        var done = retired.Disabled.Count == 0 ? "There was no key to disable." : $"Keys disabled: {RevokePrevious.Printed(retired)}.";
        return $"The overlap has ended. {done}{RevokePrevious.Left(retired)}";
    }

    private string? WhyNotYet(Invocation invocation, SecretDescription secret) => Overlap.Of(invocation, secret)?.EndOf(secret) switch
    {
        null => $"The secret has no tag {RotationTags.Overlap}: AWSPREVIOUS's key stays enabled until the next rotation.",
        var end when time.GetUtcNow().UtcDateTime < end => $"AWSPREVIOUS's key stays enabled until {end:u}.",
        _ => null,
    };
}
