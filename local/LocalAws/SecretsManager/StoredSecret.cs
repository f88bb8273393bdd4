namespace LocalAws.SecretsManager;

/// <summary>A secret in the state of the service, with the rules of its labels.</summary>
internal sealed class StoredSecret(string arn, string name, DateTimeOffset created)
{
    public const string Current = "AWSCURRENT";
    public const string Previous = "AWSPREVIOUS";
    public const string Pending = "AWSPENDING";
    public const string ManagedKey = "alias/aws/secretsmanager";

    public string Arn { get; } = arn;

    public string Name { get; } = name;

    public DateTimeOffset Created { get; } = created;

    public string? Description { get; set; }

    public string? KmsKeyId { get; set; }

    /// <summary>Gets or sets the KMS key, or null for AWS's own.</summary>
    public string? CustomKey => KmsKeyId is "" or ManagedKey ? null : KmsKeyId;

    public List<Tag> Tags { get; private set; } = [];

    /// <summary>
    /// Gets or sets whether it has or had tags. Recorded on AWS: the list is absent before the first tag, and empty after the last one is removed.
    /// </summary>
    public bool WasTagged { get; private set; }

    /// <summary>Gets the versions, oldest first.</summary>
    public List<StoredVersion> Versions { get; private set; } = [];

    public List<StoredReplica> Replicas { get; private set; } = [];

    /// <summary>Gets or sets the replication that this secret is the replica of, or null for a secret of its own.</summary>
    public StoredReplica? Source { get; set; }

    /// <summary>Gets the Region of the primary. Observed in the field: only a replica, or a secret with replicas, has one.</summary>
    public string? PrimaryRegion => (Source?.Primary ?? (Replicas.Count > 0 ? this : null))?.Arn.Split(':')[3];

    /// <summary>Gets or sets the resource policy as JSON.</summary>
    public string? ResourcePolicy { get; set; }

    public DateTimeOffset LastChanged { get; set; } = created;

    public DateTimeOffset? LastAccessed { get; set; }

    /// <summary>Gets or sets the time at which the secret was marked for deletion.</summary>
    public DateTimeOffset? Deleted { get; set; }

    /// <summary>Gets or sets the time of the permanent deletion.</summary>
    public DateTimeOffset? DeletionDate { get; set; }

    public bool? RotationEnabled { get; set; }

    /// <summary>Gets or sets the time until which rotation appears as enabled although it is off.</summary>
    public DateTimeOffset CancelShows { get; set; }

    public string? RotationFunctionArn { get; set; }

    public RotationRules? RotationRules { get; set; }

    public DateTimeOffset? LastRotated { get; set; }

    /// <summary>Gets or sets the time at which PutSecretValue or UpdateSecret last wrote the current value.</summary>
    public DateTimeOffset? LastWritten { get; set; }

    /// <summary>Gets or sets the parsed rules, or null if they set no schedule.</summary>
    public RotationSchedule? Schedule { get; set; }

    /// <summary>Gets or sets the time at which the schedule was set.</summary>
    public DateTimeOffset ScheduleSet { get; set; }

    /// <summary>Gets or sets the next window, or an open window that waits for a running rotation, or null.</summary>
    public RotationWindow? Window { get; set; }

    /// <summary>Gets or sets the timer that fires when the window opens.</summary>
    public ITimer? WindowTimer { get; set; }

    public DateTimeOffset? NextRotation { get; set; }

    /// <summary>Gets or sets the incomplete rotation: running, waiting for its next attempt, or failed.</summary>
    public Rotation? Rotation { get; set; }

    /// <summary>Gets or sets the rotated version that still has AWSPENDING, and the time at which the label is removed.</summary>
    public (StoredVersion Version, DateTimeOffset At)? PendingEnds { get; set; }

    /// <summary>Returns a copy of the secret in its current state.</summary>
    public StoredSecret Copy()
    {
        var copy = (StoredSecret)MemberwiseClone();
        copy.Tags = [.. Tags];
        copy.Replicas = [.. Replicas];
        copy.Versions = Versions.ConvertAll(version => version.Copy());
        copy.PendingEnds = PendingEnds is { } ends && copy.Find(ends.Version.Id) is { } version ? (version, ends.At) : null;
        return copy;
    }

