namespace LocalAws.SecretsManager;

/// <summary>A replica as the service keeps it: a status and no more, as other Regions hold nothing here.</summary>
internal sealed record StoredReplica(string Region, string? KmsKeyId, DateTimeOffset Added)
{
    // AWS publishes no time; replication is asynchronous.
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(1);

    // The key's alias where none is given, and InProgress in the first answer: AWS CLI examples.
    public ReplicationStatus Describe(DateTimeOffset now) => new()
    {
        Region = Region,
        KmsKeyId = KmsKeyId ?? StoredSecret.ManagedKey,
        Status = now - Added < Lag ? "InProgress" : "InSync",
    };
}
