using LocalAws.ApiGateway;
using LocalAws.SecretsManager;

namespace RotationFunction.Tests;

/// <summary>What holds in another Region of a secret after every call, whatever goes wrong.</summary>
/// <param name="other">The Region.</param>
/// <param name="fixture">The account.</param>
/// <param name="home">The invariants of the secret.</param>
internal sealed class RegionInvariants(OtherRegion other, RotationFixture fixture, Invariants home)
{
    /// <summary>False before clients come, and after they have left.</summary>
    public bool HasClients { get; set; } = true;

    public int MintedCount() => Keys().Count;

    public async Task CheckAsync(IReadOnlySet<string> knownValues, IEnumerable<string> kept)
    {
        var keys = Keys();
        foreach (var key in keys.Where(key => key.Enabled && !knownValues.Contains(key.Value!)))
        {
            home.Violations.Add($"the value of key {key.Id} of {other.Name} is in no version");
        }

        // What clients there read now, and what they will read when the replica has followed.
        // Nobody can call an API of a Region that is down.
        var read = home.KeysAreInUse && HasClients && other.Aws.Outage is null ? kept.Select(label => home.ValueOf(label)).Append(Replicated()).OfType<string>().ToHashSet() : [];
        read.ExceptWith(home.Damaged);
        foreach (var value in read.Where(value => home.PreviousIsKept || value == home.ValueOf("AWSCURRENT")))
        {
            // Once for each node.
            if (!await other.AcceptsAsync(value) || !await other.AcceptsAsync(value))
            {
                home.Violations.Add($"a key in use is not accepted in {other.Name}");
            }
        }
    }

    /// <summary>Exactly the keys that are needed are enabled.</summary>
    public void CheckRing(IReadOnlySet<string> needed)
    {
        var enabled = Keys().Where(key => key.Enabled).Select(key => key.Value!).ToHashSet();
        if (!enabled.SetEquals(needed))
        {
            home.Violations.Add($"{enabled.Count} keys are enabled in {other.Name} after an undisturbed rotation, {enabled.Except(needed).Count()} of them needed by no label");
        }
    }

    public IReadOnlyList<ApiKey> Keys() =>
        [.. other.Aws.ApiGateway.GetApiKeys(new GetApiKeysRequest { NameQuery = fixture.SecretName + "/", IncludeValues = true, Limit = 500 }).Items.Where(key => KeyNames.IsMinted(key.Name, fixture.SecretName))];

    /// <summary>The key that the replica has as AWSCURRENT.</summary>
    private string? Replicated()
    {
        try
        {
            return Invariants.KeyIn(other.Aws.SecretsManager.GetSecretValue(new GetSecretValueRequest { SecretId = fixture.SecretName }).SecretString!);
        }
        catch (LocalAws.AwsException)
        {
            return null;
        }
    }
}
