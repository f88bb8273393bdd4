using LocalAws.SecretsManager;

namespace LocalAws;

/// <content>The events that Secrets Manager sends to EventBridge.</content>
public sealed partial class SecretsManagerService
{
    /// <summary>
    /// Moves a label to a version. User guide, "Secret Label Updated event": it is sent when a label moves to a new version, for all labels except
    /// AWSPENDING and AWSPREVIOUS. It contains no value.
    /// </summary>
    private void Move(StoredSecret secret, string label, StoredVersion target)
    {
        var isMoved = secret.Labelled(label) != target;
        secret.Move(label, target);
        if (isMoved && label is not (StoredSecret.Pending or StoredSecret.Previous))
        {
            _region.Events.Send(
                "aws.secretsmanager", "Secret Label Updated", secret.Arn, new { name = secret.Name, labelUpdated = label, versionId = target.Id });
        }
    }
}
