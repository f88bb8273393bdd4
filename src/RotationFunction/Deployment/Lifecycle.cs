namespace RotationFunction;

/// <summary>
/// Handles the create, update and delete events of a rotating key's stack resource: <c>aws.lambda.Invocation</c> with the lifecycle scope CRUD.
/// </summary>
internal sealed class Lifecycle(Secrets secrets, ApiKeys apiKeys, KeyRing keyRing)
{
    public const string Action = "lifecycle";

    private const int DecommissionRounds = 10;

    public Task<string> RunAsync(Invocation invocation, RotationEvent received) => received.Tf?.Action switch
    {
        "create" => CreateAsync(invocation),
        "update" => UpdateAsync(invocation, received),
        "delete" => DeleteAsync(invocation),
        _ => throw Errors.NoLifecycleAction(invocation),
    };

    /// <summary>
    /// Checks only that secret and template key point at each other, so that the resource, and with it its delete event, exists before the first key.
    /// </summary>
    private async Task<string> CreateAsync(Invocation invocation)
    {
        await TemplateKey.ReadWithPlansAsync(invocation, await secrets.DescribeAsync(invocation), apiKeys);
        return "The secret and its template key point at each other.";
    }

    /// <summary>
    /// Adds the current, the previous and a pending key to the usage plans that the stack now declares.
    /// <see cref="LeaveUsagePlan"/> removes keys from plans that the stack no longer declares.
    /// </summary>
    private async Task<string> UpdateAsync(Invocation invocation, RotationEvent received)
    {
        if (received.UsagePlanIds is not { Count: > 0 } declared)
        {
            throw Errors.NoUsagePlanIds(invocation);
        }

        var secret = await secrets.DescribeAsync(invocation);
        var (template, plans) = await TemplateKey.ReadWithPlansAsync(invocation, secret, apiKeys, declared);
        if (declared.Except(plans.Ids).ToList() is { Count: > 0 } unknown)
        {
            throw Errors.TemplateIsNotInPlan(invocation, template.Key.Id, unknown);
        }

        var needed = await secrets.ReadKeysInUseAsync(invocation, secret);
        // The next key too: testSecret may have checked its plans before they changed, and AWSCURRENT may have moved to it since.
        if (secret.Pending is { } pending && pending != secret.Current && await secrets.FindAsync(invocation, pending) is { ApiKey: { } next })
        {
            needed.Add(next);
        }

        var attached = 0;
        foreach (var listed in (await keyRing.ListAsync(invocation)).Where(key => needed.Contains(new ApiKeyValue(key.Value))))
        {
            if (await keyRing.FindMintedAsync(invocation, secret, listed.Id) is not { } key)
            {
                continue;
            }

            var held = await apiKeys.ListPlanIdsAsync(invocation, key.Id);
            foreach (var plan in declared.Except(held))
            {
                await apiKeys.AttachAsync(invocation, key.Id, plan);
                invocation.Log.KeyAttached(key.Id, plan);
                attached++;
            }
        }

        return $"Keys added to usage plans: {attached}.";
    }

    /// <summary>
    /// Deletes every minted key. Refuses while rotation is enabled: before a real destroy, the stack has disabled it;
    /// if only this resource is replaced, rotation is still enabled, and clients would be refused.
    /// </summary>
    private async Task<string> DeleteAsync(Invocation invocation)
    {
        var secret = await secrets.FindWithRotationOffAsync(invocation);
        if (secret?.RotationEnabled == true)
        {
            return "Nothing was deleted: the secret's rotation is enabled, so its keys are in use.";
        }

        var deleted = 0;
        var settled = new HashSet<string>(); // foreign or deleted: a list may still show a key that was deleted a moment ago
        // Until a list has no more keys: a rotation in progress may have minted another.
        for (var round = 0; round < DecommissionRounds; round++)
        {
            var own = 0;
            var ring = await keyRing.ListAsync(invocation);
            foreach (var listed in KeyRing.InTime(invocation, ring.FindAll(key => !settled.Contains(key.Id))))
            {
                if (await apiKeys.FindAsync(invocation, listed.Id) is not { } key)
                {
                    continue;
                }

                // If the secret does not exist, there may be a new one of the same name whose keys are in use.
                var isOwn = secret is null
                    ? key.Tags?.GetValueOrDefault(RotationTags.MintedFor) == invocation.SecretId
                    : KeyRing.IsMintedFor(secret.Arn, key);
                settled.Add(key.Id);
                if (!isOwn)
                {
                    invocation.Log.ForeignKeyLeft(key.Id);
                    continue;
                }

                if (await apiKeys.DeleteAsync(invocation, key.Id))
                {
                    invocation.Log.KeyDeleted(key.Id);
                    own++;
                }
            }

            if (own == 0)
            {
                return $"Minted keys deleted: {deleted}.";
            }

            deleted += own;
        }

        throw Errors.KeysKeepAppearing(invocation, deleted);
    }
}
