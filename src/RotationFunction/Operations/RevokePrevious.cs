namespace RotationFunction;

/// <summary>
/// Disables AWSPREVIOUS's key now, as after a leak, and every other key of the secret that neither AWSCURRENT nor a rotation in progress needs.
/// Moves no label, so that rollback can still restore the key until the next rotation deletes it.
/// </summary>
internal sealed class RevokePrevious(Secrets secrets, Regions regions, TimeProvider time)
{
    public const string Action = "revokePrevious";

    private const int MostNamed = 10;

    public async Task<string> RunAsync(Invocation invocation)
    {
        // A rotation or a label moved by hand a moment ago: until reads show it, AWSPREVIOUS's key seems to be another one.
        await Task.Delay(ReadAfterWrite.GracePeriodOfSecrets, time);
        var (_, rings) = await regions.ListAsync(invocation, () => secrets.DescribeAsync(invocation));
        return Regions.InWords(await Regions.EachAsync(
            rings, async ring => (ring.Secret.Region.Name, InWords(invocation, await DisableAsync(ring)))));
    }

    private static string InWords(Invocation invocation, Retired retired) => retired switch
    {
        { Disabled: [], LeftEnabled: [] } =>
            "No key other than AWSCURRENT's is in use. Nothing was changed. "
            + $"If AWSCURRENT's key leaked: {Commands.RotateSecret(invocation.SecretId)}, then revoke again.",
        { Disabled: [] } => "No key was disabled. Nothing was changed." + Left(retired),
        _ => $"Keys disabled: {Printed(retired)}. API Gateway may still accept them for some minutes." + Left(retired),
    };

    public static string Printed(Retired retired) => string.Join(", ", retired.Disabled.Select(key => key.Id));

    /// <summary>Describes the keys that stayed enabled although no label needs them, and what to do.</summary>
    public static string Left(Retired retired)
    {
        var more = retired.LeftEnabled.Count - MostNamed;
        return retired.LeftEnabled.Count == 0 ? ""
            : " Left enabled, because their tags do not show that they belong to this secret: "
            + string.Join(", ", retired.LeftEnabled.Take(MostNamed)) + (more > 0 ? $", and {more} more" : "")
            + ". The action status returns the command that restores a tag. Then invoke this action again.";
    }

    /// <summary>
    /// Disables the keys of a Region that neither AWSCURRENT nor AWSPENDING needs. The ring must have been listed before the secret's labels were
    /// read.
    /// </summary>
    /// <param name="listed">The keys, and the secret that owns them.</param>
    /// <param name="untouchedSince">Disables only keys that were last changed before this time.</param>
    public async Task<Retired> DisableAsync(RegionalRing listed, DateTime? untouchedSince = null)
    {
        var ((invocation, secret, region), ring, _) = listed;
        var current = (await secrets.ReadCurrentAsync(invocation, secret))?.ApiKey
            ?? throw Errors.CurrentHoldsNoKey(invocation);
        if (await region.KeyRing.FindAsync(invocation, secret, ring, current) is not { Enabled: true })
        {
            throw Errors.CurrentKeyIsNotEnabled(invocation);
        }

        HashSet<ApiKeyValue> needed = [current];
        if (await secrets.ReadNextKeyAsync(invocation, secret) is { } next && needed.Add(next)
            && (await secrets.ReadPreviousAsync(invocation, secret))?.ApiKey == next)
        {
            throw Errors.PreviousKeyIsPending(invocation, secret.Pending!);
        }

        var disabled = new List<RetiredKey>();
        try
        {
            return await region.KeyRing.RetireAsync(invocation, secret, ring, needed, disableBefore: untouchedSince, disabled: disabled);
        }
        finally
        {
            // Also after a failure, which may have come after a key was disabled.
            await CheckCurrentStayedAsync(listed.Secret, disabled);
        }
    }

    /// <summary>
    /// Enables a disabled key again if AWSCURRENT has moved to it. A concurrent rollback also checks after its move, so one of the two sees the
    /// other.
    /// </summary>
    private async Task CheckCurrentStayedAsync(RegionalSecret there, List<RetiredKey> disabled)
    {
        var (invocation, before, region) = there;
        var after = await secrets.DescribeAsync(invocation);
        if (after.Current == before.Current)
        {
            return;
        }

        var current = (await secrets.ReadCurrentAsync(invocation, after))?.ApiKey;
        foreach (var key in disabled.Where(key => key.Value == current))
        {
            await region.ApiKeys.EnableAsync(invocation, key.Id);
            invocation.Log.KeyEnabled(key.Id);
        }

        throw Errors.CurrentMovedWhileRevoking(invocation, after.Current);
    }
}
