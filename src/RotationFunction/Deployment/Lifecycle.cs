using Amazon.APIGateway.Model;

namespace RotationFunction;

/// <summary>
/// Handles the create, update and delete events of a rotating key's stack resource: <c>aws.lambda.Invocation</c> with the lifecycle scope CRUD.
/// </summary>
internal sealed class Lifecycle(Secrets secrets, Regions regions, TestSecret testSecret, TimeProvider time)
{
    public const string Action = "lifecycle";

    private const int DecommissionRounds = 10;

    // What the last list and the deletes after it take.
    private static readonly TimeSpan TimeToDelete = TimeSpan.FromSeconds(30);

    public Task<string> RunAsync(Invocation invocation, RotationEvent received)
    {
        string[] named = [.. received.Regions?.Keys ?? [], .. received.Tf?.PreviousInput?.Regions?.Keys ?? []];
        return received.Tf?.Action switch
        {
            _ when !Array.TrueForAll(named, Regions.IsName) => throw Errors.InvalidRegion(invocation),
            "create" => CreateAsync(invocation),
            "update" => UpdateAsync(invocation, received),
            "delete" => DeleteAsync(invocation, named),
            _ => throw Errors.NoLifecycleAction(invocation),
        };
    }

    /// <summary>Deletes the keys in a Region that the secret has left. Its clients and its tag are gone by then.</summary>
    public async Task<string> LeaveRegionAsync(Invocation there, SecretDescription secret)
    {
        var name = there.Region!;
        if (secret.Regions.Contains(name))
        {
            throw Errors.RegionIsStillNamed(there);
        }

        // A step of that rotation may have read the tag before it was removed, and creates its key after the last list.
        if (secret.Unfinished is { } pending)
        {
            throw Errors.RegionIsLeftDuringRotation(there, pending);
        }

        return await DeleteKeysAsync(there, secret, regions.In(name));
    }

    /// <summary>
    /// Checks only that secret and template key point at each other, so that the resource, and with it its delete event, exists before the first key.
    /// </summary>
    private async Task<string> CreateAsync(Invocation invocation)
    {
        var secret = await secrets.DescribeAsync(invocation);
        await Regions.EachAsync(
            regions.Of(invocation, secret), there => TemplateKey.ReadWithPlansAsync(there.Invocation, there.Secret, there.ApiKeys));
        return "The secret and its template key point at each other.";
    }

    /// <summary>
    /// Adds the current, the previous and a pending key to the usage plans that the stack now declares. In another Region, creates those that are not
    /// there. Deletes the keys in a Region that the stack no longer declares. <see cref="LeaveUsagePlan"/> removes keys from plans that it no longer
    /// declares.
    /// </summary>
    private async Task<string> UpdateAsync(Invocation invocation, RotationEvent received)
    {
        var others = received.Regions ?? new Dictionary<string, IReadOnlyList<string>>();
        if (received.UsagePlanIds is not { Count: > 0 } declared || others.Values.Any(plans => plans is not { Count: > 0 }))
        {
            throw Errors.NoUsagePlanIds(invocation);
        }

        string[] left = [.. (received.Tf?.PreviousInput?.Regions?.Keys ?? []).Except(others.Keys)];
        var secret = await ReadAfterWrite.UntilAsync(
            time, ReadAfterWrite.GracePeriodOfSecrets, () => secrets.DescribeAsync(invocation),
            secret => !left.Intersect(secret.Regions).Any() && !others.Keys.Except(secret.Regions).Any());
        var home = new RegionalSecret(invocation, secret, regions.Home);
        var done = await Regions.EachAsync([home, .. others.Keys.Select(name => regions.In(name, invocation, secret))], async there =>
        {
            var plans = there.Region.Name is { } name ? others[name] : declared;
            var template = await ReadTemplateAsync(there, plans);
            return (there.Region.Name, there == home
                ? $"Keys added to usage plans: {await AttachAsync(there, template, plans, waits: false)}."
                : await ServeAsync(home, there, template, plans));
        });
        done.AddRange(await Regions.EachAsync(
            [.. left.Select(invocation.In)], there => there, async there => (there.Region, await LeaveRegionAsync(there, secret))));
        return Regions.InWords(done);
    }

