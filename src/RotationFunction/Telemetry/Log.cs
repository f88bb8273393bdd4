using System.Globalization;
using Amazon.Lambda.Core;

namespace RotationFunction;

/// <summary>The log messages of the function. With the log format JSON, the Lambda logger writes each placeholder as a field.</summary>
internal sealed class Log(ILambdaLogger logger, string step, string secretArn, string? versionId, Func<string, string> hide, string? region = null)
{
    public void StepDone(TimeSpan duration) => Information("done in {durationMs} ms", (long)duration.TotalMilliseconds);

    public void AlreadyCurrent() => Information("already AWSCURRENT");

    public void ValueAlreadyStored() => Information("the version already has a value");

    public void ValueStored() => Information("stored a new value as AWSPENDING");

    public void KeyCopied(string field) =>
        Warning(
            "AWSCURRENT's document also contains its key in {field}. A rotation replaces only apiKey: the rotation after this one disables that key",
            field);

    public void KeyCreated(string keyId) => Information("created key {keyId}", keyId);

    public void KeyFound(string keyId) => Information("found key {keyId}, which an earlier attempt created", keyId);

    public void KeyEnabled(string keyId) => Information("enabled key {keyId}", keyId);

    public void KeyAttached(string keyId, string usagePlanId) => Information("attached key {keyId} to usage plan {usagePlanId}", keyId, usagePlanId);

    public void KeyDetached(string keyId, string usagePlanId) =>
        Information("detached key {keyId} from usage plan {usagePlanId}", keyId, usagePlanId);

    public void WaitingForActivation(string keyId, TimeSpan wait) =>
        Information("key {keyId} may not be active yet: waiting {waitMs} ms", keyId, (long)wait.TotalMilliseconds);

    public void ProbeInconclusive(Uri url, string reason) =>
        Warning("the probe of {probeUrl} is inconclusive: {reason}. Waiting for ACTIVATION_WAIT instead", Probe.Printed(url), reason);

    public void ProbeAccepted(Uri url, TimeSpan after) =>
        Information("{probeUrl} accepts the key, after {activationMs} ms", Probe.Printed(url), (long)after.TotalMilliseconds);

    public void KeyTested() => Information("the key passed");

    public void CurrentMoved(string keyId, string fromVersionId) =>
        Information("moved AWSCURRENT to key {keyId}, from version {fromVersionId}", keyId, fromVersionId);

    public void KeyDisabled(string keyId) => Information("disabled key {keyId}, which no staging label needs", keyId);

    public void KeyDeleted(string keyId) => Information("deleted key {keyId}", keyId);

    public void KeyAdopted(string keyId) => Information("adopted key {keyId}: its value is AWSCURRENT", keyId);

    public void PermissionsProved(string keyId) =>
        Information("the role can create, tag, update, attach, detach and delete keys: tested with key {keyId}, which was deleted", keyId);

    public void ForeignKeyLeft(string keyId) => Warning("skipped key {keyId}: it has the name of a key of this secret, but not the tag", keyId);

    public void KeyHeld(string keyId, DateTime end, RecentUse use) => Information(
        "key {keyId} stays enabled, until {holdEnd} at the latest: requests today {today}, yesterday {yesterday}",
        keyId, end.ToString("u", CultureInfo.InvariantCulture), RecentUse.Printed(use.Today), RecentUse.Printed(use.Yesterday));

    public void HoldEnded(string keyId, DateTime end, RecentUse use) => Warning(
        "the hold of key {keyId} ended at {holdEnd}, so it is disabled: requests today {today}, yesterday {yesterday}",
        keyId, end.ToString("u", CultureInfo.InvariantCulture), RecentUse.Printed(use.Today), RecentUse.Printed(use.Yesterday));

    public void QuotaCarried(string keyId, string usagePlanId, long remaining) =>
        Information("key {keyId} has {remaining} requests left of the quota of usage plan {usagePlanId}", keyId, remaining, usagePlanId);

    public void QuotaNotCarried(string keyId, string reason) =>
        Warning("the quota of key {keyId} stays as it is: {reason}", keyId, reason);

    public void UsageUnknown(string keyId, string usagePlanId, string reason) =>
        Information("the requests of key {keyId} in usage plan {usagePlanId} are not known: {reason}", keyId, usagePlanId, reason);

    public void Found(string problem) => Warning("{finding}", problem);

    public void CalledByOther(CloudTrailRecord record, CallerIdentity caller, string subject) => Warning(
        "{caller} called {operation} on {subject}, from {sourceIPAddress} with {userAgent}: {outcome}", FieldsOf(record, caller, subject));

    public void CallNotResolved(CloudTrailRecord record, CallerIdentity caller, string subject) => Warning(
        "it is not known whether this call concerns a key of this stack: {caller} called {operation} on {subject}, from {sourceIPAddress} "
        + "with {userAgent}: {outcome}", FieldsOf(record, caller, subject));

    public void TurnAwaited(string service, bool isChange, TimeSpan wait) =>
        Warning(
            $"{service} {(isChange ? "rejects calls during another change" : "throttles calls")}: waiting {{waitMs}} ms",
            (long)wait.TotalMilliseconds);

    public void PermissionAwaited(string errorCode) =>
        Warning("AWS returned {errorCode}: the role's permissions may not be in effect yet; retrying", errorCode);

    private static object[] FieldsOf(CloudTrailRecord record, CallerIdentity caller, string subject) =>
    [
        caller.Name, record.EventName ?? "", subject.Length == 0 ? "(no name)" : subject, record.SourceIPAddress ?? "", record.UserAgent ?? "",
        record.ErrorCode is { Length: > 0 } code ? code : "succeeded",
    ];

    private void Information(string what, params object[] values) => Write(LogLevel.Information, what, values);

    private void Warning(string what, params object[] values) => Write(LogLevel.Warning, what, values);

    private void Write(LogLevel level, string what, object[] values)
    {
        var template = "{step}" + (secretArn.Length == 0 ? "" : " of {secretArn}") + (versionId is null ? "" : " version {versionId}")
            + (region is null ? "" : " in {region}") + ": ";
        object[] fields = [step, .. secretArn.Length == 0 ? [] : new[] { secretArn }, .. new[] { versionId, region }.OfType<string>(), .. values];
        logger.Log(level, template + what, [.. fields.Select(field => field is string text ? LogText.Sanitize(hide(text)) : field)]);
    }
}
