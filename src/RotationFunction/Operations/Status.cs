namespace RotationFunction;

/// <summary>Returns the state of a secret and its keys, for the person on call. Changes nothing.</summary>
internal sealed class Status(Inspection inspection)
{
    public const string Action = "status";

    public async Task<ActionResult> RunAsync(Invocation invocation)
    {
        var result = await inspection.RunAsync(invocation, readsUsage: true);
        return invocation.Answer($"{result.Keys.Count(key => key.Enabled)} of {result.Keys.Count} keys are enabled. {result.FindingsInWords}") with
        {
            Healthy = result.IsHealthy,
            Findings = result.Findings,
            Keys = result.Keys,
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
}
