using System.Text.RegularExpressions;
using LocalAws.SecretsManager;

namespace LocalAws;

/// <content>Replicas: read-only copies in other Regions, which follow their primary after a lag.</content>
public sealed partial class SecretsManagerService
{
    private readonly SecretReplication _replication;
    private TimeSpan _replicationLag;
    private DateTimeOffset _replicationResumed;
    private bool _replicationStopped;

    /// <summary>
    /// Gets or sets the time until a change of a secret in another Region reaches its replica in this Region. A new value also applies to the changes
    /// that have not arrived yet.
    /// </summary>
    public TimeSpan ReplicationLag
    {
        get => _replicationLag;
        set
        {
            lock (_gate)
            {
                _replication.Deliver();
                _replicationLag = value;
            }
        }
    }

    /// <summary>
    /// Gets or sets whether changes of secrets in other Regions do not reach this Region. Changes that were made meanwhile arrive when replication
    /// continues.
    /// </summary>
    public bool ReplicationStopped
    {
        get => _replicationStopped;
        set
        {
            lock (_gate)
            {
                _replication.Deliver();
                _replicationStopped = value;
                _replicationResumed = Now;
            }
        }
    }

    /// <summary>
    /// Adds replicas to a secret. For a Region that has a replica, tries again after a failure, or sends another copy. AWS does not document the
    /// latter.
    /// </summary>
    /// <param name="request">The input of ReplicateSecretToRegions.</param>
    public ReplicationResponse ReplicateSecretToRegions(ReplicateSecretToRegionsRequest request)
    {
        CheckSecretId(request.SecretId);
        CheckReplicaRegions(request.AddReplicaRegions);
        lock (_gate)
        {
            var secret = FindPrimary(request.SecretId);
            secret.LastChanged = Now;
            Replicate(secret, request.AddReplicaRegions, request.ForceOverwriteReplicaSecret == true);
            return Replication(secret);
        }
    }

    /// <summary>
    /// Removes replicas. They are deleted after the lag. Observed in the field: a replica stays, and still cannot be changed, if its primary is
    /// deleted without recovery before that.
    /// </summary>
    /// <param name="request">The input of RemoveRegionsFromReplication.</param>
    public ReplicationResponse RemoveRegionsFromReplication(RemoveRegionsFromReplicationRequest request)
    {
        CheckSecretId(request.SecretId);
        Constraints.Length("removeReplicaRegions", request.RemoveReplicaRegions.Count, 1);
        Constraints.Each("removeReplicaRegions", request.RemoveReplicaRegions, 1, 128, RegionCode());
        lock (_gate)
        {
            var secret = FindPrimary(request.SecretId);
            if (request.RemoveReplicaRegions.Except(secret.Replicas.Select(replica => replica.Region)).Any())
            {
                throw SecretsManagerErrors.InvalidParameter("The secret has no replica in one of the Regions.");
            }

            foreach (var replica in secret.Replicas.FindAll(replica => request.RemoveReplicaRegions.Contains(replica.Region)))
            {
                secret.Replicas.Remove(replica);
                replica.Send(state: null, Now);
            }

            secret.LastChanged = Now;
            return Replication(secret);
        }
    }

    /// <summary>
    /// Promotes a replica in this Region to a secret of its own, with what has arrived so far. It has no rotation. The primary loses this replica.
    /// </summary>
    /// <param name="request">The input of StopReplicationToReplica.</param>
    public PromotionResponse StopReplicationToReplica(SecretRequest request)
    {
        CheckSecretId(request.SecretId);
        lock (_gate)
        {
            var secret = FindLive(request.SecretId);
            var replica = secret.Source ?? throw SecretsManagerErrors.NotAReplica();
            secret.Source = null;
            secret.LastChanged = Now;
            replica.Primary.Replicas.Remove(replica);
            _replication.Remove(replica);
            return new PromotionResponse { Arn = secret.Arn };
        }
    }

    /// <summary>Receives the changes of a replica in this Region that have arrived by now.</summary>
    internal void Receive(StoredReplica replica)
    {
        while (!_replicationStopped && replica.TryReceive(Now - _replicationLag, out var made, out var state))
        {
            if (state is null)
            {
                var arrived = made + _replicationLag;
                Remove(replica, arrived > _replicationResumed ? arrived : _replicationResumed);
            }
            else if (replica.Failure is null)
            {
                Follow(replica, state);
            }
        }
    }

