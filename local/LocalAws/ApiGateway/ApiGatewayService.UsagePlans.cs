using LocalAws.ApiGateway;
using LocalAws.DataPlane;

namespace LocalAws;

/// <content>Usage plans.</content>
public sealed partial class ApiGatewayService
{
    private PagedCollection<StoredUsagePlan> _plans;

    /// <summary>The quota of usage plans in the account and Region. AWS: 300 by default.</summary>
    public int MaximumUsagePlans { get; set; } = 300;

    /// <summary>Creates a usage plan.</summary>
    /// <param name="request">The input of CreateUsagePlan.</param>
    public UsagePlan CreateUsagePlan(CreateUsagePlanRequest request)
    {
        CheckTags(request.Tags);
        // Observed in the field. The text is that of an update.
        if (request.ApiStages?.Any(stage => string.IsNullOrEmpty(stage.ApiId) || string.IsNullOrEmpty(stage.Stage)) == true)
        {
            throw ApiGatewayErrors.InvalidApiStage();
        }

        var settings = new UsagePlanSettings(request.Name)
        {
            Description = request.Description,
            Stages = [.. (request.ApiStages ?? []).Select(stage => new ApiStageId(stage.ApiId, stage.Stage)).Distinct()],
            Throttle = request.Throttle,
            Quota = request.Quota,
        };
        settings.CheckQuota();
        lock (_gate)
        {
            foreach (var stage in settings.Stages)
            {
                CheckStage(stage);
            }

            if (_plans.Count >= MaximumUsagePlans)
            {
                throw ApiGatewayErrors.LimitExceeded("Usage Plan quota exceeded");
            }

            var plan = new StoredUsagePlan(NewId(length: 6), settings) { Tags = TagDictionary.CopyOf(request.Tags) };
            _plans.Add(plan.Id, plan);
            _replica.PlanChanged(plan.Id, settings);
            return plan.ToUsagePlan(tags: plan.Tags.Count > 0);
        }
    }

    /// <summary>Returns a usage plan with its tags.</summary>
    /// <param name="usagePlanId">The plan's id.</param>
    public UsagePlan GetUsagePlan(string usagePlanId)
    {
        lock (_gate)
        {
            return PlanOf(usagePlanId).ToUsagePlan(tags: true);
        }
    }

    /// <summary>Lists usage plans without tags. An unknown key is in no plan.</summary>
    /// <param name="request">The input of GetUsagePlans.</param>
    public UsagePlans GetUsagePlans(GetUsagePlansRequest request)
    {
        lock (_gate)
        {
            if (_aws.Unknowns.KeyWithoutPlansIsNotFound && !string.IsNullOrEmpty(request.KeyId)
                && _keys.Find(request.KeyId) is not { Plans.Count: > 0 })
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

    /// <summary>Updates a plan's name, description, product code, API stages, throttle or quota. Applies all operations or none.</summary>
    /// <param name="request">The input of UpdateUsagePlan.</param>
    public UsagePlan UpdateUsagePlan(UpdateUsagePlanRequest request)
    {
        lock (_gate)
        {
            var plan = PlanOf(request.UsagePlanId);
            var settings = (request.PatchOperations ?? []).Aggregate(
                plan.Settings, (changed, operation) => UsagePlanPatch.Apply(plan.Id, changed, operation));
            settings.CheckQuota();
            foreach (var stage in settings.Stages.Except(plan.Settings.Stages))
            {
                CheckStage(stage);
                if (plan.Keys.Items.Any(key => key.Plans.Any(other => other.Settings.Stages.Contains(stage))))
                {
                    throw ApiGatewayErrors.StageAlreadyPlanned();
                }
            }

            Change(plan, settings);
            return plan.ToUsagePlan(tags: true);
        }
    }

    /// <summary>Deletes a usage plan that has no API stages. Its keys stay.</summary>
    /// <param name="usagePlanId">The plan's id.</param>
    public void DeleteUsagePlan(string usagePlanId)
    {
        lock (_gate)
        {
            var plan = PlanOf(usagePlanId);
            if (plan.Settings.Stages is [var stage, ..])
            {
                throw ApiGatewayErrors.PlanHasStages(plan.Id, stage);
            }

            foreach (var key in plan.Keys.Items)
            {
                key.Plans.Remove(plan);
            }

            _plans.Remove(plan.Id);
            _replica.PlanDeleted(plan.Id);
        }
    }

    private void Change(StoredUsagePlan plan, UsagePlanSettings settings)
    {
        plan.Settings = settings;
        _replica.PlanChanged(plan.Id, settings);
    }

    private StoredUsagePlan PlanOf(string usagePlanId) => _plans.Find(usagePlanId) ?? throw ApiGatewayErrors.UnknownPlan();
}
