using System.Text.RegularExpressions;
using LocalAws.SecretsManager;

namespace LocalAws;

/// <content>Replicas in other Regions: their status only.</content>
public sealed partial class SecretsManagerService
{
    /// <summary>Adds replicas to a secret. Creates an existing replica again, which AWS does not document.</summary>
    /// <param name="request">The input of ReplicateSecretToRegions.</param>
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

    /// <summary>Removes replicas.</summary>
    /// <param name="request">The input of RemoveRegionsFromReplication.</param>
    public ReplicationResponse RemoveRegionsFromReplication(RemoveRegionsFromReplicationRequest request)
    {
        CheckSecretId(request.SecretId);
        Constraints.Length("removeReplicaRegions", request.RemoveReplicaRegions.Count, 1);
        Constraints.Each("removeReplicaRegions", request.RemoveReplicaRegions, 1, 128, RegionCode());
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
        foreach (var (replica, member) in regions.Select((replica, index) => (replica, $"addReplicaRegions.{index + 1}.member")))
        {
            Constraints.Length($"{member}.region", replica.Region.Length, 1, 128);
            Constraints.Length($"{member}.kmsKeyId", replica.KmsKeyId?.Length, 0, 2048);
            if (!RegionCode().IsMatch(replica.Region))
            {
                throw Constraints.Broken($"{member}.region", Constraints.Pattern(RegionCode()), replica.Region);
            }
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
