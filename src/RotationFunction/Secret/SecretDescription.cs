using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace RotationFunction;

/// <summary>A secret as DescribeSecret returns it.</summary>
/// <param name="answer">The response.</param>
/// <param name="region">Another Region, of which <see cref="Tag"/> returns the tags; null for the secret's own.</param>
internal sealed class SecretDescription(DescribeSecretResponse answer, string? region = null)
{
    public string Arn => answer.ARN;

    public string Name => answer.Name;

    /// <summary>Gets the labels by version id. Contains only versions with a label.</summary>
    public IReadOnlyDictionary<string, List<string>> Versions { get; } = answer.VersionIdsToStages ?? [];

    public bool RotationEnabled => answer.RotationEnabled == true;

    public bool Deleted => answer.DeletedDate is not null;

    /// <summary>Gets the Region of the primary secret, for a replica in another Region; otherwise null.</summary>
    public string? PrimaryElsewhere => answer.PrimaryRegion is { Length: > 0 } primary && primary != Home ? primary : null;

    /// <summary>Gets the secret's own Region.</summary>
    public string Home => Arn.Split(':')[3];

    /// <summary>Gets the Region of the keys that this describes.</summary>
    public string Region => region ?? Home;

    /// <summary>Gets the other Regions in which the secret has keys: those in which its tags name a template key.</summary>
    public IReadOnlyList<string> Regions => [.. NamedRegions.Where(IsOtherRegion)];

    /// <summary>Gets what a tag names as another Region but cannot be one; null without such a tag.</summary>
    public string? InvalidRegion => NamedRegions.FirstOrDefault(name => !IsOtherRegion(name));

    /// <summary>Gets when the secret was last modified in any way. The labels have not moved since.</summary>
    public DateTime LastChanged => answer.LastChangedDate?.ToUniversalTime() ?? throw Errors.SecretWithoutDate(Arn);

    public DateTime? LastRotated => answer.LastRotatedDate?.ToUniversalTime();

    /// <summary>Gets when the next rotation is due.</summary>
    public DateTime? NextRotation => answer.NextRotationDate?.ToUniversalTime();

    /// <summary>
    /// Gets a time after which the labels have not moved. The error is on the late side: an owner's edit or a new tag counts too.
    /// </summary>
    public DateTime LabelsMovedBy => LastRotated > LastChanged ? LastRotated.Value : LastChanged;

    public RotationRulesType? Rules => answer.RotationRules;

    public string? Current => Holding("AWSCURRENT");

    public string? Previous => Holding("AWSPREVIOUS");

    public string? Pending => Holding("AWSPENDING");

    /// <summary>Gets the version of a rotation that is not complete; null without one.</summary>
    public string? Unfinished => Pending == Current ? null : Pending;

    /// <summary>Returns a tag; for another Region, the Region's own where there can be one.</summary>
    public string? Tag(string key) => answer.Tags?.Find(tag => tag.Key == RotationTags.In(region, key))?.Value;

    /// <summary>Returns the same secret as another Region sees it.</summary>
    public SecretDescription In(string other) => new(answer, other);

    /// <summary>Returns why clients that read the replica in a Region may not see the secret's last change; null if they do.</summary>
    public string? WhyBehind(string replica) => ReplicaIn(replica) switch
    {
        null => "the secret has no replica there",
        { } status when status.Status == StatusType.InSync => null,
        { StatusMessage.Length: > 0 } status => $"the replica is {status.Status}: {status.StatusMessage.TrimEnd('.')}",
        var status => $"the replica is {status.Status}",
    };

    /// <summary>Returns the state of the replica in a Region; null without one.</summary>
    public ReplicationStatusType? ReplicaIn(string replica) => answer.ReplicationStatus?.Find(status => status.Region == replica);

    /// <summary>
    /// Gets the Regions with a replica in which the secret has no keys, if it has keys in other Regions or other tags of that one. A secret of one
    /// Region may have replicas for clients that call the API of its own.
    /// </summary>
    public IEnumerable<string> ReplicasWithoutKeys => (answer.ReplicationStatus ?? []).Select(status => status.Region).Except(Regions)
        .Where(name => Regions.Count > 0 || In(name).Tag(RotationTags.Probe) is not null || In(name).Tag(RotationTags.Adopted) is not null);

    private IEnumerable<string> NamedRegions => (answer.Tags ?? []).Select(tag => tag.Key)
        .Where(key => key.StartsWith(RotationTags.TemplateIn, StringComparison.Ordinal)).Select(key => key[RotationTags.TemplateIn.Length..]);

    private bool IsOtherRegion(string name) => RotationFunction.Regions.IsName(name) && name != Home;

    private string? Holding(string label) => Versions.FirstOrDefault(version => version.Value.Contains(label)).Key;
}