    // AWS API reference: the pattern of a Region's code.
    [GeneratedRegex(@"^([a-z]+-)+\d+\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RegionCode();

    private void CheckReplicaRegions(IReadOnlyList<ReplicaRegion> regions)
    {
        Constraints.Length("addReplicaRegions", regions.Count, 1);
        foreach (var (replica, member) in regions.Select((replica, index) => (replica, $"addReplicaRegions.{index + 1}.member")))
        {
            Constraints.Length($"{member}.region", replica.Region.Length, 1, 128);
            Constraints.Length($"{member}.kmsKeyId", replica.KmsKeyId?.Length, 0, 2048);
            if (!RegionCode().IsMatch(replica.Region))
            {
                throw Constraints.Broken($"{member}.region", Constraints.Pattern(RegionCode()), replica.Region);
            }
        }

        if (regions.Any(replica => replica.Region == _region.Name || _aws.Find(replica.Region) is null))
        {
            throw SecretsManagerErrors.InvalidReplicaRegion();
        }

        if (regions.DistinctBy(replica => replica.Region).Count() != regions.Count)
        {
            throw SecretsManagerErrors.InvalidParameter("A replica's Region must be given once.");
        }
    }

    private void Replicate(StoredSecret secret, IReadOnlyList<ReplicaRegion> regions, bool overwrites)
    {
        foreach (var region in regions)
        {
            var replica = new StoredReplica(secret, _aws.In(region.Region).SecretsManager, region, overwrites);
            if (secret.Replicas.Find(other => other.Region == region.Region) is { } replaced)
            {
                secret.Replicas.Remove(replaced);
                _replication.Remove(replaced);
                Repoint(replaced.Secret, replica);
            }

            secret.Replicas.Add(replica);
            _replication.Add(replica);
            replica.Send(secret.Copy(), Now);
        }
    }

    /// <summary>Sets the date of the last change, and sends the state to the replicas.</summary>
    private void Changed(StoredSecret secret)
    {
        secret.LastChanged = Now;
        Propagate(secret);
    }

    private void Propagate(StoredSecret secret)
    {
        foreach (var replica in secret.Replicas)
        {
            replica.Send(secret.Copy(), Now);
        }
    }

    private static void Repoint(StoredSecret? secret, StoredReplica replica)
    {
        replica.Secret = secret;
        if (secret is not null)
        {
            secret.Source = replica;
        }
    }

    private void Follow(StoredReplica replica, StoredSecret state)
    {
        if (replica.Secret is null)
        {
            replica.Failure = Conflict(replica);
            if (replica.Failure is not null)
            {
                return;
            }

            if (_secrets.Remove(state.Name, out var overwritten))
            {
                overwritten.Rotation?.Cancel();
                Disarm(overwritten);
                _marked.Remove(overwritten);
            }

            Repoint(new StoredSecret(InThisRegion(state.Arn), state.Name, Now), replica);
            _secrets.Add(state.Name, replica.Secret!);
        }

        replica.Secret!.KmsKeyId = replica.KmsKeyId;
        replica.Secret.Follow(state);
    }

    // AWS user guide: the ARN of a replica is the primary's but for the Region.
    private string InThisRegion(string secretArn) => ArnPrefix + secretArn.Split(':', 7)[6];

    // The texts were observed in the field.
    private string? Conflict(StoredReplica replica) => _secrets.GetValueOrDefault(replica.Primary.Name) switch
    {
        null => null,
        { Source: not null } =>
            $"Replication failed: Secret name {replica.Primary.Name} is currently replicated to {replica.Region} with a different arn.",
        { Replicas.Count: 0 } when replica.Overwrites => null,
        _ => $"Replication failed: Secret name {replica.Primary.Name} already exists in region {replica.Region}.",
    };

    private void Remove(StoredReplica replica, DateTimeOffset arrived)
    {
        _replication.Remove(replica);
        if (replica.Secret is { } secret && !(replica.Primary.DeletionDate <= arrived))
        {
            _secrets.Remove(secret.Name);
        }
    }

    private ReplicationResponse Replication(StoredSecret secret) => new() { Arn = secret.Arn, ReplicationStatus = Statuses(secret) };

    private IReadOnlyList<ReplicationStatus> Statuses(StoredSecret secret) =>
        [.. secret.Replicas.Select(replica => replica.Describe(_aws.Unknowns.ReplicaStaysInSync))];

    /// <summary>Finds a secret that is not deleted and can be changed.</summary>
    private StoredSecret FindPrimary(string secretId)
    {
        var secret = FindLive(secretId);
        return secret.Source is null ? secret : throw SecretsManagerErrors.ReadOnlyReplica();
    }
}
