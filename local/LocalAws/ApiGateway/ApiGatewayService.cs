using System.Security.Cryptography;
using LocalAws.ApiGateway;
using LocalAws.DataPlane;

namespace LocalAws;

/// <summary>API Gateway's control plane for REST APIs, their keys and usage plans. Each method performs the operation of its name at once.</summary>
public sealed partial class ApiGatewayService
{
    private const string LowerCaseLettersAndDigits = "abcdefghijklmnopqrstuvwxyz0123456789";

    private readonly Lock _gate = new();
    private readonly EmbeddedAws _aws;
    private readonly string _region;
    private readonly DataPlaneReplica _replica;
    private readonly UsageMeter _meter;
    private readonly ConfidentialValues _confidential;
    private readonly AccountRates _rates;
    private readonly HashSet<(string Operation, string Resource)> _collided = [];
    private readonly List<(DateTimeOffset Made, KeysAndPlans Before)> _writes = [];
    private KeysAndPlans? _before;

    internal ApiGatewayService(EmbeddedAws aws, string region, DataPlaneReplica replica, UsageMeter meter, ConfidentialValues confidential)
    {
        _meter = meter;
        _rates = new AccountRates(aws.TimeProvider);
        _aws = aws;
        _region = region;
        _replica = replica;
        _confidential = confidential;
        _keys = new PagedCollection<StoredApiKey>(aws.Unknowns.ListingOrder);
        _plans = new PagedCollection<StoredUsagePlan>(aws.Unknowns.ListingOrder);
        AttachDuration = aws.Unknowns.AttachDuration;
    }

    /// <summary>The operations on keys, and on keys in usage plans, that can return ConflictException. From AWS's service model.</summary>
    public static IReadOnlyCollection<string> Conflicting { get; } =
        ["CreateApiKey", "UpdateApiKey", "DeleteApiKey", "CreateUsagePlanKey", "DeleteUsagePlanKey", "UpdateUsage", "TagResource", "UntagResource"];

    /// <summary>
    /// Gets or sets the time until a change of a key or a usage plan reaches the data plane. A new value also applies to the changes that have not
    /// arrived yet.
    /// </summary>
    public TimeSpan ActivationLag
    {
        get => _replica.ActivationLag;
        set => _replica.ActivationLag = value;
    }

    /// <summary>
    /// Gets or sets the time that CreateUsagePlanKey takes over HTTP. A second one in that time is rejected. With zero, attaches never overlap.
    /// </summary>
    public TimeSpan AttachDuration { get; set; }

    /// <summary>
    /// Gets or sets whether AWS's rates apply to calls over HTTP (AWS developer guide, "Amazon API Gateway quotas"): 10 a second for all together
    /// with a burst of 40, of which 5 a second for CreateApiKey and for DeleteApiKey, and UpdateUsagePlan once in 20 seconds. Off by default.
    /// </summary>
    public bool RateLimits { get; set; }

    private DateTimeOffset Now => _aws.TimeProvider.GetUtcNow();

    internal void CountCall(string operation)
    {
        if (RateLimits)
        {
            _rates.Take(operation);
        }
    }

    /// <summary>Rejects every second call of an operation that can conflict with another change.</summary>
    internal void Collide(WireOperation operation)
    {
        lock (_gate)
        {
            var call = (operation.Name, operation.Resource);
            if (Conflicting.Contains(operation.Name) && !_collided.Remove(call))
            {
                _collided.Add(call);
                throw ApiGatewayErrors.ConcurrentModification();
            }
        }
    }

    internal void KeepForStaleReads() => _before = Copy();

    internal T AsBeforeTheLastWrite<T>(Func<T> read)
    {
        lock (_gate)
        {
            return As(_before, read);
        }
    }

    /// <summary>Runs a write, and keeps the state before it.</summary>
    internal async Task<T> RememberAsync<T>(Func<Task<T>> write)
    {
        var before = Copy();
        var answer = await write();
        lock (_gate)
        {
            ForgetOldWrites();
            _writes.Add((Now, before));
        }

        return answer;
    }

    /// <summary>Runs a write that all reads see, together with all earlier writes.</summary>
    internal async Task<T> SettleAsync<T>(Func<Task<T>> write)
    {
        var answer = await write();
        lock (_gate)
        {
            _writes.Clear();
        }

        return answer;
    }

    /// <summary>Runs a read that does not see the latest writes.</summary>
    internal T AsBeforeTheLastWrites<T>(Func<T> read)
    {
        lock (_gate)
        {
            ForgetOldWrites();
            return As(_writes.FirstOrDefault().Before, read);
        }
    }

    /// <summary>Returns an ARN of API Gateway, which contains no account.</summary>
    internal string Arn(string path) => $"arn:aws:apigateway:{_region}::{path}";

    private void ForgetOldWrites() => _writes.RemoveAll(write => write.Made + _aws.Unknowns.ReadLag <= Now);

    private KeysAndPlans Copy()
    {
        lock (_gate)
        {
            var plans = new Dictionary<StoredUsagePlan, StoredUsagePlan>();
            var keys = _keys.Copy(key => key.Copy());
            var plansBefore = _plans.Copy(plan => plans[plan] = plan.Copy(keys));
            foreach (var key in keys.Items)
            {
                key.Plans = [.. key.Plans.Select(plan => plans[plan])];
            }

            return new KeysAndPlans(keys, plansBefore);
        }
    }

    private T As<T>(KeysAndPlans? state, Func<T> read)
    {
        var now = new KeysAndPlans(_keys, _plans);
        (_keys, _plans) = state ?? now;
        try
        {
            return read();
        }
        finally
        {
            (_keys, _plans) = now;
        }
    }

    private static string NewId(int length = 10) => RandomNumberGenerator.GetString(LowerCaseLettersAndDigits, length);

    private sealed record KeysAndPlans(PagedCollection<StoredApiKey> Keys, PagedCollection<StoredUsagePlan> Plans);
}