    /// <summary>
    /// Takes over the primary's value and metadata. AWS user guide: tags and the resource policy are replicated. The dates of reads are the Region's
    /// own.
    /// </summary>
    public void Follow(StoredSecret primary)
    {
        var state = primary.Copy();
        state.Versions.ForEach(version => version.LastAccessed = Find(version.Id)?.LastAccessed);
        (Versions, Tags, WasTagged, PendingEnds) = (state.Versions, state.Tags, state.WasTagged, state.PendingEnds);
        (Description, ResourcePolicy, LastChanged) = (state.Description, state.ResourcePolicy, state.LastChanged);
    }

    public void AddTags(IReadOnlyList<Tag> tags)
    {
        Tags.AddRange(tags);
        WasTagged |= tags.Count > 0;
    }

    public StoredVersion? Find(string? versionId) => Versions.Find(version => version.Id == versionId);

    public StoredVersion? Labelled(string label) => Versions.Find(version => version.Stages.Contains(label));

    /// <summary>Adds a version without labels.</summary>
    public StoredVersion Add(string versionId, VersionContent? content, DateTimeOffset now)
    {
        var version = new StoredVersion(versionId, content, now);
        Versions.Add(version);
        return version;
    }

    /// <summary>
    /// Moves a label to a version. Recorded on AWS: when AWSCURRENT moves, its previous version becomes AWSPREVIOUS, and AWSPENDING and custom labels
    /// do not move.
    /// </summary>
    public void Move(string label, StoredVersion target)
    {
        var source = Labelled(label);
        if (source == target)
        {
            return;
        }

        source?.Stages.Remove(label);
        target.Stages.Add(label);
        if (label is Current && source is not null)
        {
            Move(Previous, source);
        }

        if (label is Current)
        {
            target.Stages.Remove(Previous);
        }
    }

    public void EndPending(DateTimeOffset now)
    {
        if (PendingEnds is { } ends && ends.At <= now)
        {
            ends.Version.Stages.Remove(Pending);
            PendingEnds = null;
        }
    }

    /// <summary>Removes old versions. AWS user guide: versions without labels are removed beyond 100 versions, and never within 24 hours.</summary>
    public void RemoveOldVersions(DateTimeOffset now)
    {
        for (var surplus = Versions.Count - 100; surplus > 0; surplus--)
        {
            if (Versions.Find(version => version.Stages.Count == 0 && now - version.Created > TimeSpan.FromHours(24)) is not { } oldest)
            {
                return;
            }

            Versions.Remove(oldest);
        }
    }

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? VersionIdsToStages()
    {
        var labelled = Versions.Where(version => version.Stages.Count > 0)
            .ToDictionary(version => version.Id, version => (IReadOnlyList<string>)[.. version.Stages]);
        return labelled.Count == 0 ? null : labelled;
    }

    /// <summary>
    /// Returns the description without the status of replication. AWS API reference: members without a value are omitted, and so is AWS's own key.
    /// </summary>
    public SecretDescription Describe(DateTimeOffset now) => new()
    {
        Arn = Arn,
        Name = Name,
        Description = string.IsNullOrEmpty(Description) ? null : Description,
        KmsKeyId = CustomKey,
        RotationEnabled = RotationEnabled == false && now < CancelShows ? true : RotationEnabled,
        RotationLambdaArn = RotationFunctionArn,
        RotationRules = RotationRules,
        LastRotatedDate = LastRotated,
        NextRotationDate = NextRotation,
        LastChangedDate = LastChanged,
        LastAccessedDate = LastAccessed,
        DeletedDate = Deleted,
        CreatedDate = Created,
        Tags = WasTagged ? [.. Tags] : null,
        VersionIdsToStages = VersionIdsToStages(),
        PrimaryRegion = PrimaryRegion,
    };

    public SecretResponse Respond(StoredVersion? version = null) => new() { Arn = Arn, Name = Name, VersionId = version?.Id };
}
