namespace RotationFunction;

/// <summary>
/// Removes a secret's minted keys from a usage plan from which the stack has removed the template key. The stack has a resource for each usage plan,
/// <c>aws.lambda.Invocation</c> with the lifecycle scope CRUD, which sends its delete after the template key has left the plan. The action looks at
/// the current state, not at an earlier event, and Pulumi sends a failed delete again.
/// </summary>
internal sealed class LeaveUsagePlan(Secrets secrets, ApiKeys apiKeys, KeyRing keyRing)
{
    public const string Action = "leaveUsagePlan";

    public Task<string> RunAsync(Invocation invocation, RotationEvent received) => received switch
    {
        { UsagePlanId: null or "" } => throw Errors.NoUsagePlanId(invocation),
        { Tf.Action: "create" or "update" } => Task.FromResult("The keys leave the usage plan when this resource is deleted."),
        { Tf.Action: "delete", UsagePlanId: { } plan } => LeaveAsync(invocation, plan),
        _ => throw Errors.NoLifecycleAction(invocation),
    };

    private async Task<string> LeaveAsync(Invocation invocation, string plan)
    {
        var secret = await secrets.FindAsync(invocation);
        var detached = 0;
        foreach (var listed in KeyRing.InTime(invocation, secret is null ? [] : await keyRing.ListAsync(invocation)))
        {
            if (await keyRing.FindMintedAsync(invocation, secret!, listed.Id) is not { } key
                || !(await apiKeys.ListPlanIdsAsync(invocation, key.Id)).Contains(plan))
            {
                continue;
            }

            // Only now: in a stack that is being destroyed, the keys are deleted already, and the template key may be too.
            if (detached == 0 && await FindTemplateInAsync(invocation, secret!, plan) is { } template)
            {
                return $"The template key {template} is in usage plan {plan}, so the secret's keys stay there.";
            }

            await apiKeys.DetachAsync(invocation, key.Id, plan);
            invocation.Log.KeyDetached(key.Id, plan);
            detached++;
        }

        return detached == 0 ? $"No key of this secret is in usage plan {plan}." : $"Keys removed from usage plan {plan}: {detached}.";
    }

    /// <summary>Returns the template key's id if that key is in the usage plan; otherwise null.</summary>
    private async Task<string?> FindTemplateInAsync(Invocation invocation, SecretDescription secret, string plan)
    {
        var template = await TemplateKey.ReadKeyAsync(invocation, secret, apiKeys);
        var plans = await apiKeys.ListPlansAsync(invocation, template.Id, plans => !plans.Exists(held => held.Id == plan));
        return plans.Exists(held => held.Id == plan) ? template.Id : null;
    }
}
