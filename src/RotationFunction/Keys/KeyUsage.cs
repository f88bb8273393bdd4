using System.Globalization;
using Amazon.APIGateway;
using Amazon.APIGateway.Model;
using Amazon.Runtime;

namespace RotationFunction;

/// <summary>
/// Reads how many requests a key made on each day (UTC). API Gateway counts with best effort and shows a request half an hour later or so.
/// What it does not show is unknown, never zero: a read never fails an invocation.
/// </summary>
internal sealed class KeyUsage(IAmazonAPIGateway client, ApiKeys apiKeys, TimeProvider time)
{
    /// <summary>The most days that GetUsage returns (AWS re:Post, "How can I get the usage associated with an API key").</summary>
    public const int MostDays = 90;

    private const string DayFormat = "yyyy-MM-dd";

    public DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    /// <summary>
    /// Reads the days of a key in each of its usage plans, with one call for each plan: a read without the key would list every key of it.
    /// </summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="keyId">The key.</param>
    /// <param name="plans">Its usage plans.</param>
    /// <param name="since">The first day.</param>
    public async Task<List<PlanUsage>> ReadAsync(Invocation invocation, string keyId, IEnumerable<UsagePlan> plans, DateOnly since)
    {
        var (today, usage) = (Today, new List<PlanUsage>());
        since = since < today.AddDays(1 - MostDays) ? today.AddDays(1 - MostDays) : since;
        foreach (var plan in plans)
        {
            var (days, reason) = await ReadAsync(invocation, keyId, plan.Id, since, today);
            var used = days.ConvertAll(day => day.Used);
            // AWS does not document whether it counts the requests of a plan without a quota: a zero may mean that it does not.
            if (plan.Quota?.Limit is null && used.TrueForAll(count => count is 0))
            {
                (used, reason) = (used.ConvertAll(_ => (long?)null), "the plan has no quota, and shows no request");
            }

            usage.Add(new PlanUsage(plan.Id, since, used));
            if (reason is not null)
            {
                invocation.Log.UsageUnknown(keyId, plan.Id, reason);
            }
        }

        return usage;
    }

    /// <summary>Reads the requests of yesterday and today in all usage plans of a key.</summary>
    public async Task<RecentUse> ReadRecentAsync(Invocation invocation, string keyId)
    {
        try
        {
            var plans = await apiKeys.ListPlansAsync(invocation, keyId, _ => true);
            return RecentUse.Of(await ReadAsync(invocation, keyId, plans, Today.AddDays(-1)), Today);
        }
        catch (Exception failure) when (IsUnknown(failure))
        {
            invocation.Log.UsageUnknown(keyId, "(all)", ReasonOf(failure));
            return RecentUse.Unknown;
        }
    }

    /// <summary>Reads what a key has left of a usage plan's quota; null if it is not known.</summary>
    public async Task<long?> ReadRemainingAsync(Invocation invocation, string keyId, string planId) =>
        (await ReadAsync(invocation, keyId, planId, Today, Today)).Days[^1].Remaining;

    /// <summary>Returns whether a failure of AWS leaves the usage unknown.</summary>
    public static bool IsUnknown(Exception failure) => failure is AmazonServiceException || NoAnswer.Is(failure);

    /// <summary>Returns the reason for a log, without AWS's text, which may quote a value.</summary>
    public static string ReasonOf(Exception failure) => (failure as AmazonServiceException)?.ErrorCode ?? failure.GetType().Name;

    /// <summary>Returns the days, and why some are not known.</summary>
    private async Task<(List<(long? Used, long? Remaining)> Days, string? Reason)> ReadAsync(
        Invocation invocation, string keyId, string planId, DateOnly first, DateOnly last)
    {
        var count = last.DayNumber - first.DayNumber + 1;
        try
        {
            var answer = await Throttling.AwaitAsync(invocation, time, () => client.GetUsageAsync(new GetUsageRequest
            {
                UsagePlanId = planId,
                KeyId = keyId,
                StartDate = first.ToString(DayFormat, CultureInfo.InvariantCulture),
                EndDate = last.ToString(DayFormat, CultureInfo.InvariantCulture),
            }));
            // By id, as documented now; older documentation says by value. The answer has no other key.
            var days = answer.Items?.GetValueOrDefault(keyId) ?? (answer.Items is { Count: 1 } ? answer.Items.Values.First() : null);
            // With another number of days, it is not known which they are.
            return days?.Count == count
                ? (days.ConvertAll(day => (At(day, 0), At(day, 1))), days.TrueForAll(day => At(day, 0) is not null) ? null : "days are missing")
                : (None(), "API Gateway returned no numbers");
        }
        catch (Exception failure) when (IsUnknown(failure))
        {
            return (None(), ReasonOf(failure));
        }

        List<(long?, long?)> None() => [.. Enumerable.Repeat<(long?, long?)>((null, null), count)];

        static long? At(List<long?>? day, int index) => day is not null && index < day.Count ? day[index] : null;
    }
}

/// <summary>The requests of a key in a usage plan.</summary>
/// <param name="PlanId">The usage plan.</param>
/// <param name="Since">The first day.</param>
/// <param name="Days">The requests of each day; null if not known.</param>
internal sealed record PlanUsage(string PlanId, DateOnly Since, List<long?> Days)
{
    /// <summary>Gets whether every day is known.</summary>
    public bool IsKnown => Days.TrueForAll(day => day is not null);

    /// <summary>Gets the last day with a request; null without one that is known.</summary>
    public DateOnly? LastUsed => Days.FindLastIndex(day => day > 0) is >= 0 and var index ? Since.AddDays(index) : null;

    /// <summary>Returns the requests of a day; null if not known. A day before the key existed has none.</summary>
    public long? On(DateOnly day) => day < Since ? 0 : Days.ElementAtOrDefault(day.DayNumber - Since.DayNumber);

    /// <summary>Returns the requests of the last days; null if one of them is not known.</summary>
    public long? OfLast(int count)
    {
        var last = Days.TakeLast(count).ToList();
        return last.TrueForAll(day => day is not null) ? last.Sum() : null;
    }
}

/// <summary>
/// The requests of a key on two days, in all its usage plans; null if not known. Requests that are known count although others are not.
/// </summary>
internal sealed record RecentUse(long? Yesterday, long? Today)
{
    public static RecentUse Unknown { get; } = new(null, null);

    public bool IsUsed => Yesterday > 0 || Today > 0;

    /// <summary>Gets whether it is known that there was no request.</summary>
    public bool IsUnused => Yesterday == 0 && Today == 0;

    public static RecentUse Of(List<PlanUsage> usage, DateOnly today)
    {
        return new RecentUse(Of(today.AddDays(-1)), Of(today));

        long? Of(DateOnly day)
        {
            var counts = usage.ConvertAll(plan => plan.On(day));
            var known = counts.Sum() ?? 0;
            return known > 0 || counts.TrueForAll(count => count is not null) ? known : null;
        }
    }

    public static string Printed(long? requests) => requests?.ToString(CultureInfo.InvariantCulture) ?? "an unknown number of";
}
