namespace LocalAws.SecretsManager;

/// <summary>A rotation window in UTC: from the full hour at which it opens until it closes.</summary>
internal sealed record RotationWindow(DateTimeOffset Opens, DateTimeOffset Closes)
{
    /// <summary>
    /// Gets the date that DescribeSecret returns. Documented only as "on or before this date"; observed in the field as the window's last second.
    /// </summary>
    public DateTimeOffset NextRotationDate => Closes.AddSeconds(-1);
}
