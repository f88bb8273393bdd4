using System.Text.RegularExpressions;
using LocalAws.SecretsManager;

namespace LocalAws;

/// <content>Replicas in other Regions: their status only.</content>
public sealed partial class SecretsManagerService
{
    /// <summary>Gives a secret replicas. One that it has already is made anew, which AWS does not document.</summary>
    /// <param name="request">Which Regions.</param>
    public ReplicationResponse ReplicateSecretToRegions(ReplicateSecretToRegionsRequest request)
    {
        CheckSecretId(request.SecretId);
        CheckReplicaRegions(request.AddReplicaRegions);
        lock (_gate)
        {
            var secret = FindLive(request.SecretId);
            Replicate(secret, request.AddReplicaRegions);
            secret.LastChanged = Now;
            return Replication(secret);
        }
    }

    /// <summary>Takes replicas away.</summary>
    /// <param name="request">Which Regions.</param>
    public ReplicationResponse RemoveRegionsFromReplication(RemoveRegionsFromReplicationRequest request)
    {
        CheckSecretId(request.SecretId);
        Constraints.Length("removeReplicaRegions", request.RemoveReplicaRegions.Count, 1);
        lock (_gate)
        {
            var secret = FindLive(request.SecretId);
            if (request.RemoveReplicaRegions.Except(secret.Replicas.Select(replica => replica.Region)).Any())
            {
                throw SecretsManagerErrors.InvalidParameter("The secret has no replica in one of the Regions.");
            }

            secret.Replicas.RemoveAll(replica => request.RemoveReplicaRegions.Contains(replica.Region));
            secret.LastChanged = Now;
            return Replication(secret);
        }
    }

    // AWS API reference: the pattern of a Region's code.
    [GeneratedRegex(@"^([a-z]+-)+\d+\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RegionCode();

    private void CheckReplicaRegions(IReadOnlyList<ReplicaRegion> regions)
    {
        Constraints.Length("addReplicaRegions", regions.Count, 1);
        if (regions.Any(replica => replica.Region.Length > 128 || !RegionCode().IsMatch(replica.Region)))
        {
            throw Constraints.Broken(
                "addReplicaRegions.region", @"Member must satisfy regular expression pattern: ^([a-z]+-)+\d+$");
        }

        if (regions.Any(replica => replica.Region == _aws.Region))
        {
            throw SecretsManagerErrors.InvalidReplicaRegion();
        }

        if (regions.DistinctBy(replica => replica.Region).Count() != regions.Count)
        {
            throw SecretsManagerErrors.InvalidParameter("A replica's Region must be given once.");
        }
    }

    private void Replicate(StoredSecret secret, IReadOnlyList<ReplicaRegion> regions)
    {
        secret.Replicas.RemoveAll(replica => regions.Any(region => region.Region == replica.Region));
        secret.Replicas.AddRange(regions.Select(region => new StoredReplica(region.Region, region.KmsKeyId, Now)));
    }

    private ReplicationResponse Replication(StoredSecret secret) =>
        new() { Arn = secret.Arn, ReplicationStatus = [.. secret.Replicas.Select(replica => replica.Describe(Now))] };
}
