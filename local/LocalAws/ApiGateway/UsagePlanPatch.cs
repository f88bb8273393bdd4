using System.Globalization;
using System.Numerics;
using LocalAws.DataPlane;

namespace LocalAws.ApiGateway;

/// <summary>The patch operations of UpdateUsagePlan (AWS API reference, "Patch operations"), except those for the throttle of a method.</summary>
internal static class UsagePlanPatch
{
    private static readonly string[] SettingPaths =
        ["/throttle/rateLimit", "/throttle/burstLimit", "/quota/limit", "/quota/offset", "/quota/period"];

    private static readonly string[] ReplacePaths = ["/name", "/description", "/productCode", .. SettingPaths];
    private static readonly string[] AddPaths = ["/apiStages", .. SettingPaths];
    private static readonly string[] RemovePaths = ["/apiStages", "/quota", "/throttle", "/productCode"];

    /// <summary>Returns the settings after an operation. The first setting of a throttle or a quota creates it.</summary>
    public static UsagePlanSettings Apply(string planId, UsagePlanSettings plan, PatchOperation operation)
    {
        var allowed = operation.Op switch
        {
            "replace" => ReplacePaths,
            "add" => AddPaths,
            "remove" => RemovePaths,
            _ => [],
        };
        if (!allowed.Contains(operation.Path))
        {
            throw ApiGatewayErrors.InvalidPatchPath(operation, allowed);
        }

        var throttle = plan.Throttle ?? new ThrottleSettings(0, 0);
        var quota = plan.Quota ?? new QuotaSettings(0, 0, "");
        return (operation.Op, operation.Path) switch
        {
            ("add", "/apiStages") => plan with { Stages = [.. plan.Stages.Union([StageOf(operation.Value)])] },
            ("remove", "/apiStages") => plan with { Stages = Without(planId, plan.Stages, StageOf(operation.Value)) },
            ("remove", "/quota") => plan with { Quota = null },
            ("remove", "/throttle") => plan with { Throttle = null },
            ("remove", "/productCode") => plan with { ProductCode = null },
            (_, "/name") => plan with { Name = operation.Value },
            (_, "/description") => plan with { Description = operation.Value },
            (_, "/productCode") => plan with { ProductCode = operation.Value },
            (_, "/throttle/rateLimit") => plan with { Throttle = throttle with { RateLimit = Number<double>(operation) } },
            (_, "/throttle/burstLimit") => plan with { Throttle = throttle with { BurstLimit = Number<int>(operation) } },
            (_, "/quota/limit") => plan with { Quota = quota with { Limit = Number<int>(operation) } },
            (_, "/quota/offset") => plan with { Quota = quota with { Offset = Number<int>(operation) } },
            _ => plan with { Quota = quota with { Period = operation.Value ?? "" } },
        };
    }

    private static ApiStageId[] Without(string planId, IReadOnlyList<ApiStageId> stages, ApiStageId stage) =>
        stages.Contains(stage) ? [.. stages.Where(other => other != stage)] : throw ApiGatewayErrors.StageNotInPlan(planId, stage);

    // Terraform provider for AWS: {restApiId}:{stage}.
    private static ApiStageId StageOf(string? value) =>
        value?.Split(':') is [var restApiId, var stageName] ? new ApiStageId(restApiId, stageName) : throw ApiGatewayErrors.InvalidApiStage();

    private static T Number<T>(PatchOperation operation)
        where T : INumber<T> =>
        T.TryParse(operation.Value, CultureInfo.InvariantCulture, out var number) && number >= T.Zero
            ? number
            : throw ApiGatewayErrors.BadRequest($"Invalid value specified for path '{operation.Path}'");
}
