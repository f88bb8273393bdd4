namespace LocalAws.SecretsManager;

/// <summary>The copying of an account's secrets between its Regions.</summary>
internal sealed class SecretReplication
{
    private readonly List<StoredReplica> _replicas = [];

    /// <summary>Gets the lock of Secrets Manager's state in all Regions. Every other member requires it.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Gets or sets whether nothing is delivered, for a read of an earlier state.</summary>
    public bool IsHeld { get; set; }

    public void Add(StoredReplica replica) => _replicas.Add(replica);

    public void Remove(StoredReplica replica) => _replicas.Remove(replica);

    /// <summary>Delivers the changes that have arrived by now, in all Regions.</summary>
    public void Deliver()
    {
        if (IsHeld)
        {
            return;
        }

        foreach (var replica in _replicas.ToArray())
        {
            replica.Destination.Receive(replica);
        }
    }
}
