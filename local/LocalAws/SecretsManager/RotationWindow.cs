namespace LocalAws.SecretsManager;

/// <summary>When a rotation may happen, in UTC: from the full hour at which it opens until it closes.</summary>
internal sealed record RotationWindow(DateTimeOffset Opens, DateTimeOffset Closes)
{
    /// <summary>What DescribeSecret shows. Not documented beyond "on or before this date"; seen in the field as the window's last second.</summary>
    public DateTimeOffset NextRotationDate => Closes.AddSeconds(-1);
}
