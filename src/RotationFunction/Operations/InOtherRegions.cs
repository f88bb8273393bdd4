using System.Net;
using Amazon.Runtime;
using Amazon.SecretsManager;

namespace RotationFunction;

/// <summary>The findings that only a secret with keys in several Regions has. Each names its Region.</summary>
internal sealed class InOtherRegions(SecretDescription secret, TimeProvider time)
{
    /// <summary>Returns findings about replicas: those that are behind, those that are missing, and those of Regions without keys.</summary>
    public IEnumerable<Finding> InReplicas() =>
    [
        .. secret.Regions.SelectMany(InReplica),
        .. secret.ReplicasWithoutKeys.Select(region => Named(region, new Finding(
            $"the secret has a replica there, but no tag {RotationTags.TemplateIn}{region}: rotations create no keys there, and clients that read the "
            + "replica can use only the APIs of other Regions. If the key is for an API there, deploy the stack with this Region, or tag the secret.",
            Commands.SetTemplate(secret.Arn, region))
        {
            LeavesHealthy = true,
        })),
    ];

    /// <summary>Returns findings of a part of an inspection as findings that name its Region.</summary>
    public static IEnumerable<Finding> Named(string region, IEnumerable<Finding> findings) => findings.Select(finding => Named(region, finding));

    /// <summary>Returns the finding that a Region could not be read.</summary>
    public static Finding Failed(RegionalSecret there, Exception failure)
    {
        var problem = Errors.Of(there.Invocation, failure).Problem!;
        return !IsLost(failure) ? new Finding(problem) : new Finding(
            $"{problem.TrimEnd('.')}. Its keys are not known. While the Region is lost, no rotation moves AWSCURRENT, and rollback is refused. "
            + "Clients of all Regions keep working with AWSCURRENT's key. Wait: the next rotation after the Region is back continues. "
            + "If you cannot wait, the command lets rotations go on without the Region; first move its clients to another one, "
            + "and then remove it from the key's regions in the stack too.",
            Commands.LeaveRegion(there.Secret.Arn, there.Secret.Region));
    }

    /// <summary>
    /// Returns findings about keys that are enabled in a Region although they are disabled or deleted at home: the Region could not be reached then.
    /// </summary>
    /// <param name="there">The secret in the Region.</param>
    /// <param name="home">The keys of the secret's own Region.</param>
    /// <param name="keys">The keys of the Region.</param>
    public static IEnumerable<Finding> LeftEnabled(SecretDescription there, IReadOnlyList<InspectedKey> home, IEnumerable<InspectedKey> keys) =>
        from key in keys
        where key.Status is { Enabled: true, Kind: KeyKind.Minted or KeyKind.Adopted }
            && !key.Status.Labels.Intersect(["AWSCURRENT", "AWSPENDING"], StringComparer.Ordinal).Any()
        let own = home.FirstOrDefault(own => own.Value == key.Value)
        // A key that a rotation is creating may be in the later of the two lists only.
        where own is null ? key.Status.Labels.Count == 0 && key.Status.Created < there.LabelsMovedBy : !own.Status.Enabled
        select Named(there.Region, new Finding(
            $"{(key.Status.Labels is [var label, ..] ? $"{label}'s key" : "key")} {key.Status.KeyId} is enabled, but in Region {there.Home} "
            + $"{(own is null ? "it does not exist any more" : $"the same key, {own.Status.KeyId}, is disabled")}: this Region could not be reached "
            + "when it was disabled. Anyone who has the key can use it here. The command disables it.",
            Commands.DisableKey(key.Status.KeyId)));

    private IEnumerable<Finding> InReplica(string region)
    {
        var replica = secret.ReplicaIn(region);
        // A change takes seconds, and a rotation that has just ended is one.
        var isOnItsWay = replica?.Status == StatusType.InProgress
            && time.GetUtcNow().UtcDateTime - secret.LastChanged < FunctionContract.LongestInvocation;
        if (secret.WhyBehind(region) is { } why && !isOnItsWay)
        {
            yield return Named(region, new Finding(
                $"{why}. Clients there may not be able to read AWSCURRENT's key, and no rotation starts. The secret last changed "
                + $"{secret.LastChanged:u}. "
                + (replica is null ? "Deploy the stack again, or create the replica with the command."
                    : "If it stays so, correct what the status says; then deploy the stack without this Region, and with it again."),
                replica is null ? Commands.Replicate(secret.Arn, region) : Commands.DescribeReplicas(secret.Arn)));
        }
    }

    private static Finding Named(string region, Finding finding) => finding with
    {
        Problem = $"In Region {region}: {Commands.In(region, finding.Problem)}",
        Command = finding.Command is { } command ? Commands.In(region, command) : null,
    };

    private static bool IsLost(Exception failure) =>
        NoAnswer.Is(failure) || failure is AmazonServiceException { StatusCode: >= HttpStatusCode.InternalServerError };
}