    /// <summary>
    /// Creates the keys that labels need in a Region that has none of their values, adds all keys to usage plans, and waits until clients there can
    /// use them.
    /// </summary>
    /// <param name="from">A Region in which keys have these values.</param>
    /// <param name="there">The Region.</param>
    /// <param name="template">Its template key.</param>
    /// <param name="declared">Its usage plans that the stack declares.</param>
    public async Task<string> ServeAsync(RegionalSecret from, RegionalSecret there, Template template, IReadOnlyList<string> declared)
    {
        var minted = await MintMissingAsync(from, there, template);
        var attached = await AttachAsync(there, template, declared, waits: true);
        var before = there.Secret;
        there = there.With(await secrets.DescribeAsync(there.Invocation));
        var values = await secrets.ReadKeysInUseAsync(there.Invocation, there.Secret);
        if (there.Secret.Current != before.Current)
        {
            // AWSCURRENT has moved, or one of the reads missed that it had: clients may read either.
            values.UnionWith(await secrets.ReadKeysInUseAsync(there.Invocation, before));
        }

        // AWSCURRENT may move to the next key without another test: testSecret may have run before the Region was there.
        if (await secrets.ReadNextKeyAsync(there.Invocation, there.Secret) is { } next
            && await there.KeyRing.ReadAsync(there.Invocation, there.Secret, next) is not null)
        {
            values.Add(next);
        }

        var current = (await secrets.ReadCurrentAsync(there.Invocation, there.Secret))?.ApiKey;
        // At the same time: each may take minutes until it is active.
        await Task.WhenAll(values.Select(async value =>
        {
            var key = await there.KeyRing.ReadAsync(there.Invocation, there.Secret, value);
            // AWSPREVIOUS may have lost its key in the other Region too, to someone who deleted it. Then there is none to wait for.
            if (key is { Enabled: true }
                || (key is null && (value == current || await from.KeyRing.ReadAsync(from.Invocation, from.Secret, value) is not null)))
            {
                await testSecret.TestAsync(there, value, template);
            }
        }));
        return $"Keys created: {minted}. Keys added to usage plans: {attached}.";
    }

    /// <summary>
    /// Creates the keys of AWSPREVIOUS, AWSCURRENT and AWSPENDING where a Region has no key with their values: clients there may come to read each. A
    /// key that is disabled in the other one, as after a leak, is disabled there too. Returns how many keys it created.
    /// </summary>
    private async Task<int> MintMissingAsync(RegionalSecret from, RegionalSecret there, Template template)
    {
        var (invocation, secret, region) = there;
        var (own, ring) = await ConcurrentReads.BothAsync(from.KeyRing.ListAsync(from.Invocation), region.KeyRing.ListAsync(invocation));
        var seen = new HashSet<ApiKeyValue>();
        var missing = new List<(string Version, ApiKeyValue Value, KeyOfValue? Key)>();
        foreach (var version in new[] { secret.Previous, secret.Current, secret.Unfinished }.OfType<string>())
        {
            if ((await secrets.ReadAsync(invocation, version))?.ApiKey is not { } value || !seen.Add(value)
                || await region.KeyRing.FindAsync(invocation, secret, ring, value) is not null)
            {
                continue;
            }

            // A value without a key in the other one is one that a rotation has just stored, or none that the function has accepted.
            var key = await from.KeyRing.FindAsync(from.Invocation, from.Secret, own, value);
            if (key is not null || (version == secret.Unfinished && value.MayBeDrawn))
            {
                missing.Add((version, value, key));
            }
        }

        // The oldest first, because the dates of creation tell which key is older. After a rollback, AWSCURRENT's is older than AWSPREVIOUS's.
        foreach (var (version, value, key) in missing.OrderBy(key => key.Key?.Created ?? DateTime.MaxValue))
        {
            await MintAsync(there, template, version, value, key?.Enabled != false);
        }

        return missing.Count;
    }

    private static async Task MintAsync(RegionalSecret there, Template template, string version, ApiKeyValue value, bool enabled)
    {
        var (invocation, secret, region) = there;
        try
        {
            var name = KeyNames.Minted(secret.Name, version);
            var (keyId, isNew) = await region.KeyRing.MintAsync(invocation, secret, template.Key, name, value, enabled);
            if (isNew)
            {
                invocation.Log.KeyCreated(keyId);
            }
            else
            {
                // The list has missed it, which may be an earlier attempt's.
                var key = await region.KeyRing.FindMintedAsync(invocation, secret, keyId) ?? throw Errors.ValueIsTakenInRegion(invocation, version);
                invocation.Log.KeyFound(keyId);
                await region.ApiKeys.TouchAsync(invocation, key, template.Key.Key.Description);
            }

            foreach (var plan in template.Plans.Ids)
            {
                await region.ApiKeys.AttachAsync(invocation, keyId, plan);
                invocation.Log.KeyAttached(keyId, plan);
            }
        }
        catch (ConflictException)
        {
            throw Errors.ValueIsTakenInRegion(invocation, version);
        }
    }

