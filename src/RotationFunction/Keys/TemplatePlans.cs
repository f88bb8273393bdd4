using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>The usage plans that a template key is in, and with it every minted key.</summary>
internal sealed record TemplatePlans(string TemplateId, List<UsagePlan> UsagePlans)
{
    /// <summary>Their ids.</summary>
    public List<string> Ids { get; } = [.. UsagePlans.Select(plan => plan.Id)];

    /// <summary>The ids of those without an API stage, as when a stage was deleted and created again: a key opens nothing there.</summary>
    public List<string> WithoutStage { get; } = [.. UsagePlans.Where(plan => plan.ApiStages is not { Count: > 0 }).Select(plan => plan.Id)];

    /// <summary>Whether they are one plan with one API stage: a key that this stage accepts is in all of them.</summary>
    public bool HaveOneStage => UsagePlans is [{ ApiStages.Count: 1 }];

    /// <summary>Reads them.</summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="templateId">The id of the template key.</param>
    /// <param name="apiKeys">API Gateway's keys.</param>
    /// <param name="declared">Usage plans that the template must be in by now; it need not be found in them.</param>
    /// <exception cref="RotationException">There are none.</exception>
    public static async Task<TemplatePlans> ReadAsync(
        Invocation invocation, string templateId, ApiKeys apiKeys, IReadOnlyCollection<string>? declared = null)
    {
        var plans = await apiKeys.ListPlansAsync(
            invocation, templateId, plans => plans.Count > 0 && declared?.Except(plans.Select(plan => plan.Id)).Any() != true);
        return plans.Count > 0 ? new TemplatePlans(templateId, plans) : throw Errors.TemplateIsInNoPlan(invocation, templateId);
    }

    /// <summary>Checks that a key in them opens something. A deployment may be about to put a stage into one; a rotation is not.</summary>
    public void CheckStages(Invocation rotation)
    {
        if (WithoutStage.Count == Ids.Count)
        {
            throw Errors.NoPlanHasAStage(rotation, TemplateId, Ids[0]);
        }
    }
}
