using Amazon.SecretsManager.Model;

namespace RotationFunction;

/// <summary>A secret as DescribeSecret returns it.</summary>
internal sealed class SecretDescription(DescribeSecretResponse answer)
{
    public string Arn => answer.ARN;

    public string Name => answer.Name;

    /// <summary>Gets the labels by version id. Contains only versions with a label.</summary>
    public IReadOnlyDictionary<string, List<string>> Versions { get; } = answer.VersionIdsToStages ?? [];

    public bool RotationEnabled => answer.RotationEnabled == true;

    public bool Deleted => answer.DeletedDate is not null;

    /// <summary>Gets the Region of the primary secret, for a replica in another Region; otherwise null.</summary>
    public string? PrimaryElsewhere => answer.PrimaryRegion is { Length: > 0 } region && region != Arn.Split(':')[3] ? region : null;

    /// <summary>Gets when the secret was last modified in any way. The labels have not moved since.</summary>
    public DateTime LastChanged => answer.LastChangedDate?.ToUniversalTime() ?? throw Errors.SecretWithoutDate();

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

    public string? Tag(string key) => answer.Tags?.Find(tag => tag.Key == key)?.Value;

    private string? Holding(string label) => Versions.FirstOrDefault(version => version.Value.Contains(label)).Key;
}
