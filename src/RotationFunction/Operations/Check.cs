namespace RotationFunction;

/// <summary>
/// Verifies all that a rotation would, and that AWSCURRENT's key is accepted by the probe's URL. Changes nothing. What is wrong is told and logged
/// as a finding, not thrown, so that a schedule can invoke it; the metrics are for alarms.
/// </summary>
internal sealed class Check(Inspection inspection, Probe probe, Metrics metrics)
{
    public const string Action = "check";

    public async Task<ActionResult> RunAsync(Invocation invocation)
    {
        var seen = await inspection.RunAsync(invocation);
        if (seen is { Template.Probe: { } url, CurrentKey: { } current } && await probe.ControlAsync(url, current) is { } reason)
        {
            seen.Findings.Add(new Finding($"The probe of {Probe.Printed(url)} proves nothing: {reason}."));
        }

        seen.Findings.ForEach(finding => invocation.Log.Found(finding.Problem));
        metrics.Checked(invocation, seen.KeysInRing, seen.Strays, seen.HoursOverdue);
        return invocation.Answer(seen.FindingsInWords) with { Healthy = seen.Findings.Count == 0, Findings = seen.Findings };
    }
}
