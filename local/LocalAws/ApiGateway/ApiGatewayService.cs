using System.Security.Cryptography;
using LocalAws.ApiGateway;
using LocalAws.DataPlane;

namespace LocalAws;

/// <summary>API Gateway's control plane for REST APIs, their keys and usage plans. A method does at once what the operation of its name does.</summary>
public sealed partial class ApiGatewayService
{
    private const string LowerCaseLettersAndDigits = "abcdefghijklmnopqrstuvwxyz0123456789";

    private readonly Lock _gate = new();
    private readonly EmbeddedAws _aws;
    private readonly DataPlaneReplica _replica;
    private readonly UsageMeter _meter;
    private readonly ConfidentialValues _confidential;
    private readonly AccountRates _rates;
    private (PagedCollection<StoredApiKey> Keys, PagedCollection<StoredUsagePlan> Plans)? _before;

    internal ApiGatewayService(EmbeddedAws aws, DataPlaneReplica replica, UsageMeter meter, ConfidentialValues confidential)
    {
        _meter = meter;
        _rates = new AccountRates(aws.TimeProvider);
        _aws = aws;
        _replica = replica;
        _confidential = confidential;
        _keys = new PagedCollection<StoredApiKey>(aws.Unknowns.ListingOrder);
        _plans = new PagedCollection<StoredUsagePlan>(aws.Unknowns.ListingOrder);
    }

    /// <summary>
    /// How long a change of a key or a usage plan takes to reach the data plane. A new lag also holds for the changes that have not arrived yet.
    /// </summary>
    public TimeSpan ActivationLag
    {
        get => _replica.ActivationLag;
        set => _replica.ActivationLag = value;
    }

    /// <summary>How long CreateUsagePlanKey takes over HTTP; a second one in that time is refused. Zero: attaches never overlap.</summary>
    public TimeSpan AttachDuration { get; set; }

    /// <summary>
    /// Whether calls over HTTP are held to AWS's rates (AWS developer guide, "Amazon API Gateway quotas"): all together 10 a second with a burst of 40,
    /// CreateApiKey and DeleteApiKey 5 a second of these, UpdateUsagePlan one in 20 seconds. Off unless switched on.
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

    internal void KeepForStaleReads()
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

            _before = (keys, plansBefore);
        }
    }

    internal T AsBeforeTheLastWrite<T>(Func<T> read)
    {
        lock (_gate)
        {
            var now = (_keys, _plans);
            (_keys, _plans) = _before ?? now;
            try
            {
                return read();
            }
            finally
            {
                (_keys, _plans) = now;
            }
        }
    }

    /// <summary>API Gateway's ARNs name no account.</summary>
    internal string Arn(string path) => $"arn:aws:apigateway:{_aws.Region}::{path}";

    private static string NewId(int length = 10) => RandomNumberGenerator.GetString(LowerCaseLettersAndDigits, length);
}
