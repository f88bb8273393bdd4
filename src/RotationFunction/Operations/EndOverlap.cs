namespace RotationFunction;

/// <summary>
/// Disables AWSPREVIOUS's key when the secret's <see cref="Overlap"/> has ended, or with a <see cref="Hold"/> the keys without a label that clients
/// have left or whose time has ended. A schedule invokes this action every hour or so. It keeps no state.
/// </summary>
internal sealed class EndOverlap(Secrets secrets, Regions regions, RevokePrevious revokePrevious, TimeProvider time)
{
    public const string Action = "endOverlap";

    public async Task<string> RunAsync(Invocation invocation)
    {
        // First without the keys: most of these invocations end here, and Secrets Manager's rates are higher than API Gateway's.
        var secret = await secrets.DescribeAsync(invocation);
        if (Hold.Of(invocation, secret) is not null)
        {
            return await EachAsync((await regions.ListAsync(invocation, () => secrets.DescribeAsync(invocation))).Rings, EndHoldsAsync);
        }

        if (WhyNotYet(invocation, secret) is { } early)
        {
            return early;
        }

        (secret, var rings) = await regions.ListAsync(invocation, () => secrets.DescribeAsync(invocation));
        if (WhyNotYet(invocation, secret) is { } moved)
        {
            return moved;
        }

        // A key that was just enabled: a rollback is in progress and waits until the key is active.
        var overlap = Overlap.Of(invocation, secret)!;
        var untouched = overlap.Length > FunctionContract.LongestInvocation ? overlap.Length : FunctionContract.LongestInvocation;
        return "The overlap has ended. " + await EachAsync(rings, async ring =>
        {
            var retired = await revokePrevious.DisableAsync(ring, untouchedSince: time.GetUtcNow().UtcDateTime - untouched);
            return (retired.Disabled.Count == 0 ? "There was no key to disable." : $"Keys disabled: {RevokePrevious.Printed(retired)}.")
                + RevokePrevious.Left(retired);
        });
    }

    private static async Task<string> EachAsync(List<RegionalRing> rings, Func<RegionalRing, Task<string>> endAsync) =>
        Regions.InWords(await Regions.EachAsync(rings, async ring => (ring.Secret.Region.Name, await endAsync(ring))));

    private string? WhyNotYet(Invocation invocation, SecretDescription secret) => Overlap.Of(invocation, secret)?.EndOf(secret) switch
    {
        null => $"The secret has no tag {RotationTags.Overlap}: AWSPREVIOUS's key stays enabled until the next rotation.",
        var end when time.GetUtcNow().UtcDateTime < end => $"AWSPREVIOUS's key stays enabled until {end:u}.",
        _ => null,
    };

    /// <summary>
    /// Looks only at keys that a rotation has left enabled: older than AWSPREVIOUS's with two younger keys, or between AWSPREVIOUS's and AWSCURRENT's.
    /// The others are the next rotation's.
    /// </summary>
    private async Task<string> EndHoldsAsync(RegionalRing listed)
    {
        var ((invocation, secret, region), ring, _) = listed;
        var keyRing = region.KeyRing;
        var current = (await secrets.ReadCurrentAsync(invocation, secret))?.ApiKey ?? throw Errors.CurrentHoldsNoKey(invocation);
        if (await keyRing.FindAsync(invocation, secret, ring, current) is not { Enabled: true } own)
        {
            throw Errors.CurrentKeyIsNotEnabled(invocation);
        }

        var previous = (await secrets.ReadPreviousAsync(invocation, secret))?.ApiKey;
        HashSet<ApiKeyValue> needed = previous is { } value ? [current, value] : [current];
        if (await secrets.ReadNextKeyAsync(invocation, secret) is { } next)
        {
            needed.Add(next);
        }

        var isEdited = previous == current;
        if (isEdited && await FindLostAsync(listed, own) is { } lost)
        {
            needed.Add(lost);
        }

        var held = (await keyRing.FindHeldAsync(invocation, secret, ring, previous))! with { CurrentCreated = own.Created, OnlyEnds = isEdited };
        var retired = await keyRing.RetireAsync(
            invocation, secret, ring.FindAll(key => held.IsLeft(key.CreatedDate)), needed, held: held);
        var done = retired.Disabled.Count == 0
            ? "There was no key to disable." : $"Keys disabled, which are not held: {RevokePrevious.Printed(retired)}.";
        return done + RevokePrevious.Left(retired);
    }

    /// <summary>
    /// Returns the value of the key from which an owner's edit has taken AWSPREVIOUS: the enabled key before AWSCURRENT's. Clients may use it until
    /// the next rotation, whether they did lately or not. Returns null if an enabled key after AWSCURRENT's shows a rollback or an abandoned rotation:
    /// then it is not known which key lost the label.
    /// </summary>
    private static async Task<ApiKeyValue?> FindLostAsync(RegionalRing listed, KeyOfValue own)
    {
        var ((invocation, secret, region), ring, _) = listed;
        var enabled = ring.FindAll(key => key.Enabled == true);
        if (enabled.Exists(key => key.CreatedDate > own.Created))
        {
            return null;
        }

        var lost = enabled.FindAll(key => key.CreatedDate < own.Created).MaxBy(key => key.CreatedDate)?.Value
            ?? (await region.KeyRing.ReadAdoptedAsync(invocation, secret))?.Value;
        return lost is null ? null : new ApiKeyValue(lost);
    }
}
