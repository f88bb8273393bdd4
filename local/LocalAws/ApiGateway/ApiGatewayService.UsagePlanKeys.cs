using LocalAws.ApiGateway;

namespace LocalAws;

/// <content>The keys of usage plans.</content>
public sealed partial class ApiGatewayService
{
    private int _attaching;

    /// <summary>The quota of usage plans for a key. AWS: 10 by default.</summary>
    public int MaximumUsagePlansPerKey { get; set; } = 10;

    /// <summary>Attaches a key to a usage plan, at once.</summary>
    /// <param name="request">The input of CreateUsagePlanKey.</param>
    public UsagePlanKey CreateUsagePlanKey(CreateUsagePlanKeyRequest request)
    {
        // AWS API reference: there is no other type. The code and the text of the error are not known.
        if (request.KeyType is not "API_KEY")
        {
            throw ApiGatewayErrors.BadRequest("Invalid key type specified");
        }

        lock (_gate)
        {
            var plan = PlanOf(request.UsagePlanId);
            var key = KeyOf(request.KeyId);
            if (key.Plans.Contains(plan))
            {
                throw ApiGatewayErrors.AlreadyAttached();
            }
            // AWS developer guide: a key can be in many plans, but not in two that share an API stage.
            if (key.Plans.Any(other => other.Settings.Stages.Intersect(plan.Settings.Stages).Any()))
            {
                throw ApiGatewayErrors.StageAlreadyPlanned();
            }

            if (key.Plans.Count >= MaximumUsagePlansPerKey)
            {
                throw ApiGatewayErrors.LimitExceeded("Usage Plans per API Key quota exceeded");
            }

            plan.Keys.Add(key.Id, key);
            key.Plans.Add(plan);
            key.LastUpdated = _aws.Unknowns.AttachChangesLastUpdatedDate ? Now : key.LastUpdated;
            _replica.KeyAttached(plan.Id, key.Id);
            return key.ToUsagePlanKey();
        }
    }

    /// <summary>Attaches a key to a usage plan and takes <see cref="AttachDuration"/>, as over HTTP.</summary>
    internal async Task<UsagePlanKey> CreateUsagePlanKeyAsync(CreateUsagePlanKeyRequest request, CancellationToken aborted)
    {
        if (AttachDuration == TimeSpan.Zero)
        {
            return CreateUsagePlanKey(request);
        }

        // Observed in the field: attaches run one at a time in an account and Region, for any key and plan.
        if (Interlocked.Exchange(ref _attaching, 1) == 1)
        {
            throw ApiGatewayErrors.ConcurrentModification();
        }

        try
        {
            await Task.Delay(AttachDuration, _aws.TimeProvider, aborted);
            return CreateUsagePlanKey(request);
        }
        finally
        {
            Volatile.Write(ref _attaching, 0);
        }
    }

    /// <summary>Returns a key of a usage plan, with its value.</summary>
    /// <param name="usagePlanId">The plan's id.</param>
    /// <param name="keyId">The key's id.</param>
    public UsagePlanKey GetUsagePlanKey(string usagePlanId, string keyId)
    {
        lock (_gate)
        {
            return (PlanOf(usagePlanId).Keys.Find(keyId) ?? throw ApiGatewayErrors.UnknownKey()).ToUsagePlanKey();
        }
    }

    /// <summary>
    /// Lists the keys of a usage plan, with their values. Recorded on AWS: for an unknown plan the list is empty, without an error.
    /// </summary>
    /// <param name="request">The input of GetUsagePlanKeys.</param>
    public UsagePlanKeys GetUsagePlanKeys(GetUsagePlanKeysRequest request)
    {
        lock (_gate)
        {
            if (_plans.Find(request.UsagePlanId) is not { } plan)
            {
                return new UsagePlanKeys { Items = [] };
            }

            var (keys, position) = plan.Keys.Page(request.Position, request.Limit, key => NameMatches(key, request.NameQuery));
            return new UsagePlanKeys { Items = [.. keys.Select(key => key.ToUsagePlanKey())], Position = position };
        }
    }

    /// <summary>Detaches a key from a usage plan.</summary>
    /// <param name="usagePlanId">The plan's id.</param>
    /// <param name="keyId">The key's id.</param>
    public void DeleteUsagePlanKey(string usagePlanId, string keyId)
    {
        lock (_gate)
        {
            var plan = PlanOf(usagePlanId);
            var key = plan.Keys.Find(keyId) ?? throw ApiGatewayErrors.UnknownKey();
            plan.Keys.Remove(keyId);
            key.Plans.Remove(plan);
            _replica.KeyDetached(plan.Id, keyId);
        }
    }
}
