using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>
/// Ends AWSPREVIOUS's key now, as after a leak: disables every key of the secret that neither AWSCURRENT nor a rotation under way holds.
/// Labels stay where they are, so that rollback can still bring the key back, until the next rotation deletes it.
/// </summary>
internal sealed class RevokePrevious(Secrets secrets, ApiKeys apiKeys, Retire retire)
{
    public const string Action = "revokePrevious";

    private const int MostNamed = 10;

    public async Task<string> RunAsync(Invocation invocation)
    {
        var ring = await apiKeys.ListRingAsync(invocation);
        return await DisableAsync(invocation, await secrets.DescribeAsync(invocation), ring) switch
        {
            { Disabled: [], LeftEnabled: [] } =>
                $"No key but AWSCURRENT's is in use; nothing was changed. If AWSCURRENT's key leaked: {Commands.RotateSecret(invocation.SecretId)}, and revoke again.",
            { Disabled: [] } retired => "No key was disabled; nothing was changed." + Left(retired),
            var retired => $"Keys disabled: {Printed(retired)}. API Gateway may accept them for some minutes yet." + Left(retired),
        };
    }

    public static string Printed(Retired retired) => string.Join(", ", retired.Disabled.Select(key => key.Id));

    /// <summary>What stayed enabled although no label needs it, and what to do.</summary>
    public static string Left(Retired retired)
    {
        var more = retired.LeftEnabled.Count - MostNamed;
        return retired.LeftEnabled.Count == 0 ? "" : $" Left enabled, as their tags do not show that they are this secret's: {string.Join(", ", retired.LeftEnabled.Take(MostNamed))}"
            + (more > 0 ? $", and {more} more" : "") + ". The action status has the command that tags one again; then invoke this again.";
    }

    /// <summary>Disables the keys that neither AWSCURRENT nor AWSPENDING holds. The ring must have been listed before the secret was described.</summary>
    /// <param name="invocation">What for.</param>
    /// <param name="secret">Whose keys.</param>
    /// <param name="ring">The keys: one that is minted after the list is never touched.</param>
    /// <param name="untouchedSince">Only keys that were last changed before this.</param>
    public async Task<Retired> DisableAsync(Invocation invocation, Secret secret, List<ApiKey> ring, DateTime? untouchedSince = null)
    {
        var current = (await secrets.ReadCurrentAsync(invocation, secret))?.ApiKey
            ?? throw invocation.Failed("AWSCURRENT holds no key, so clients may depend on AWSPREVIOUS's. Nothing was changed.");
        if (!ring.Exists(key => key.Value == current.Text && key.Enabled == true) && !await IsEnabledAdoptedAsync(invocation, secret, current))
        {
            throw invocation.Failed($"no enabled key of this secret has AWSCURRENT's value, so clients may depend on AWSPREVIOUS's. Nothing was changed. First: {Commands.RotateSecret(invocation.SecretId)}");
        }

        HashSet<ApiKeyValue> needed = [current];
        if (await secrets.ReadNextKeyAsync(invocation, secret) is { } next && needed.Add(next) && (await secrets.ReadPreviousAsync(invocation, secret))?.ApiKey == next)
        {
            throw invocation.Failed($"AWSPREVIOUS's key is also that of version {secret.Pending}, which is AWSPENDING: a rotation under way would make it current. Nothing was changed. {invocation.ClearingOf(secret.Pending!)}");
        }

        var retired = await retire.RunAsync(invocation, secret, ring, needed, disableBefore: untouchedSince);
        await CheckCurrentStayedAsync(invocation, secret, retired.Disabled);
        return retired;
    }

    /// <summary>AWSCURRENT may have moved to a key that was just disabled: rollback, by whomever, looks too, after its move. One of the two sees the other.</summary>
    private async Task CheckCurrentStayedAsync(Invocation invocation, Secret before, List<RetiredKey> disabled)
    {
        var after = await secrets.DescribeAsync(invocation);
        if (after.Current == before.Current)
        {
            return;
        }

        var current = (await secrets.ReadCurrentAsync(invocation, after))?.ApiKey;
        foreach (var key in disabled.Where(key => key.Value == current))
        {
            await apiKeys.EnableAsync(invocation, key.Id);
            invocation.Log.KeyEnabled(key.Id);
        }

        throw invocation.Failed($"AWSCURRENT moved to version {after.Current} meanwhile; that version's key stays enabled. {invocation.Again}");
    }

    private async Task<bool> IsEnabledAdoptedAsync(Invocation invocation, Secret secret, ApiKeyValue value) =>
        secret.Tag(RotationTags.Adopted) is { } adoptedId && await apiKeys.FindAsync(invocation, adoptedId, includeValue: true) is { Enabled: true } adopted && adopted.Value == value.Text;
}
