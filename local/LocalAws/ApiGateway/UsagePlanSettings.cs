using LocalAws.DataPlane;

namespace LocalAws.ApiGateway;

/// <summary>The settings that an update of a usage plan can change.</summary>
internal sealed record UsagePlanSettings(string? Name)
{
    public string? Description { get; init; }

    public string? ProductCode { get; init; }

    public IReadOnlyList<ApiStageId> Stages { get; init; } = [];

    public ThrottleSettings? Throttle { get; init; }

    public QuotaSettings? Quota { get; init; }

    /// <summary>
    /// Rejects a quota that AWS rejects. The ranges and the texts of the offset are those of the Terraform provider for AWS, which checks them before
    /// AWS.
    /// </summary>
    public void CheckQuota()
    {
        if (Quota is null)
        {
            return;
        }

        var (last, range) = Quota.Period switch
        {
            "DAY" => (0, "zero"),
            "WEEK" => (6, "between 0 and 6 inclusive"),
            "MONTH" => (27, "between 0 and 27 inclusive"),
            _ => throw ApiGatewayErrors.BadRequest("Invalid Usage Plan quota period specified. Must be one of [DAY, WEEK, MONTH]"),
        };
        if (Quota.Offset < 0 || Quota.Offset > last)
        {
            throw ApiGatewayErrors.BadRequest($"Usage Plan quota offset must be {range} in the {Quota.Period} period");
        }
    }
}
