namespace LocalAws.SecretsManager;

/// <summary>A replica of a secret in another Region, and the changes that are on the way there.</summary>
internal sealed class StoredReplica(StoredSecret primary, SecretsManagerService destination, ReplicaRegion region, bool overwrites)
{
    private readonly Queue<(DateTimeOffset Made, StoredSecret? State)> _changes = new();

    public StoredSecret Primary { get; } = primary;

    /// <summary>Gets Secrets Manager in the replica's Region.</summary>
    public SecretsManagerService Destination { get; } = destination;

    public string Region => region.Region;

    public string? KmsKeyId => region.KmsKeyId;

    /// <summary>Gets whether the replica replaces another secret of its name.</summary>
    public bool Overwrites { get; } = overwrites;

    /// <summary>Gets or sets the replica, or null until the first copy has arrived.</summary>
    public StoredSecret? Secret { get; set; }

    /// <summary>Gets or sets the reason why replication has failed, or null.</summary>
    public string? Failure { get; set; }

    /// <summary>Sends the primary's state, or null to delete the replica. After a failure nothing is sent.</summary>
    public void Send(StoredSecret? state, DateTimeOffset now)
    {
        if (Failure is null || state is null)
        {
            _changes.Enqueue((now, state));
        }
    }

    /// <summary>Takes the next change that was made by this time, if there is one.</summary>
    public bool TryReceive(DateTimeOffset madeUntil, out DateTimeOffset made, out StoredSecret? state)
    {
        (made, state) = _changes.TryPeek(out var change) ? change : default;
        return _changes.Count > 0 && made <= madeUntil && _changes.TryDequeue(out _);
    }

    /// <summary>
    /// Returns the status. AWS CLI examples: the default key's alias, InProgress in the first response, and the message of a replica in sync.
    /// </summary>
    /// <param name="staysInSync">Whether the status ignores changes after the first copy.</param>
    public ReplicationStatus Describe(bool staysInSync)
    {
        var inSync = Secret is not null && (staysInSync || _changes.Count == 0);
        return new ReplicationStatus
        {
            Region = Region,
            KmsKeyId = KmsKeyId ?? StoredSecret.ManagedKey,
            Status = Failure is not null ? "Failed" : inSync ? "InSync" : "InProgress",
            StatusMessage = Failure ?? (inSync ? "Replication succeeded" : null),
            LastAccessedDate = Secret?.LastAccessed,
        };
    }
}
