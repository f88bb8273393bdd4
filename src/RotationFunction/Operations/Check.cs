namespace RotationFunction;

/// <summary>
/// Verifies everything that a rotation requires, and that the probe's URL accepts AWSCURRENT's key. Changes nothing. Returns and logs problems
/// as findings instead of throwing, so that a schedule can invoke it. The metrics are for alarms.
/// </summary>
internal sealed class Check(Inspection inspection, Probe probe, Metrics metrics)
{
    public const string Action = "check";

    public async Task<ActionResult> RunAsync(Invocation invocation)
    {
        var result = await inspection.RunAsync(invocation, readsUsage: false);
        if (result is { Template.Key.ProbeUrl: { } url, CurrentKey: { } current } && await probe.ControlAsync(url, current) is { } reason)
        {
            result.Findings.Add(new Finding($"The probe of {Probe.Printed(url)} is inconclusive: {reason}."));
        }

        result.Findings.ForEach(finding => invocation.Log.Found(finding.Problem));
        metrics.Checked(invocation, result.KeysInRing, result.Strays, result.HoursOverdue, result.OldKeyRequests);
        return invocation.Answer(result.FindingsInWords) with { Healthy = result.IsHealthy, Findings = result.Findings };
    }
}