    private static async Task<Template> ReadTemplateAsync(RegionalSecret there, IReadOnlyList<string> declared)
    {
        var template = await TemplateKey.ReadWithPlansAsync(there.Invocation, there.Secret, there.ApiKeys, declared);
        return declared.Except(template.Plans.Ids).ToList() is { Count: > 0 } unknown
            ? throw Errors.TemplateIsNotInPlan(there.Invocation, template.Key.Key.Id, unknown) : template;
    }

    /// <summary>
    /// Adds the keys that labels need to usage plans. Returns how often it added one. The caller may wait for their activation, which counts from a
    /// key's last change; an attach changes no date. testSecret waits for the next key, which setSecret may find in its plans now.
    /// </summary>
    private async Task<int> AttachAsync(RegionalSecret there, Template template, IReadOnlyList<string> declared, bool waits)
    {
        var (invocation, secret, region) = there;
        var needed = await secrets.ReadKeysInUseAsync(invocation, secret);
        // The next key too: testSecret may have checked its plans before they changed, and AWSCURRENT may have moved to it since.
        var next = secret.Unfinished is { } pending ? (await secrets.FindAsync(invocation, pending))?.ApiKey : null;
        if (next is not null)
        {
            needed.Add(next);
        }

        var attached = 0;
        foreach (var listed in (await region.KeyRing.ListAsync(invocation)).Where(key => needed.Contains(new ApiKeyValue(key.Value))))
        {
            if (await region.KeyRing.FindMintedAsync(invocation, secret, listed.Id) is not { } key)
            {
                continue;
            }

            var missing = declared.Except(await region.ApiKeys.ListPlanIdsAsync(invocation, key.Id)).ToList();
            if (missing.Count > 0 && (waits || listed.Value == next?.Text))
            {
                await region.ApiKeys.TouchAsync(invocation, key, template.Key.Key.Description);
            }

            foreach (var plan in missing)
            {
                await region.ApiKeys.AttachAsync(invocation, key.Id, plan);
                invocation.Log.KeyAttached(key.Id, plan);
                attached++;
            }
        }

        return attached;
    }

    /// <summary>
    /// Deletes every minted key. Refuses while rotation is enabled: before a real destroy, the stack has disabled it;
    /// if only this resource is replaced, rotation is still enabled, and clients would be refused.
    /// </summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="named">The other Regions that the stack declares or declared. A secret that does not exist has no tags.</param>
    private async Task<string> DeleteAsync(Invocation invocation, IEnumerable<string> named)
    {
        var secret = await secrets.FindWithRotationOffAsync(invocation);
        if (secret?.RotationEnabled == true)
        {
            return "Nothing was deleted: the secret's rotation is enabled, so its keys are in use.";
        }

        List<Invocation> parts = [invocation, .. named.Union(secret?.Regions ?? []).Where(name => name != secret?.Region).Select(invocation.In)];
        if (secret?.Unfinished is { } pending)
        {
            // A list may miss the key that its setSecret has just created.
            await (parts.Count > 1
                ? OutliveStepAsync(invocation, secret.LastChanged, pending) : Task.Delay(ReadAfterWrite.GracePeriodOfKeys, time));
        }

        return Regions.InWords(await Regions.EachAsync(parts, there => there, async there =>
            (there.Region, await DeleteKeysAsync(there, secret, there.Region is { } name ? regions.In(name) : regions.Home))));
    }

    /// <summary>
    /// Waits until no step of the rotation to a version can still run: it may have read the secret's tags before, and creates a key after the last
    /// list. A step began before rotation was disabled.
    /// </summary>
    private async Task OutliveStepAsync(Invocation invocation, DateTime disabled, string pending)
    {
        var over = disabled + FunctionContract.LongestInvocation;
        var wait = over - time.GetUtcNow().UtcDateTime;
        if (wait > invocation.Budget.Remaining - TimeToDelete)
        {
            throw Errors.StepMayStillRun(invocation, pending, over);
        }

        await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time);
    }

    private static async Task<string> DeleteKeysAsync(Invocation invocation, SecretDescription? secret, Region region)
    {
        var deleted = 0;
        var settled = new HashSet<string>(); // foreign or deleted: a list may still show a key that was deleted a moment ago
        // Until a list has no more keys: a rotation in progress may have minted another.
        for (var round = 0; round < DecommissionRounds; round++)
        {
            var own = 0;
            var ring = await region.KeyRing.ListAsync(invocation);
            foreach (var listed in KeyRing.InTime(invocation, ring.FindAll(key => !settled.Contains(key.Id))))
            {
                if (await region.ApiKeys.FindAsync(invocation, listed.Id) is not { } key)
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

                if (await region.ApiKeys.DeleteAsync(invocation, key.Id))
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
