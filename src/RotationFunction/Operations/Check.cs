namespace RotationFunction;

/// <summary>
/// Verifies everything that a rotation requires, and that the probe's URL of each Region accepts AWSCURRENT's key. Changes nothing. Returns and logs problems
/// as findings instead of throwing, so that a schedule can invoke it. The metrics are for alarms.
/// </summary>
internal sealed class Check(Secrets secrets, Inspection inspection, Probe probe, Metrics metrics, Settings settings)
{
    public const string Action = "check";

    public async Task<ActionResult> RunAsync(Invocation invocation)
    {
        var result = await inspection.RunAsync(invocation, readsUsage: false);
        var probed = await Task.WhenAll(result.Others.Prepend(result).Select(ProbeAsync));
        result.Findings.AddRange(
        [
            .. probed[0],
            .. result.Others.Zip(probed.Skip(1)).SelectMany(other => InOtherRegions.Named(other.First.Secret!.Region, other.Second)),
        ]);
        if (settings.Watches && result.Secret is not null)
        {
            await secrets.ShowAsync(invocation);
        }

        result.Findings.ForEach(finding => invocation.Log.Found(finding.Problem));
        metrics.Checked(invocation, result);
        return invocation.Answer(result.FindingsInWords) with { Healthy = result.IsHealthy, Findings = result.Findings };
    }

    private async Task<List<Finding>> ProbeAsync(InspectionResult there) =>
        there is { Template.Key.ProbeUrl: { } url, CurrentKey: { } current } && await probe.ControlAsync(url, current) is { } reason
            ? [new Finding($"The probe of {Probe.Printed(url)} is inconclusive: {reason}.")] : [];
}
