namespace RotationFunction;

/// <summary>Tells how a secret and its keys are, for the person on call. Changes nothing.</summary>
internal sealed class Status(Inspection inspection)
{
    public const string Action = "status";

    public async Task<ActionResult> RunAsync(Invocation invocation)
    {
        var seen = await inspection.RunAsync(invocation);
        return invocation.Answer($"{seen.Keys.Count(key => key.Enabled)} of {seen.Keys.Count} keys are enabled. {seen.FindingsInWords}") with
        {
            Healthy = seen.Findings.Count == 0,
            Findings = seen.Findings,
            Keys = seen.Keys,
            Rotation = seen.Secret is not { } secret ? null : new RotationStatus(
                secret.RotationEnabled,
                secret.Rules?.ScheduleExpression ?? (secret.Rules?.AutomaticallyAfterDays is { } days ? $"every {days} days" : null),
                secret.Rules?.Duration,
                secret.LastRotated,
                secret.NextRotation,
                seen.HoursOverdue,
                secret.Pending == secret.Current ? null : secret.Pending,
                seen.PendingStep,
                secret.Tag(RotationTags.Overlap)),
        };
    }
}
