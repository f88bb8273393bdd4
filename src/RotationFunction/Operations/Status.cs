using Amazon.SecretsManager;

namespace RotationFunction;

/// <summary>Returns the state of a secret and its keys, for the person on call. Changes nothing.</summary>
internal sealed class Status(Inspection inspection)
{
    public const string Action = "status";

    public async Task<ActionResult> RunAsync(Invocation invocation)
    {
        var result = await inspection.RunAsync(invocation, readsUsage: true);
        List<KeyStatus> keys = [.. result.Keys, .. result.Others.SelectMany(other => other.Keys)];
        var where = result.Others.Count > 0 ? $" in {result.Others.Count + 1} Regions" : "";
        return invocation.Answer($"{keys.Count(key => key.Enabled)} of {keys.Count} keys{where} are enabled. {result.FindingsInWords}") with
        {
            Healthy = result.IsHealthy,
            Findings = result.Findings,
            Keys = keys,
            Regions = result.Others is [] ? null : [.. result.Others.Select(StatusOf)],
            Rotation = result.Secret is not { } secret ? null : new RotationStatus(
                secret.RotationEnabled,
                secret.Rules?.ScheduleExpression ?? (secret.Rules?.AutomaticallyAfterDays is { } days ? $"every {days} days" : null),
                secret.Rules?.Duration,
                secret.LastRotated,
                secret.NextRotation,
                result.HoursOverdue,
                secret.Pending == secret.Current ? null : secret.Pending,
                result.PendingStep,
                secret.Tag(RotationTags.Overlap))
            {
                Hold = secret.Tag(RotationTags.Hold),
            },
        };
    }

    private static RegionStatus StatusOf(InspectionResult there)
    {
        var secret = there.Secret!;
        var replica = secret.ReplicaIn(secret.Region);
        return new RegionStatus(secret.Region, replica?.Status?.Value, secret.Tag(RotationTags.Template), there.Template?.Plans.Ids)
        {
            ReplicaMessage = replica is { StatusMessage.Length: > 0 } && replica.Status != StatusType.InSync ? replica.StatusMessage : null,
        };
    }
}
