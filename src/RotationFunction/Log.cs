using Amazon.Lambda.Core;

namespace RotationFunction;

/// <summary>Everything that the function logs. The Lambda logger makes a field of each placeholder when the log format is JSON.</summary>
internal sealed class Log(ILambdaLogger logger, string step, string secretArn, string versionId)
{
    public void StepDone(TimeSpan duration) =>
        logger.LogInformation("{step} of {secretArn} version {versionId}: done in {durationMs} ms", step, secretArn, versionId, (long)duration.TotalMilliseconds);

    public void AlreadyCurrent() =>
        logger.LogInformation("{step} of {secretArn} version {versionId}: already AWSCURRENT, nothing to do", step, secretArn, versionId);

    public void ValueAlreadyStored() =>
        logger.LogInformation("{step} of {secretArn} version {versionId}: the version has its value already", step, secretArn, versionId);

    public void ValueStored() =>
        logger.LogInformation("{step} of {secretArn} version {versionId}: stored a new value as AWSPENDING", step, secretArn, versionId);

    public void KeyCreated(string keyId) => Key("created key {keyId}", keyId);

    public void KeyFound(string keyId) => Key("found key {keyId} of an earlier try", keyId);

    public void KeyEnabled(string keyId) => Key("enabled key {keyId}", keyId);

    public void KeyAttached(string keyId, string usagePlanId) =>
        logger.LogInformation("{step} of {secretArn} version {versionId}: attached key {keyId} to usage plan {usagePlanId}", step, secretArn, versionId, keyId, usagePlanId);

    public void WaitingForActivation(string keyId, TimeSpan wait) =>
        logger.LogInformation("{step} of {secretArn} version {versionId}: waiting {waitMs} ms for key {keyId} to be served", step, secretArn, versionId, (long)wait.TotalMilliseconds, keyId);

    public void KeyTested(string keyId) => Key("key {keyId} passed", keyId);

    public void CurrentMoved(string keyId, string fromVersionId) =>
        logger.LogInformation("{step} of {secretArn} version {versionId}: now AWSCURRENT, with key {keyId}; was {fromVersionId}", step, secretArn, versionId, keyId, fromVersionId);

    public void KeyDisabled(string keyId) => Key("disabled key {keyId}, which no label needs", keyId);

    public void KeyDeleted(string keyId) => Key("deleted key {keyId}, disabled since before this rotation", keyId);

    public void ForeignKeyLeft(string keyId) =>
        logger.LogWarning("{step} of {secretArn} version {versionId}: left key {keyId} alone: it is named like a key of this secret but not tagged as one", step, secretArn, versionId, keyId);

    private void Key(string what, string keyId) =>
        logger.LogInformation("{step} of {secretArn} version {versionId}: " + what, step, secretArn, versionId, keyId);
}
