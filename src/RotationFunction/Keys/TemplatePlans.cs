using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>The usage plans that a template key is in, and with it every minted key.</summary>
internal sealed record TemplatePlans(string TemplateId, List<UsagePlan> UsagePlans)
{
    /// <summary>Gets the ids of the plans.</summary>
    public List<string> Ids { get; } = [.. UsagePlans.Select(plan => plan.Id)];

    /// <summary>
    /// Gets the ids of the plans without an API stage, as after a stage was deleted and created again. Their keys give access to no API.
    /// </summary>
    public List<string> WithoutStage { get; } = [.. UsagePlans.Where(plan => plan.ApiStages is not { Count: > 0 }).Select(plan => plan.Id)];

    /// <summary>Gets whether there is one plan, with one API stage: a key that this stage accepts is in every plan.</summary>
    public bool HaveOneStage => UsagePlans is [{ ApiStages.Count: 1 }];

    /// <summary>Reads the usage plans of a template key.</summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="templateId">The id of the template key.</param>
    /// <param name="apiKeys">API Gateway's keys.</param>
    /// <param name="declared">
    /// Usage plans that the template key should be in. The read is repeated for a short time; a missing plan is not an error.
    /// </param>
    /// <exception cref="RotationException">The template key is not in any usage plan.</exception>
    public static async Task<TemplatePlans> ReadAsync(
        Invocation invocation, string templateId, ApiKeys apiKeys, IReadOnlyCollection<string>? declared = null)
    {
        var plans = await apiKeys.ListPlansAsync(
            invocation, templateId, plans => plans.Count > 0 && declared?.Except(plans.Select(plan => plan.Id)).Any() != true);
        return plans.Count > 0 ? new TemplatePlans(templateId, plans) : throw Errors.TemplateIsInNoPlan(invocation, templateId);
    }

    /// <summary>
    /// Throws if the plans give access to no API. Only a rotation checks this: a deployment may be about to add a stage to a plan.
    /// </summary>
    public void CheckStages(Invocation rotation)
    {
        if (WithoutStage.Count == Ids.Count)
        {
            throw Errors.NoPlanHasAStage(rotation, TemplateId, Ids[0]);
        }
    }
}
