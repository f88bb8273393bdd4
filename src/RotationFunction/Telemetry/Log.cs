using Amazon.Lambda.Core;

namespace RotationFunction;

/// <summary>Everything that the function logs. The Lambda logger makes a field of each placeholder when the log format is JSON.</summary>
internal sealed class Log(ILambdaLogger logger, string step, string secretArn, string? versionId, Func<string, string> hide)
{
    public void StepDone(TimeSpan duration) => Information("done in {durationMs} ms", (long)duration.TotalMilliseconds);

    public void AlreadyCurrent() => Information("already AWSCURRENT");

    public void ValueAlreadyStored() => Information("the version has its value already");

    public void ValueStored() => Information("stored a new value as AWSPENDING");

    public void KeyCopied(string field) =>
        Warning("AWSCURRENT's document holds its key in {field} too, and a rotation replaces apiKey only: the key that stays there is disabled by the rotation after this one", field);

    public void KeyCreated(string keyId) => Information("created key {keyId}", keyId);

    public void KeyFound(string keyId) => Information("found key {keyId} of an earlier try", keyId);

    public void KeyEnabled(string keyId) => Information("enabled key {keyId}", keyId);

    public void KeyAttached(string keyId, string usagePlanId) => Information("attached key {keyId} to usage plan {usagePlanId}", keyId, usagePlanId);

    public void KeyDetached(string keyId, string usagePlanId) => Information("detached key {keyId} from usage plan {usagePlanId}", keyId, usagePlanId);

    public void WaitingForActivation(string keyId, TimeSpan wait) => Information("key {keyId} is not surely served yet: waiting {waitMs} ms", keyId, (long)wait.TotalMilliseconds);

    public void ProbeInconclusive(Uri url, string reason) =>
        Warning("the probe of {probeUrl} proves nothing: {reason}. Waiting for ACTIVATION_WAIT instead", Probe.Printed(url), reason);

    public void ProbeAccepted(string keyId, Uri url, TimeSpan after) =>
        Information("key {keyId} is accepted by {probeUrl}, after {activationMs} ms", keyId, Probe.Printed(url), (long)after.TotalMilliseconds);

    public void KeyTested(string keyId) => Information("key {keyId} passed", keyId);

    public void CurrentMoved(string keyId, string fromVersionId) => Information("now AWSCURRENT, with key {keyId}; before it was version {fromVersionId}", keyId, fromVersionId);

    public void KeyDisabled(string keyId) => Information("disabled key {keyId}, which no label needs", keyId);

    public void KeyDeleted(string keyId) => Information("deleted key {keyId}", keyId);

    public void KeyAdopted(string keyId) => Information("adopted key {keyId}: its value is AWSCURRENT", keyId);

    public void PermissionsProved(string keyId) => Information("the role may make, tag, change, attach, detach and delete keys: key {keyId} showed it and is deleted again", keyId);

    public void ForeignKeyLeft(string keyId) => Warning("left key {keyId} alone: it is named like a key of this secret but not tagged as one", keyId);

    public void Found(string problem) => Warning("{finding}", problem);

    public void TurnAwaited(bool isChange, TimeSpan wait) =>
        Warning($"API Gateway refuses calls {(isChange ? "while it makes another change" : "for their rate")}: waiting {{waitMs}} ms", (long)wait.TotalMilliseconds);

    public void PermissionAwaited(string errorCode) => Warning("AWS answered {errorCode}: the role may not be effective yet, trying again", errorCode);

    private void Information(string what, params object[] values) => Write(LogLevel.Information, what, values);

    private void Warning(string what, params object[] values) => Write(LogLevel.Warning, what, values);

    private void Write(LogLevel level, string what, object[] values)
    {
        var template = versionId is null ? "{step} of {secretArn}: " : "{step} of {secretArn} version {versionId}: ";
        object[] fields = versionId is null ? [step, secretArn, .. values] : [step, secretArn, versionId, .. values];
        logger.Log(level, template + what, [.. fields.Select(field => field is string text ? LogText.Sanitize(hide(text)) : field)]);
    }
}
