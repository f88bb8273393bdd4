using System.Text.Json;
using System.Text.Json.Serialization;
using RotationFunction;

namespace RotationComponents;

/// <summary>The body of a CloudWatch dashboard.</summary>
internal sealed record Dashboard([property: JsonPropertyName("widgets")] IReadOnlyList<Dashboard.Widget> Widgets)
{
    private const int HalfWidth = 12; // of 24
    private const int Height = 6;

    private static readonly string[] OfWatch = ["CallsByOthers", "UnresolvedCalls"];

    private static readonly string[] Steps = ["createSecret", "setSecret", "testSecret", "finishSecret"];

    /// <param name="region">The Region of the function.</param>
    /// <param name="functionName">The function's name.</param>
    /// <param name="secretNames">The names of the secrets.</param>
    /// <param name="otherRegions">The names of secrets with keys in other Regions, each with such a Region.</param>
    /// <param name="hasWatch">Whether the function reports calls of other principals.</param>
    public static Dashboard Of(
        string region, string functionName, IReadOnlyList<string> secretNames, IReadOnlyList<(string SecretName, string Region)> otherRegions,
        bool hasWatch)
    {
        List<(string Title, string Statistic, int Period, IEnumerable<string[]> Metrics)> charts =
        [
            ("Errors and throttles of the function", "Sum", 300,
                [["AWS/Lambda", "Errors", "FunctionName", functionName], ["AWS/Lambda", "Throttles", "FunctionName", functionName]]),
            ("Duration of the function (ms)", "Maximum", 300, [["AWS/Lambda", "Duration", "FunctionName", functionName]]),
            ("Hours overdue", "Maximum", 86_400, OfEachKey("HoursOverdue")),
            ("Keys of each secret", "Maximum", 86_400, OfEachRegion("KeysInRing")),
            ("Stray keys", "Maximum", 86_400, OfEachRegion("Strays")),
            ("Requests with old keys, yesterday and today", "Maximum", 86_400, OfEachRegion("OldKeyRequests")),
            ("Seconds until a new key was served", "Maximum", 3600, OfEachRegion("ActivationSeconds")),
            ("Seconds of a step", "Maximum", 3600,
                secretNames.SelectMany(secret => Steps.Select(step =>
                    new[] { FunctionContract.MetricNamespace, "StepSeconds", "SecretName", secret, "Step", step }))),
        ];
        if (hasWatch)
        {
            charts.Add(("Calls of others, and calls that may be on a key", "Sum", 300,
                OfWatch.Select(metric => new[] { FunctionContract.MetricNamespace, metric, "FunctionName", functionName })));
        }

        return new Dashboard([.. charts.Select((chart, index) => new Widget(
            index % 2 * HalfWidth, index / 2 * Height, HalfWidth, Height,
            new WidgetProperties(chart.Title, region, chart.Statistic, chart.Period, [.. chart.Metrics])))]);

        IEnumerable<string[]> OfEachKey(string metric) =>
            secretNames.Select(secret => new[] { FunctionContract.MetricNamespace, metric, "SecretName", secret });

        IEnumerable<string[]> OfEachRegion(string metric) => OfEachKey(metric).Concat(otherRegions.Select(other => new[]
        {
            FunctionContract.MetricNamespace, metric, "SecretName", other.SecretName, "Region", other.Region,
        }));
    }

    public string ToJson() => JsonSerializer.Serialize(this);

    internal sealed record Widget(
        [property: JsonPropertyName("x")] int X,
        [property: JsonPropertyName("y")] int Y,
        [property: JsonPropertyName("width")] int Width,
        [property: JsonPropertyName("height")] int Height,
        [property: JsonPropertyName("properties")] WidgetProperties Properties)
    {
        [JsonPropertyName("type")]
        public string Type { get; } = "metric";
    }

    internal sealed record WidgetProperties(
        [property: JsonPropertyName("title")] string Title,
        [property: JsonPropertyName("region")] string Region,
        [property: JsonPropertyName("stat")] string Statistic,
        [property: JsonPropertyName("period")] int Period,
        [property: JsonPropertyName("metrics")] IReadOnlyList<string[]> Metrics)
    {
        [JsonPropertyName("view")]
        public string View { get; } = "timeSeries";
    }
}
