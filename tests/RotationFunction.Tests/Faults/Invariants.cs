using System.Net;
using System.Text.Json;
using LocalAws.ApiGateway;
using LocalAws.SecretsManager;
using ApiKey = LocalAws.ApiGateway.ApiKey;

namespace RotationFunction.Tests;

/// <summary>
/// What holds after every call, whatever goes wrong. A violation is collected, not thrown: the function must not get to see it.
/// Reads the account without HTTP, but asks the API as a client does.
/// </summary>
internal sealed class Invariants(RotationFixture fixture)
{
    private readonly HashSet<string> _knownValues = [];
    private readonly HashSet<string> _readVersions = [];
    private readonly Dictionary<string, ApiKey> _others = [];
    private string? _current;
    private readonly Dictionary<string, DateTimeOffset> _unlabelledSince = [];
    private readonly Dictionary<string, string?> _labelledUnder = [];
    private long _seenChanges = -1;

    /// <summary>What was violated, by ids.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>False while keys are taken away on purpose.</summary>
    public bool KeysAreInUse { get; set; } = true;

    /// <summary>False while AWSPREVIOUS's key need not be accepted: it was revoked, or its overlap is over.</summary>
    public bool PreviousIsKept { get; set; } = true;

    /// <summary>Values of keys that a person disabled or deleted: nobody can expect them to be accepted.</summary>
    public HashSet<string> Damaged { get; } = [];

    /// <summary>How long a key may stay enabled when no label needs it any more; null where nothing disables it but the next rotation.</summary>
    public TimeSpan? Hold { get; set; }

    /// <summary>Whether somebody deleted a key: the time of a held key may have begun again.</summary>
    public bool RingWasCut { get; set; }

    /// <summary>Those of another Region; null without one.</summary>
    public RegionInvariants? Other { get; set; }

    /// <summary>A second secret that the same function rotates.</summary>
    public string? OtherSecretArn { get; set; }

    /// <summary>Takes all keys as other people's, which must stay as they are, but those minted for the secret and the one that rotates beside it.</summary>
    public void ProtectOthers()
    {
        _others.Clear();
        foreach (var key in Keys().Where(key => !IsMinted(key) && !KeyNames.IsMinted(key.Name, fixture.SecretName + LifeScenario.Beside)))
        {
            _others.Add(key.Id, key);
        }
    }

    /// <summary>One that may be disabled from now on.</summary>
    public void Unprotect(string keyId) => _others.Remove(keyId);

    public async Task CheckAsync()
    {
        // Only what changes something can violate anything; the clock moves with waits, and those end in calls.
        var keys = Keys();
        var changes = Fingerprint(keys);
        if (changes == _seenChanges)
        {
            return;
        }

        _seenChanges = changes;
        ReadNewVersions();
        await (Other?.CheckAsync(_knownValues, Kept) ?? Task.CompletedTask);
        NoteLabels(keys);
        foreach (var key in keys.Where(key => IsMinted(key) && key.Enabled && !_knownValues.Contains(key.Value!)))
        {
            Violate($"the value of key {key.Id} is in no version");
        }

        foreach (var other in _others.Values)
        {
            if (keys.FirstOrDefault(key => key.Id == other.Id) is not { } now || now.Enabled != other.Enabled || now.LastUpdatedDate != other.LastUpdatedDate)
            {
                Violate($"key {other.Id}, somebody else's, was changed");
            }
        }

        CheckPromotion(keys);
        if (KeysAreInUse)
        {
            await CheckAcceptedAsync();
        }
    }

    /// <summary>What holds after an undisturbed rotation: exactly the keys of AWSCURRENT and AWSPREVIOUS are enabled.</summary>
    public void CheckRing()
    {
        var needed = Kept.Select(label => ValueOf(label)).OfType<string>().ToHashSet();
        Other?.CheckRing(needed);
        var enabled = Keys().Where(key => IsMinted(key) && key.Enabled).Select(key => key.Value!).ToHashSet();
        if (!enabled.SetEquals(needed))
        {
            Violate($"{enabled.Count} keys are enabled after an undisturbed rotation, {enabled.Except(needed).Count()} of them needed by no label");
        }
    }

