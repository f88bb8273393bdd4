using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>One pass over the keys of a ring: which keys it disabled, and which it left enabled. See <see cref="KeyRing.RetireAsync"/>.</summary>
internal sealed class Retirement(
    ApiKeys apiKeys, Invocation invocation, SecretDescription secret, HashSet<ApiKeyValue> needed,
    DateTime? disableBefore, DateTime? deleteBefore, HeldKeys? held)
{
    private bool _isOlderHeld;

    public required List<RetiredKey> Disabled { get; init; }

    /// <summary>Gets the ids of the keys that stay enabled, because they lack the tag that shows their owner.</summary>
    public List<string> LeftEnabled { get; } = [];

    /// <summary>Disables or deletes a listed key, if its tags prove that it was minted for the secret.</summary>
    public async Task RetireAsync(ApiKey listed)
    {
        if ((_isOlderHeld && listed.Enabled != true) || await apiKeys.FindAsync(invocation, listed.Id) is not { } key)
        {
            return;
        }

        if (!KeyRing.IsMintedFor(secret.Arn, key))
        {
            Leave(key);
        }
        else if (key.Enabled == true)
        {
            await DisableAsync(key, new ApiKeyValue(listed.Value));
        }
        else if (key.LastUpdatedDate < deleteBefore)
        {
            await apiKeys.DeleteAsync(invocation, key.Id);
            invocation.Log.KeyDeleted(key.Id);
        }
    }

    /// <summary>Disables the adopted key, if it and the secret point at each other.</summary>
    public async Task RetireAdoptedAsync(GetApiKeyResponse? adopted)
    {
        if (adopted is not { Enabled: true } || needed.Contains(new ApiKeyValue(adopted.Value)))
        {
            return;
        }

        if (KeyRing.IsAdoptedFor(secret.Name, adopted))
        {
            await DisableAsync(adopted, new ApiKeyValue(adopted.Value));
        }
        else
        {
            Leave(adopted);
        }
    }

    private void Leave(GetApiKeyResponse key)
    {
        invocation.Log.ForeignKeyLeft(key.Id);
        if (key.Enabled == true)
        {
            LeftEnabled.Add(key.Id);
        }
    }

    private async Task DisableAsync(GetApiKeyResponse key, ApiKeyValue value)
    {
        if (held is not null && await held.HoldsAsync(invocation, key))
        {
            _isOlderHeld = true;
        }
        else if (disableBefore is null || key.LastUpdatedDate < disableBefore)
        {
            await apiKeys.DisableAsync(invocation, key.Id);
            invocation.Log.KeyDisabled(key.Id);
            Disabled.Add(new RetiredKey(key.Id, value));
        }
    }
}
