namespace LocalAws.SecretsManager;

/// <summary>A replica in the state of the service. It is only a status, because other Regions are empty here.</summary>
internal sealed record StoredReplica(string Region, string? KmsKeyId, DateTimeOffset Added)
{
    // AWS publishes no time. Replication is asynchronous.
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(1);

    // AWS CLI examples: the default key's alias, and InProgress in the first response.
    public ReplicationStatus Describe(DateTimeOffset now) => new()
    {
        Region = Region,
        KmsKeyId = KmsKeyId ?? StoredSecret.ManagedKey,
        Status = now - Added < Lag ? "InProgress" : "InSync",
    };
}