    /// <summary>
    /// What holds after an undisturbed rotation, and an undisturbed look of the schedule: no key that a rotation has left enabled lives longer than its
    /// hold, whatever happened since it lost its label.
    /// </summary>
    public void CheckHolds()
    {
        var keys = Keys();
        NoteLabels(keys);
        var youngest = keys.Where(key => key.Value == ValueOf("AWSCURRENT") || key.Value == ValueOf("AWSPREVIOUS")).Max(key => (DateTimeOffset?)key.CreatedDate);
        foreach (var key in keys.Where(key => IsMinted(key) && key.Enabled && key.CreatedDate < youngest && !RingWasCut))
        {
            if (_unlabelledSince.TryGetValue(key.Value!, out var since) && fixture.Time.GetUtcNow() - since > Hold + Slack)
            {
                Violate($"key {key.Id} is enabled {fixture.Time.GetUtcNow() - since} after no label needed it");
            }
        }
    }

    /// <summary>
    /// An owner's edit hides that a crash kept a rotation from disabling a key, between AWSPREVIOUS's and AWSCURRENT's: its hold begins with the next
    /// rotation (docs/reliability.md).
    /// </summary>
    public void ExcuseBeforeEdit()
    {
        var keys = Keys();
        NoteLabels(keys);
        var (previous, current) = (CreatedOf("AWSPREVIOUS"), CreatedOf("AWSCURRENT"));
        foreach (var key in keys.Where(key => previous <= key.CreatedDate && key.CreatedDate <= current && _unlabelledSince.Remove(key.Value!)))
        {
            _labelledUnder[key.Value!] = ValueOf("AWSCURRENT");
        }

        DateTimeOffset? CreatedOf(string label) => keys.FirstOrDefault(key => key.Value == ValueOf(label))?.CreatedDate;
    }

    /// <summary>Whether the key that a label holds is there and enabled.</summary>
    public bool IsEnabled(string label) => ValueOf(label) is { } value && Keys().Any(key => key.Value == value && key.Enabled);

    /// <summary>Whether an enabled key has no label.</summary>
    public bool HasHeld() => Keys().Any(key => IsMinted(key) && key.Enabled && _unlabelledSince.ContainsKey(key.Value!));

    /// <summary>How many keys there are in each Region; -1 if the numbers differ.</summary>
    public int MintedCount() => Keys().Count(IsMinted) is var count && (Other?.MintedCount() ?? count) == count ? count : -1;

    private string[] Kept => PreviousIsKept ? ["AWSCURRENT", "AWSPREVIOUS"] : ["AWSCURRENT"];

    // What passes between the look at a key and the end of the invocation.
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(15);

    /// <summary>An owner's edit takes the label from a key too, but the next rotation is the one that would disable it.</summary>
    private void NoteLabels(IReadOnlyList<ApiKey> keys)
    {
        var current = ValueOf("AWSCURRENT");
        var labelled = new[] { "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING" }.Select(label => ValueOf(label)).ToHashSet();
        foreach (var value in keys.Where(IsMinted).Select(key => key.Value!))
        {
            if (labelled.Contains(value))
            {
                _unlabelledSince.Remove(value);
                _labelledUnder[value] = current;
            }
            else if (_labelledUnder.GetValueOrDefault(value) != current)
            {
                _unlabelledSince.TryAdd(value, fixture.Time.GetUtcNow());
            }
        }
    }

