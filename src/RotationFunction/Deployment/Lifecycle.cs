namespace RotationFunction;

/// <summary>
/// What a rotating key's stack resource does when it comes, changes and goes: <c>aws.lambda.Invocation</c> with the lifecycle scope CRUD.
/// </summary>
internal sealed class Lifecycle(Secrets secrets, ApiKeys apiKeys)
{
    public const string Action = "lifecycle";

    private const int DecommissionRounds = 10;

    public Task<string> RunAsync(Invocation invocation, RotationEvent received) => received.Tf?.Action switch
    {
        "create" => CreateAsync(invocation),
        "update" => UpdateAsync(invocation, received),
        "delete" => DeleteAsync(invocation),
        _ => throw UnknownAction(invocation),
    };

    /// <summary>The failure of an event that tells nothing of what becomes of its resource.</summary>
    public static RotationException UnknownAction(Invocation invocation) => invocation.Failed(
        "the event has no tf.action of create, update or delete, as aws.lambda.Invocation with the lifecycle scope CRUD sends it. Nothing was changed.");

    /// <summary>Checks the wiring and nothing else, so that the resource exists, and its delete is sent, before the first key does.</summary>
    private async Task<string> CreateAsync(Invocation invocation)
    {
        await Template.ReadAsync(invocation, await secrets.DescribeAsync(invocation), apiKeys);
        return "The secret and its template key point at each other.";
    }

    /// <summary>Puts the current, the previous and a pending key into the usage plans that the stack now declares. <see cref="LeaveUsagePlan"/> takes keys out of those that it declares no more.</summary>
    private async Task<string> UpdateAsync(Invocation invocation, RotationEvent received)
    {
        if (received.UsagePlanIds is not { Count: > 0 } declared)
        {
            throw invocation.Failed("an update needs usagePlanIds. Nothing was changed.");
        }

        var secret = await secrets.DescribeAsync(invocation);
        var template = await Template.ReadAsync(invocation, secret, apiKeys, declared);
        if (declared.Except(template.Plans).ToList() is { Count: > 0 } unknown)
        {
            throw invocation.Failed($"the template key {template.Key.Id} is not in usage plan {string.Join(", ", unknown)}. Put it there first; nothing was changed.");
        }

        var needed = await secrets.ReadKeysInUseAsync(invocation, secret);
        // The next key too: testSecret may have looked at its plans before they changed, and AWSCURRENT may have moved to it since.
        if (secret.Pending is { } pending && pending != secret.Current && await secrets.FindAsync(invocation, pending) is { ApiKey: { } next })
        {
            needed.Add(next);
        }

        var attached = 0;
        foreach (var listed in (await apiKeys.ListRingAsync(invocation)).Where(key => needed.Contains(new ApiKeyValue(key.Value))))
        {
            if (await apiKeys.FindAsync(invocation, listed.Id) is not { } key || !Tags.AreOfKeyMintedFor(secret.Arn, key.Tags))
            {
                continue;
            }

            var plans = await apiKeys.ListPlanIdsAsync(invocation, key.Id);
            foreach (var plan in declared.Except(plans))
            {
                await apiKeys.AttachAsync(invocation, key.Id, plan);
                invocation.Log.KeyAttached(key.Id, plan);
                attached++;
            }
        }

        return $"Keys put into usage plans: {attached}.";
    }

    /// <summary>
    /// Deletes every minted key. Refuses while rotation is enabled: on a real destroy the stack has ended it by then;
    /// when only this resource is replaced it has not, and clients would be cut off.
    /// </summary>
    private async Task<string> DeleteAsync(Invocation invocation)
    {
        var secret = await secrets.FindWithRotationOffAsync(invocation);
        if (secret?.RotationEnabled == true)
        {
            return "Nothing was deleted: the secret's rotation is enabled, so its keys are in use.";
        }

        var deleted = 0;
        // Again until a list has none left: a rotation that was under way may have minted one more.
        for (var round = 0; round < DecommissionRounds; round++)
        {
            var own = 0;
            foreach (var listed in await apiKeys.ListRingAsync(invocation))
            {
                if (await apiKeys.FindAsync(invocation, listed.Id) is not { } key)
                {
                    continue;
                }

                // When the secret is gone there may be another one of its name by now, whose keys are in use.
                if (secret is null ? key.Tags?.GetValueOrDefault(RotationTags.MintedFor) != invocation.SecretId : !Tags.AreOfKeyMintedFor(secret.Arn, key.Tags))
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

        throw invocation.Failed($"keys of this secret kept appearing while {deleted} were deleted. End whatever rotates it, then destroy again.");
    }
}
