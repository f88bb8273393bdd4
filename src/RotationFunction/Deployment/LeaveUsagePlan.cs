using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>
/// Takes a secret's minted keys out of a usage plan that the stack has taken the template out of. A resource for each usage plan, <c>aws.lambda.Invocation</c> with
/// the lifecycle scope CRUD, sends its delete after the template has left: what is there decides, not what an earlier event said, and a delete that fails is sent again.
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
        var keys = new List<GetApiKeyResponse>();
        foreach (var listed in secret is null ? [] : await keyRing.ListAsync(invocation))
        {
            if (await keyRing.FindMintedAsync(invocation, secret!, listed.Id) is { } key
                && (await apiKeys.ListPlanIdsAsync(invocation, key.Id)).Contains(plan))
            {
                keys.Add(key);
            }
        }

        // A stack that is destroyed has had its keys deleted by now, and may lack the rest.
        if (keys.Count == 0)
        {
            return $"No key of this secret is in usage plan {plan}.";
        }

        var template = await TemplateKey.ReadKeyAsync(invocation, secret!, apiKeys);
        if ((await apiKeys.ListPlansAsync(invocation, template.Id, plans => !plans.Exists(held => held.Id == plan))).Exists(held => held.Id == plan))
        {
            return $"The template key {template.Id} is in usage plan {plan}, so the secret's keys stay there.";
        }

        foreach (var key in keys)
        {
            await apiKeys.DetachAsync(invocation, key.Id, plan);
            invocation.Log.KeyDetached(key.Id, plan);
        }

        return $"Keys taken out of usage plan {plan}: {keys.Count}.";
    }
}
