using LocalAws.ApiGateway;
using LocalAws.DataPlane;

namespace LocalAws;

/// <content>Usage plans.</content>
public sealed partial class ApiGatewayService
{
    private static readonly string[] PlanReplacePaths = ["/name", "/description"];
    private static readonly string[] PlanStagePaths = ["/apiStages"];

    private readonly PagedCollection<StoredUsagePlan> _plans;

    /// <summary>Makes a usage plan.</summary>
    /// <param name="request">The plan.</param>
    public UsagePlan CreateUsagePlan(CreateUsagePlanRequest request)
    {
        CheckTags(request.Tags);
        lock (_gate)
        {
            var plan = new StoredUsagePlan(NewId(length: 6), request);
            plan.Stages.UnionWith((request.ApiStages ?? []).Select(stage => KnownStage(new ApiStageId(stage.ApiId, stage.Stage))));
            _plans.Add(plan.Id, plan);
            _replica.PlanChanged(plan.Id, plan.Stages);
            return plan.ToUsagePlan(tags: plan.Tags.Count > 0);
        }
    }

    /// <summary>Shows a usage plan with its tags.</summary>
    /// <param name="usagePlanId">The plan's id.</param>
    public UsagePlan GetUsagePlan(string usagePlanId)
    {
        lock (_gate)
        {
            return PlanOf(usagePlanId).ToUsagePlan(tags: true);
        }
    }

    /// <summary>Lists usage plans without tags. An unknown key is in no plan.</summary>
    /// <param name="request">Which plans.</param>
    public UsagePlans GetUsagePlans(GetUsagePlansRequest request)
    {
        lock (_gate)
        {
            if (_aws.Unknowns.KeyWithoutPlansIsNotFound && !string.IsNullOrEmpty(request.KeyId) && _keys.Find(request.KeyId) is not { Plans.Count: > 0 })
            {
                throw ApiGatewayErrors.UnknownKey();
            }

            var (plans, position) = _plans.Page(
                request.Position,
                request.Limit,
                plan => string.IsNullOrEmpty(request.KeyId) || plan.Keys.Contains(request.KeyId));
            return new UsagePlans { Items = [.. plans.Select(plan => plan.ToUsagePlan(tags: false))], Position = position };
        }
    }

    /// <summary>Changes a plan's name, description or API stages.</summary>
    /// <param name="request">What to change.</param>
    public UsagePlan UpdateUsagePlan(UpdateUsagePlanRequest request)
    {
        lock (_gate)
        {
            var plan = PlanOf(request.UsagePlanId);
            var operations = request.PatchOperations ?? [];
            foreach (var operation in operations)
            {
                CheckPlanPatch(plan, operation);
            }

            foreach (var operation in operations)
            {
                ApplyPlanPatch(plan, operation);
            }

            _replica.PlanChanged(plan.Id, plan.Stages);
            return plan.ToUsagePlan(tags: true);
        }
    }

    /// <summary>Deletes a usage plan. Its keys stay.</summary>
    /// <param name="usagePlanId">The plan's id.</param>
    public void DeleteUsagePlan(string usagePlanId)
    {
        lock (_gate)
        {
            var plan = PlanOf(usagePlanId);
            foreach (var key in plan.Keys.Items)
            {
                key.Plans.Remove(plan);
            }

            _plans.Remove(plan.Id);
            _replica.PlanDeleted(plan.Id);
        }
    }

    private void CheckPlanPatch(StoredUsagePlan plan, PatchOperation operation)
    {
        switch (operation)
        {
            case { Op: "replace", Path: "/name" or "/description" }:
                break;
            case { Op: "add", Path: "/apiStages" }:
                var stage = KnownStage(StageOf(operation.Value));
                if (!plan.Stages.Contains(stage) && plan.Keys.Items.Any(key => key.Plans.Any(other => other.Stages.Contains(stage))))
                {
                    throw ApiGatewayErrors.StageAlreadyPlanned();
                }

                break;
            case { Op: "remove", Path: "/apiStages" }:
                if (!plan.Stages.Contains(StageOf(operation.Value)))
                {
                    throw ApiGatewayErrors.NotFound("Invalid API Stage specified");
                }

                break;
            default:
                throw ApiGatewayErrors.InvalidPatchPath(operation, operation.Op is "replace" ? PlanReplacePaths : PlanStagePaths);
        }
    }

    private static void ApplyPlanPatch(StoredUsagePlan plan, PatchOperation operation)
    {
        if (operation.Path is "/name")
        {
            plan.Name = operation.Value ?? "";
        }
        else if (operation.Path is "/description")
        {
            plan.Description = operation.Value;
        }
        else if (operation.Op is "add")
        {
            plan.Stages.Add(StageOf(operation.Value));
        }
        else
        {
            plan.Stages.Remove(StageOf(operation.Value));
        }
    }

    private static ApiStageId StageOf(string? value) =>
        value?.Split(':') is [var restApiId, var stageName] ? new ApiStageId(restApiId, stageName) : throw ApiGatewayErrors.BadRequest("Invalid API Stage specified");

    private StoredUsagePlan PlanOf(string usagePlanId) => _plans.Find(usagePlanId) ?? throw ApiGatewayErrors.UnknownPlan();
}
