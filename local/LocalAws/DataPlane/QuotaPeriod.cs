using LocalAws.ApiGateway;

namespace LocalAws.DataPlane;

/// <summary>The periods of a quota, in UTC.</summary>
internal static class QuotaPeriod
{
    /// <summary>
    /// Returns the first day of the period that contains a day. API Gateway SDK reference: the offset is the day on which a period starts; 0 is a
    /// Sunday, or the first day of a month.
    /// </summary>
    public static DateOnly StartOf(DateOnly day, QuotaSettings quota)
    {
        if (quota.Period is "DAY")
        {
            return day;
        }

        if (quota.Period is "WEEK")
        {
            return day.AddDays(-(((int)day.DayOfWeek - quota.Offset + 7) % 7));
        }

        var start = new DateOnly(day.Year, day.Month, 1 + quota.Offset);
        return start <= day ? start : start.AddMonths(-1);
    }
}
