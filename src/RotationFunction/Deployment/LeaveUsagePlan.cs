namespace RotationFunction;

/// <summary>
/// Removes a secret's minted keys from a usage plan from which the stack has removed the template key. The stack has a resource for each usage plan,
/// <c>aws.lambda.Invocation</c> with the lifecycle scope CRUD, which sends its delete after the template key has left the plan. The action looks at
/// the current state, not at an earlier event, and Pulumi sends a failed delete again. If the secret has left the plan's Region, its keys there are
/// deleted: the lifecycle event that says so may have failed, and Pulumi does not send it again.
/// </summary>
internal sealed class LeaveUsagePlan(Secrets secrets, Regions regions, Lifecycle lifecycle)
{
    public const string Action = "leaveUsagePlan";

    public Task<string> RunAsync(Invocation invocation, RotationEvent received) => received switch
    {
        { UsagePlanId: null or "" } => throw Errors.NoUsagePlanId(invocation),
        { Tf.Action: "create" or "update" } => Task.FromResult("The keys leave the usage plan when this resource is deleted."),
        { Tf.Action: "delete", UsagePlanId: { } plan } => LeaveAsync(invocation, plan, received.Region),
        _ => throw Errors.NoLifecycleAction(invocation),
    };

    private async Task<string> LeaveAsync(Invocation invocation, string plan, string? region)
    {
        if (region is not null && !Regions.IsName(region))
        {
            throw Errors.InvalidRegion(invocation);
        }

        var secret = await secrets.FindAsync(invocation);
        if (secret is null)
        {
            return None(plan);
        }

        var there = region is null || region == secret.Region
            ? new RegionalSecret(invocation, secret, regions.Home) : regions.In(region, invocation, secret);
        var isLeft = there.Region.Name is { } name && !secret.Regions.Contains(name);
        return (await Regions.EachAsync([there], there => isLeft ? lifecycle.LeaveRegionAsync(there.Invocation, secret) : LeaveAsync(there, plan)))[0];
    }

    private static async Task<string> LeaveAsync(RegionalSecret there, string plan)
    {
        var (invocation, secret, region) = there;
        var detached = 0;
        foreach (var listed in KeyRing.InTime(invocation, await region.KeyRing.ListAsync(invocation)))
        {
            if (await region.KeyRing.FindMintedAsync(invocation, secret, listed.Id) is not { } key
                || !(await region.ApiKeys.ListPlanIdsAsync(invocation, key.Id)).Contains(plan))
            {
                continue;
            }

            // Only now: in a stack that is being destroyed, the keys are deleted already, and the template key may be too.
            if (detached == 0 && await FindTemplateInAsync(there, plan) is { } template)
            {
                return $"The template key {template} is in usage plan {plan}, so the secret's keys stay there.";
            }

            await region.ApiKeys.DetachAsync(invocation, key.Id, plan);
            invocation.Log.KeyDetached(key.Id, plan);
            detached++;
        }

        return detached == 0 ? None(plan) : $"Keys removed from usage plan {plan}: {detached}.";
    }

    private static string None(string plan) => $"No key of this secret is in usage plan {plan}.";

    /// <summary>Returns the template key's id if that key is in the usage plan; otherwise null.</summary>
    private static async Task<string?> FindTemplateInAsync(RegionalSecret there, string plan)
    {
        var template = await TemplateKey.ReadKeyAsync(there.Invocation, there.Secret, there.ApiKeys);
        var plans = await there.ApiKeys.ListPlansAsync(there.Invocation, template.Id, plans => !plans.Exists(held => held.Id == plan));
        return plans.Exists(held => held.Id == plan) ? template.Id : null;
    }
}
