using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RotationComponents;

/// <summary>The events with which a deployment invokes the function, as JSON. A change of the text is a change of the invocation.</summary>
internal static class FunctionEvent
{
    private static readonly JsonSerializerOptions Options = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <param name="secretArn">The secret.</param>
    /// <param name="usagePlanIds">The usage plans in the function's own Region.</param>
    /// <param name="regions">The usage plans in each other Region.</param>
    public static string Lifecycle(
        string secretArn, IEnumerable<string> usagePlanIds, IEnumerable<KeyValuePair<string, ImmutableArray<string>>> regions)
    {
        var others = regions.ToDictionary(region => region.Key, region => Sorted(region.Value));
        return Serialize(new
        {
            action = "lifecycle",
            secretId = secretArn,
            usagePlanIds = Sorted(usagePlanIds),
            regions = others.Count > 0 ? others : null,
        });
    }

    public static string Provision(string secretArn) => Serialize(new { action = "provision", secretId = secretArn });

    /// <param name="secretArn">The secret.</param>
    /// <param name="usagePlanId">The usage plan.</param>
    /// <param name="region">The usage plan's Region; null for the function's own.</param>
    public static string LeaveUsagePlan(string secretArn, string usagePlanId, string? region) =>
        Serialize(new { action = "leaveUsagePlan", secretId = secretArn, usagePlanId, region });

    // A new order of the same plans is not a change.
    private static IEnumerable<string> Sorted(IEnumerable<string> usagePlanIds) => usagePlanIds.Order(StringComparer.Ordinal);

    private static string Serialize<T>(T value) => JsonSerializer.Serialize(value, Options);
}