    private async Task CheckAcceptedAsync()
    {
        foreach (var secret in new[] { fixture.SecretArn, OtherSecretArn }.OfType<string>())
        {
            foreach (var label in Kept)
            {
                // Once for each node.
                for (var node = 0; node < 2 && ValueOf(label, secret) is { } value && !Damaged.Contains(value); node++)
                {
                    if (await fixture.CallApiAsync(value) != HttpStatusCode.OK)
                    {
                        Violate($"the key of {label} of {secret} is not accepted");
                    }
                }
            }
        }
    }

    /// <summary>AWSCURRENT has moved to a version with another key: then testSecret must have passed that key.</summary>
    private void CheckPromotion(IReadOnlyList<ApiKey> keys)
    {
        var value = ValueOf("AWSCURRENT");
        if (value == _current)
        {
            return;
        }

        var key = keys.FirstOrDefault(key => key.Value == value && IsMinted(key));
        if (key is not null && !fixture.Log.Any(entry => entry.Message.EndsWith($" version {VersionOf(key)}: the key passed", StringComparison.Ordinal)))
        {
            Violate($"AWSCURRENT moved to key {key.Id}, which testSecret has not passed");
        }

        _current = value;
    }

    private static string VersionOf(ApiKey key) => key.Name!.Split('/')[^1].Replace("%2F", "/", StringComparison.Ordinal);

    private void ReadNewVersions()
    {
        foreach (var version in fixture.Aws.SecretsManager.ListSecretVersionIds(new ListSecretVersionIdsRequest { SecretId = fixture.SecretArn, IncludeDeprecated = true, MaxResults = 100 }).Versions)
        {
            if (!_readVersions.Contains(version.VersionId!) && Read(version.VersionId!, fixture.SecretArn) is { } document)
            {
                _readVersions.Add(version.VersionId!);
                if (KeyIn(document) is { } value)
                {
                    _knownValues.Add(value);
                }
            }
        }
    }

    /// <summary>The key value that a label of a secret holds; the first one where none is named.</summary>
    public string? ValueOf(string label, string? secret = null)
    {
        secret ??= fixture.SecretArn;
        var labelled = fixture.Aws.SecretsManager.DescribeSecret(new SecretRequest { SecretId = secret }).VersionIdsToStages?.FirstOrDefault(version => version.Value.Contains(label)).Key;
        return labelled is not null && Read(labelled, secret) is { } document ? KeyIn(document) : null;
    }

    private string? Read(string versionId, string secret)
    {
        try
        {
            return fixture.Aws.SecretsManager.GetSecretValue(new GetSecretValueRequest { SecretId = secret, VersionId = versionId }).SecretString;
        }
        catch (LocalAws.AwsException)
        {
            return null;
        }
    }

    private long Fingerprint(IReadOnlyList<ApiKey> keys)
    {
        var hash = new HashCode();
        foreach (var key in keys)
        {
            hash.Add(key.Id, StringComparer.Ordinal);
            hash.Add(key.Enabled);
        }

        hash.Add((KeysAreInUse, Other?.HasClients));
        foreach (var key in Other?.Keys() ?? [])
        {
            hash.Add(key.Id, StringComparer.Ordinal);
            hash.Add(key.Enabled);
        }

        foreach (var (version, labels) in fixture.Aws.SecretsManager.DescribeSecret(new SecretRequest { SecretId = fixture.SecretArn }).VersionIdsToStages ?? new Dictionary<string, IReadOnlyList<string>>())
        {
            hash.Add(version, StringComparer.Ordinal);
            hash.Add(string.Join(',', labels), StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    private IReadOnlyList<ApiKey> Keys() => fixture.Aws.ApiGateway.GetApiKeys(new GetApiKeysRequest { IncludeValues = true, Limit = 500 }).Items;

    private bool IsMinted(ApiKey key) => KeyNames.IsMinted(key.Name, fixture.SecretName);

    private void Violate(string what) => Violations.Add(what);

    internal static string? KeyIn(string document) => JsonDocument.Parse(document).RootElement.TryGetProperty("apiKey", out var value) ? value.GetString() : null;
}
