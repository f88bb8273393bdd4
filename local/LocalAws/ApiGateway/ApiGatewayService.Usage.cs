using System.Globalization;
using LocalAws.ApiGateway;

namespace LocalAws;

/// <content>The usage of plans by keys.</content>
public sealed partial class ApiGatewayService
{
    private const string DayFormat = "yyyy-MM-dd";

    private static readonly string[] UsagePatchPaths = ["/remaining"];

    /// <summary>
    /// Returns the usage of a plan's keys for each day, including days without a request. The result is exact and current, while AWS's is best effort
    /// and lags.
    /// </summary>
    /// <param name="request">The input of GetUsage.</param>
    public Usage GetUsage(GetUsageRequest request)
    {
        var (first, last) = (DayOf(request.StartDate), DayOf(request.EndDate));
        if (first > last)
        {
            throw ApiGatewayErrors.BadRequest("Invalid date range specified");
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

    private static DateOnly DayOf(string date) => DateOnly.TryParseExact(date, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? day
        : throw ApiGatewayErrors.BadRequest("Invalid date specified. Must be in the format yyyy-MM-dd");

    private static string Text(DateOnly day) => day.ToString(DayFormat, CultureInfo.InvariantCulture);

    private Usage UsageOf(StoredUsagePlan plan, IReadOnlyList<StoredApiKey> keys, DateOnly first, DateOnly last) => new()
    {
        UsagePlanId = plan.Id,
        StartDate = Text(first),
        EndDate = Text(last),
        Items = keys.ToDictionary(key => key.Id, key => _meter.Show(plan.Id, key.Id, plan.Settings.Quota, first, last)),
    };
}
