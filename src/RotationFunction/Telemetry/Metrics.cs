using System.Text.Json;

namespace RotationFunction;

/// <summary>
/// Writes metrics in CloudWatch's embedded metric format: one line of JSON for each step and check, from which CloudWatch extracts them. This needs
/// no call and no permission.
/// </summary>
/// <param name="output">
/// Standard output itself: the runtime turns what goes through the console or the Lambda logger into a log entry, in which CloudWatch finds no
/// metric.
/// </param>
/// <param name="time">The clock.</param>
/// <seealso href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html"/>
internal sealed class Metrics(Stream output, TimeProvider time)
{
    private const string SecretName = "SecretName";
    private const string FunctionName = "FunctionName";
    private const string Step = "Step";
    private const string Region = "Region";

    /// <summary>Records that a step passed.</summary>
    /// <param name="step">The step.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="activations">How long the probe of each Region took to accept the key.</param>
    public void StepDone(Invocation step, TimeSpan duration, IReadOnlyList<Activation> activations)
    {
        Write(step,
        [
            new("StepSeconds", "Seconds", duration.TotalSeconds, PerStep: true),
            new("ActivationSeconds", "Seconds", activations.FirstOrDefault(own => own.Region is null)?.After?.TotalSeconds),
        ]);
        foreach (var (region, after) in activations.Where(other => other is { Region: not null, After: not null }))
        {
            Write(step, [new("ActivationSeconds", "Seconds", after!.Value.TotalSeconds)], region);
        }
    }

    /// <summary>Records that a secret was checked, with a line for each other Region whose keys could be read.</summary>
    public void Checked(Invocation check, InspectionResult result)
    {
        Write(check,
        [
            new("KeysInRing", "Count", result.KeysInRing), new("Strays", "Count", result.Strays), new("HoursOverdue", "None", result.HoursOverdue),
            new("OldKeyRequests", "Count", result.OldKeyRequests),
        ]);
        foreach (var other in result.Others.Where(other => other.IsRead))
        {
            var region = other.Secret!.Region;
            Write(check,
            [
                new("KeysInRing", "Count", other.KeysInRing), new("Strays", "Count", other.Strays),
                new("OldKeyRequests", "Count", other.OldKeyRequests),
            ], region);
        }
    }

    /// <summary>Records a call on the stack's keys that another principal made, or a call that may be one.</summary>
    public void Called(Invocation watch, int byOthers, int unresolved) => Write(
        watch,
        [new("CallsByOthers", "Count", byOthers, PerFunction: true), new("UnresolvedCalls", "Count", unresolved, PerFunction: true)]);

    private void Write(Invocation invocation, Metric[] metrics, string? region = null)
    {
        var (dimension, value) = Array.Exists(metrics, metric => metric.PerFunction)
            ? (FunctionName, invocation.FunctionArn.Split(':')[6]) : (SecretName, invocation.SecretName);
        metrics = [.. metrics.Where(metric => metric.Value is not null)];
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteStartObject("_aws");
            json.WriteNumber("Timestamp", time.GetUtcNow().ToUnixTimeMilliseconds());
            json.WriteStartArray("CloudWatchMetrics");
            foreach (var metric in metrics)
            {
                WriteDirective(json, metric, dimension, region);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteString(dimension, value);
            json.WriteString(Step, invocation.Operation);
            if (region is not null)
            {
                json.WriteString(Region, region);
            }

            foreach (var metric in metrics)
            {
                json.WriteNumber(metric.Name, metric.Value!.Value);
            }

            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        // In one write: Lambda treats each line as an entry.
        output.Write(line.ToArray());
        output.Flush();
    }

    private static void WriteDirective(Utf8JsonWriter json, Metric metric, string dimension, string? region)
    {
        json.WriteStartObject();
        json.WriteString("Namespace", FunctionContract.MetricNamespace);
        json.WriteStartArray("Dimensions");
        json.WriteStartArray();
        json.WriteStringValue(dimension);
        if (metric.PerStep)
        {
            json.WriteStringValue(Step);
        }

        if (region is not null)
        {
            json.WriteStringValue(Region);
        }

        json.WriteEndArray();
        json.WriteEndArray();
        json.WriteStartArray("Metrics");
        json.WriteStartObject();
        json.WriteString("Name", metric.Name);
        json.WriteString("Unit", metric.Unit);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private sealed record Metric(string Name, string Unit, double? Value, bool PerStep = false, bool PerFunction = false);
}
