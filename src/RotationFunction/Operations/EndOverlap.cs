using System.Globalization;

namespace RotationFunction;

/// <summary>
/// Disables AWSPREVIOUS's key when it has been previous for as long as the secret's tag says. A schedule invokes it every hour or so; it keeps no state:
/// the labels cannot have moved after the secret was last changed. That errs to the late side, as an owner's edit starts the overlap anew.
/// </summary>
internal sealed class EndOverlap(Secrets secrets, ApiKeys apiKeys, RevokePrevious revokePrevious, TimeProvider time)
{
    public const string Action = "endOverlap";

    private const int LongestOverlap = 9999;

    /// <summary>How long AWSPREVIOUS's key stays enabled; null: until the next rotation.</summary>
    public static TimeSpan? OverlapOf(Invocation invocation, Secret secret) => secret.Tag(RotationTags.Overlap) switch
    {
        null => null,
        "0" => TimeSpan.Zero,
        [.. var count, 'h'] when int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var hours) && hours is > 0 and <= LongestOverlap => TimeSpan.FromHours(hours),
        [.. var count, 'd'] when int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is > 0 and <= LongestOverlap => TimeSpan.FromDays(days),
        var text => throw invocation.Failed($"the secret's tag {RotationTags.Overlap} is '{text}'. Nothing was changed. Set it to 0, or to hours or days such as 24h or 7d, with: {Commands.SetOverlap(secret.Arn)}"),
    };

    /// <summary>When the overlap ends, unless the secret is changed again.</summary>
    public static DateTime EndOf(Secret secret, TimeSpan overlap) => (secret.LastRotated > secret.LastChanged ? secret.LastRotated.Value : secret.LastChanged) + overlap;

    public async Task<string> RunAsync(Invocation invocation)
    {
        var ring = await apiKeys.ListRingAsync(invocation);
        var secret = await secrets.DescribeAsync(invocation);
        if (OverlapOf(invocation, secret) is not { } overlap)
        {
            return $"The secret has no tag {RotationTags.Overlap}: AWSPREVIOUS's key stays enabled until the next rotation.";
        }

        var now = time.GetUtcNow().UtcDateTime;
        var end = EndOf(secret, overlap);
        if (now < end)
        {
            return $"AWSPREVIOUS's key stays enabled until {end:u}.";
        }

        // A key that was enabled a moment ago: a rollback is under way and waits until it is served.
        var untouched = overlap > FunctionContract.LongestInvocation ? overlap : FunctionContract.LongestInvocation;
        var retired = await revokePrevious.DisableAsync(invocation, secret, ring, untouchedSince: now - untouched);
        var done = retired.Disabled.Count == 0 ? "The overlap is over; no key was left to disable." : $"The overlap is over. Keys disabled: {RevokePrevious.Printed(retired)}.";
        return done + RevokePrevious.Left(retired);
    }
}
