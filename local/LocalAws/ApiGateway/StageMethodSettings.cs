using System.Globalization;

namespace LocalAws.ApiGateway;

/// <summary>The settings of a stage's methods. The data plane does not use them: it writes no metrics, and throttles by usage plan.</summary>
public sealed record MethodSetting
{
    /// <summary>Whether CloudWatch has metrics of each method.</summary>
    public bool MetricsEnabled { get; init; }

    /// <summary>The level of execution logs. Always <c>OFF</c>, because they need a role that the account does not have.</summary>
    public string LoggingLevel { get; init; } = "OFF";

    /// <summary>Whether execution logs have whole requests. Always false.</summary>
    public bool DataTraceEnabled { get; init; }

    /// <summary>The burst limit, or -1 for the account's.</summary>
    public int ThrottlingBurstLimit { get; init; } = -1;

    /// <summary>The requests a second, or -1 for the account's.</summary>
    public double ThrottlingRateLimit { get; init; } = -1;
}

/// <summary>Changes the settings of a stage's methods. AWS CLI reference of update-stage, and the provider's code (TF, method_settings.go).</summary>
internal static class StageMethodSettings
{
    private const string Metrics = "/metrics/enabled";
    private const string Burst = "/throttling/burstLimit";
    private const string Rate = "/throttling/rateLimit";

    public static bool IsChangedBy(PatchOperation operation) => operation.Op switch
    {
        "replace" => SettingOf(operation.Path) is not null,
        "remove" => operation.Path?.Split('/') is ["", _, _],
        _ => false,
    };

    public static Dictionary<string, MethodSetting> Change(IReadOnlyDictionary<string, MethodSetting> settings, PatchOperation operation)
    {
        var changed = new Dictionary<string, MethodSetting>(settings);
        if (operation.Op is "remove")
        {
            var removed = operation.Path![1..];
            // Observed in the field.
            return changed.Remove(removed)
                ? changed
                : throw ApiGatewayErrors.BadRequest($"Cannot remove method setting {removed} because there is no method setting for this method ");
        }

        var setting = SettingOf(operation.Path)!;
        var method = operation.Path![1..^setting.Length];
        var before = changed.GetValueOrDefault(method, new MethodSetting());
        changed[method] = setting switch
        {
            Metrics when bool.TryParse(operation.Value, out var enabled) => before with { MetricsEnabled = enabled },
            Burst when int.TryParse(operation.Value, CultureInfo.InvariantCulture, out var limit) => before with { ThrottlingBurstLimit = limit },
            Rate when double.TryParse(operation.Value, CultureInfo.InvariantCulture, out var limit) => before with { ThrottlingRateLimit = limit },
            // AWS's text is not known.
            _ => throw ApiGatewayErrors.BadRequest($"Invalid value for {operation.Path}: {operation.Value}"),
        };
        return changed;
    }

    private static string? SettingOf(string? path) =>
        Array.Find([Metrics, Burst, Rate], setting => path?.EndsWith(setting, StringComparison.Ordinal) == true && path.Length > setting.Length + 1);
}
