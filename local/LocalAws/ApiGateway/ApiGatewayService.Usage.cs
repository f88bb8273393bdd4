using System.Globalization;
using LocalAws.ApiGateway;

namespace LocalAws;

/// <content>The usage of plans by keys.</content>
public sealed partial class ApiGatewayService
{
    private const string DayFormat = "yyyy-MM-dd";
    private const int MostDaysOfUsage = 90; // AWS re:Post, "How can I get the usage associated with an API key"

    private static readonly string[] UsagePatchPaths = ["/remaining"];

    /// <summary>
    /// Returns the usage of a plan's keys for each day (UTC). The result lags, as AWS's does (<see cref="UnknownBehaviours.UsageLag"/>), but is
    /// exact, while AWS's is best effort.
    /// </summary>
    /// <param name="request">The input of GetUsage.</param>
    public Usage GetUsage(GetUsageRequest request)
    {
        var (first, last) = (DayOf(request.StartDate), DayOf(request.EndDate));
        if (first > last)
        {
            throw ApiGatewayErrors.BadRequest("Invalid date range specified");
        }

        if (last.DayNumber - first.DayNumber >= MostDaysOfUsage)
        {
            throw ApiGatewayErrors.BadRequest("Usage date range cannot exceed 90 days");
        }

        lock (_gate)
        {
            var plan = PlanOf(request.UsagePlanId);
            var (keys, position) = string.IsNullOrEmpty(request.KeyId)
                ? plan.Keys.Page(request.Position, request.Limit, _ => true)
                : ([plan.Keys.Find(request.KeyId) ?? throw ApiGatewayErrors.UnknownKey()], null);
            return UsageOf(plan, keys, first, last) with { Position = position };
        }
    }

    /// <summary>Updates the remaining quota of a key until the end of the current period, at once.</summary>
    /// <param name="request">The input of UpdateUsage.</param>
    public Usage UpdateUsage(UpdateUsageRequest request)
    {
        lock (_gate)
        {
            var plan = PlanOf(request.UsagePlanId);
            var key = plan.Keys.Find(request.KeyId) ?? throw ApiGatewayErrors.UnknownKey();
            var quota = plan.Settings.Quota ?? throw ApiGatewayErrors.BadRequest($"Usage Plan {plan.Id} has no quota");
            foreach (var remaining in (request.PatchOperations ?? []).Select(RemainingOf).ToList())
            {
                _meter.SetRemaining(plan.Id, key.Id, quota, remaining);
            }

            var today = DateOnly.FromDateTime(Now.UtcDateTime);
            return UsageOf(plan, [key], today, today);
        }
    }

    private static long RemainingOf(PatchOperation operation)
    {
        var allowed = operation.Op is "replace" ? UsagePatchPaths : [];
        if (!allowed.Contains(operation.Path))
        {
            throw ApiGatewayErrors.InvalidPatchPath(operation, allowed);
        }

        return int.TryParse(operation.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var remaining)
            ? remaining
            : throw ApiGatewayErrors.BadRequest("Invalid remaining quota specified");
    }

    private static DateOnly DayOf(string date) =>
        DateOnly.TryParseExact(date, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? day
        : throw ApiGatewayErrors.BadRequest("Invalid date specified. Must be in the format yyyy-MM-dd");

    private static string Text(DateOnly day) => day.ToString(DayFormat, CultureInfo.InvariantCulture);

    private Usage UsageOf(StoredUsagePlan plan, IReadOnlyList<StoredApiKey> keys, DateOnly first, DateOnly last) => new()
    {
        UsagePlanId = plan.Id,
        StartDate = Text(first),
        EndDate = Text(last),
        Items = keys.Select(key => (key.Id, Days: DaysOf(plan, key, first, last))).Where(key => key.Days is not null)
            .ToDictionary(key => key.Id, key => key.Days!),
    };

    /// <summary>Returns the days of a key as GetUsage shows them; null for a key that it omits.</summary>
    private IReadOnlyList<IReadOnlyList<long>>? DaysOf(StoredUsagePlan plan, StoredApiKey key, DateOnly first, DateOnly last)
    {
        var days = _meter.Show(plan.Id, key.Id, plan.Settings.Quota, first, last);
        if (plan.Settings.Quota is null && _aws.Unknowns.UsageWithoutQuota != UsageWithoutQuota.Counted)
        {
            return _aws.Unknowns.UsageWithoutQuota == UsageWithoutQuota.Absent ? null : [.. days.Select(_ => (long[])[0, 0])];
        }

        return _aws.Unknowns.UnusedKeysAreAbsent && days.All(day => day[0] == 0) ? null
            : _aws.Unknowns.DaysWithoutRequestsAreEmpty ? [.. days.Select(day => day[0] == 0 ? [] : day)]
            : days;
    }
}
