using Amazon.APIGateway.Model;
using Amazon.Runtime;
using Amazon.SecretsManager.Model;

namespace RotationFunction;

/// <summary>
/// The errors of the function. Each text says what is wrong, in which secret or key (by id, never by value), and what to do.
/// docs/runbook.md lists how each text begins.
/// </summary>
internal static class Errors
{
    // The environment.

    public static RotationException SerializerDebug(string variable) => new RotationException(
        $"The environment variable {variable} is true, so the log would contain whole events with their RotationTokens. "
        + "Remove the variable from the function.");

    public static RotationException ActivationWait(string text, int longest, int byDefault) => new RotationException(
        $"The environment variable ACTIVATION_WAIT is '{text}'. "
        + $"Set it to a whole number of seconds from 0 to {longest}, or remove it to use {byDefault}.");

    // The event.

    public static RotationException EventIsNull() => Invalid("is null");

    public static RotationException NeitherStepNorAction() => Invalid("has neither Step nor action");

    public static RotationException BothStepAndAction() => Invalid("has both Step and action");

    public static RotationException NoSecretId() => Invalid("has no SecretId");

    public static RotationException SecretIdIsNoNameOrArn() => Invalid("has a SecretId that is neither the name nor the full ARN of a secret");

    public static RotationException SecretIdIsNoArn() => Invalid("has a SecretId that is not the full ARN of a secret");

    public static RotationException NoClientRequestToken() => Invalid("has no ClientRequestToken");

    public static RotationException ClientRequestTokenLength() => Invalid("has a ClientRequestToken that is not 32 to 64 characters long");

    public static RotationException ClientRequestTokenControlCharacter() => Invalid("has a ClientRequestToken with control characters");

    public static RotationException UnknownStep(params string[] steps) => new RotationException(
        $"The event's Step is not valid. Valid steps: {string.Join(", ", steps)}. Nothing was changed.");

    public static RotationException UnknownAction(params string[] actions) => new RotationException(
        $"The event's action is not valid. Valid actions: {string.Join(", ", actions)}. Nothing was changed.");

    public static RotationException NotForOperators(params string[] actions) => new RotationException(
        $"The alias {OperatorsAlias.Name} permits only {string.Join(", ", actions[..^1])} and {actions[^1]}. "
        + "Secrets Manager sends the steps, and the stack sends the other actions. Nothing was changed.");

    public static RotationException NoLifecycleAction(Invocation invocation) => Failed(invocation,
        "the event's tf.action is not create, update or delete. aws.lambda.Invocation sends it when its lifecycle scope is CRUD. "
        + "Nothing was changed.");

    public static RotationException NoUsagePlanIds(Invocation invocation) => Failed(invocation,
        "an update requires usagePlanIds. Nothing was changed.");

    public static RotationException NoUsagePlanId(Invocation invocation) => Failed(invocation, "the event has no usagePlanId. Nothing was changed.");

    public static RotationException NoCloudTrailRecord() => Invalid("has no record of CloudTrail. The stack's rules send this action");

    // The secret.

    public static RotationException OtherSecret(Invocation invocation, string secretName) => Failed(invocation,
        $"the SecretId is not the full ARN of the secret {secretName}. Nothing was changed.");

    public static RotationException SecretDoesNotExist(Invocation invocation) => Failed(invocation,
        "the secret does not exist. Nothing was changed. To create the secret again, deploy its stack.");

    public static RotationException SecretIsMarkedForDeletion(Invocation invocation) => Failed(invocation,
        $"the secret is marked for deletion. Restore it with: {Commands.RestoreSecret(invocation.SecretId)}");

    public static RotationException SecretIsReplica(Invocation invocation, string primaryRegion) => Failed(invocation,
        "the secret is a replica, which is read-only. Rotate the primary secret, with a function in its Region: "
        + Commands.RotatePrimary(primaryRegion, invocation.SecretName));

    public static RotationException RotationIsNotEnabled(Invocation invocation) => Failed(invocation,
        $"rotation is not enabled for this secret. Enable it with: {Commands.EnableRotation(invocation.SecretId)}");

    public static RotationException SecretWithoutDate(string arn) =>
        new RotationException($"Secrets Manager returned secret {arn} without LastChangedDate. Try again.");

    public static RotationException NoValueOfLabel(Invocation invocation, string version) => Failed(invocation,
        $"Secrets Manager returns no value for version {version}, which has a staging label. Try again later.");

    public static RotationException OverlapTag(Invocation invocation, string text) => Failed(invocation,
        $"the secret's tag {RotationTags.Overlap} is '{text}'. Nothing was changed. Set it to 0, or to hours or days such as 24h or 7d, with: "
        + Commands.SetOverlap(invocation.SecretId));

    public static RotationException HoldTag(Invocation invocation, string text) => Failed(invocation,
        $"the secret's tag {RotationTags.Hold} is '{text}'. Nothing was changed. Set it to hours or days such as 24h or 30d with: "
        + Commands.SetHold(invocation.SecretId));

    public static RotationException HoldBesideOverlap(Invocation invocation) => Failed(invocation,
        $"the secret has the tags {RotationTags.Hold} and {RotationTags.Overlap}: one keeps an old key longer, the other disables it sooner. "
        + $"Nothing was changed. Remove one with: {Commands.RemoveHold(invocation.SecretId)}");

    public static RotationException QuotaTag(Invocation invocation, string text) => Failed(invocation,
        $"the secret's tag {RotationTags.Quota} is '{text}'. Nothing was changed. Set it to carry, or remove it with: "
        + Commands.RemoveQuota(invocation.SecretId));

    // Another Region.

    public static RotationException InvalidRegionTag(Invocation invocation, string name) => Failed(invocation,
        $"the secret's tag {RotationTags.TemplateIn}{name} does not end in the code of another Region, such as us-east-1. "
        + "Nothing was changed. Remove the tag.");

    public static RotationException InvalidRegion(Invocation invocation) => Failed(invocation,
        "the event names a Region that cannot be one, or is the secret's own. Nothing was changed.");

    public static RotationException RegionIsStillNamed(Invocation invocation) => Failed(invocation,
        $"the secret's tag {RotationTags.Template}{RegionSuffix(invocation)} still names a template key there, so rotations create keys there. "
        + "Nothing was deleted. Remove the tag first: deploy the stack again.");

    public static RotationException RegionIsLeftDuringRotation(Invocation invocation, string pending) => Failed(invocation,
        $"version {pending} is AWSPENDING: its rotation is not complete and may create a key there. Nothing was deleted. "
        + $"Deploy again when the rotation is complete, or abandon it with: {Commands.ClearPending(invocation.SecretId, pending)}");

    public static RotationException StepMayStillRun(Invocation invocation, string pending, DateTime until) => Failed(invocation,
        $"version {pending} is AWSPENDING, and a step of its rotation may run until {until:u} and create a key. Nothing was deleted. "
        + "Destroy the stack again after that time.");

    public static RotationException ValueIsTakenInRegion(Invocation invocation, string version) => Failed(invocation,
        $"API Gateway reports that a key with the value of version {version} exists, but no key of this secret has it. "
        + $"Someone else created the key: delete it. {RetryHint(invocation)}");

    public static RotationException ReplicaIsBehind(Invocation rotation, string why) => Failed(rotation,
        $"clients there may not have read AWSCURRENT yet: {why}. Nothing was changed. DescribeSecret shows each replica's status: "
        + $"{Commands.DescribeReplicas(rotation.SecretId)}. {RetryHint(rotation)}");

    // The document.

    public static RotationException Document(Invocation invocation, string version, string problem) => Failed(invocation,
        $"the document of version {version} {problem}. Nothing was changed. {RepairHint(invocation, version)}");

    public static RotationException DocumentIsTooLarge(Invocation invocation, int size) => Failed(invocation,
        $"with a new key the document would be {size} bytes, and Secrets Manager accepts at most {SecretDocument.LargestSize}. Nothing was changed. "
        + "Make AWSCURRENT's document smaller.");

    // The version that a rotation creates.

    public static RotationException NoCurrentValue(Invocation rotation) => Failed(rotation,
        "the secret has no AWSCURRENT value to start from. Deploy the stack again, or store a first document with: "
        + $"{Commands.StoreFirstDocument(rotation.SecretId)}");

    public static RotationException RotationWasGivenUp(Invocation rotation, bool versionIsLabelled, string? pending) => Failed(rotation,
        (versionIsLabelled
            ? "this version is not AWSPENDING: the rotation was abandoned. "
            : "no version with this id has a staging label: the rotation was abandoned, or Secrets Manager did not send the event. ")
        + OtherRotationHint(rotation, pending));

    public static RotationException NoPendingValue(Invocation rotation) => Failed(rotation,
        "the version has no value yet: createSecret must store it first. Secrets Manager retries the rotation.");

    public static RotationException NoPendingKey(Invocation rotation) => Failed(rotation,
        "the version's document has no apiKey, so createSecret did not write it. " + ClearPendingHint(rotation));

    public static RotationException PendingKeyWasNotDrawn(Invocation rotation) => Failed(rotation,
        "the version's apiKey is not 40 letters and digits, so createSecret did not generate it. Nothing was changed. " + ClearPendingHint(rotation));

    public static RotationException PendingKeyIsCurrent(Invocation rotation) => Failed(rotation,
        "the version contains AWSCURRENT's own key, as after an aborted test, so there is no new key to rotate to. " + ClearPendingHint(rotation));

    public static RotationException NoCurrentVersion(Invocation rotation) => Failed(rotation,
        "no version of the secret is AWSCURRENT, so the label cannot be moved. " + ClearPendingHint(rotation));

    public static RotationException CurrentWasEdited(Invocation rotation) => Failed(rotation,
        "AWSCURRENT was edited after createSecret copied it, and promoting the copy would undo the edit. " + ClearPendingHint(rotation));

    // The new key.

    public static RotationException ValueIsTaken(Invocation rotation) => Failed(rotation,
        "API Gateway reports that a key with this version's value exists, but lists no key with this rotation's name. "
        + "Secrets Manager retries the rotation. If that does not help, someone else created the key. " + ClearPendingHint(rotation));

    public static RotationException ValueIsOfUntaggedKey(Invocation rotation, string keyId) => Failed(rotation,
        $"API Gateway reports that a key with this version's value exists, but key {keyId} lacks the tag {RotationTags.MintedFor}. "
        + "Secrets Manager retries the rotation. If that does not help, someone else created the key. " + ClearPendingHint(rotation));

    // AWS does not document which of these errors it returns when the quota is reached.
    public static RotationException NoKeyWasCreated(Invocation invocation, AmazonServiceException refused) => Failed(invocation,
        $"AWS returned {refused.ErrorCode}: {refused.Message.TrimEnd('.')}. No key was created. If this is a quota: "
        + $"an account can have 10,000 API keys in each Region. Count them with: {Commands.CountKeys}, and delete keys that are not in use. "
        + $"{RetryHint(invocation)}");

    public static RotationException NoKeyToTest(Invocation invocation) => Failed(invocation,
        "no key of this secret has the version's value: setSecret must create it first. " + RetryHint(invocation));

    public static RotationException KeyToTestIsDisabled(Invocation invocation, string keyId) => Failed(invocation,
        $"key {keyId} is disabled: someone disabled it after setSecret. Secrets Manager retries the rotation, which enables it.");

    public static RotationException KeyToTestIsNotInPlan(Invocation invocation, string keyId, IEnumerable<string> plans) => Failed(invocation,
        $"key {keyId} is not in usage plan {string.Join(", ", plans)}, but the template key is. "
        + "Secrets Manager retries the rotation, which adds it.");

    public static RotationException NoTimeForActivation(Invocation invocation, string keyId, TimeSpan wait, TimeSpan activationWait) =>
        Failed(invocation,
        $"key {keyId} needs {wait.TotalSeconds:F0} s more before it is assumed active (ACTIVATION_WAIT is {activationWait.TotalSeconds:F0} s), but "
        + $"this invocation has only {invocation.Budget.Remaining.TotalSeconds:F0} s left. Set the function's timeout longer than ACTIVATION_WAIT. "
        + $"{RetryHint(invocation)}");

    public static RotationException KeyIsRefusedLikeMadeUp(Invocation invocation, string keyId, Uri url, TimeSpan after, string answer) =>
        Failed(invocation,
        $"key {keyId} is rejected by {Probe.Printed(url)} like a made-up key, for {after.TotalSeconds:F0} s so far: it {answer}. "
        + "AWSCURRENT is unchanged. Check that the method requires only a key: "
        + "if an authorizer, a resource policy or a firewall rejects the probe, set the tag to the URL of another method, or remove the tag. "
        + $"Check that the key's usage plans contain the stage of this URL: {Commands.ListPlans(keyId)}. Otherwise API Gateway is slow. "
        + $"{RetryHint(invocation)}");

    public static RotationException KeyWasNotAccepted(Invocation invocation, string keyId, Uri url, int times, TimeSpan after, string answer) =>
        Failed(invocation,
        $"key {keyId} was not accepted {times} times in a row by {Probe.Printed(url)} within {after.TotalSeconds:F0} s: the last time, it {answer}. "
        + $"AWSCURRENT is unchanged. Check that the key's usage plans contain the stage of this URL: {Commands.ListPlans(keyId)}. "
        + $"{RetryHint(invocation)}");

    public static RotationException KeyWithoutDate(string keyId) =>
        new RotationException($"API Gateway returned key {keyId} without createdDate. Try again.");

    public static RotationException NoKeyToPromote(Invocation rotation) => Failed(rotation,
        "no key of this secret has the version's value: setSecret must create it first. Secrets Manager retries the rotation.");

    public static RotationException KeyToPromoteIsDisabled(Invocation rotation, string keyId) => Failed(rotation,
        $"key {keyId} is disabled: someone disabled it after testSecret. Secrets Manager retries the rotation, which enables it.");

    // The template key and the usage plans.

    public static RotationException NoTemplateTag(Invocation invocation) => Failed(invocation,
        $"the secret has no tag {RotationTags.Template}{RegionSuffix(invocation)}. Set it with: "
        + Commands.SetTemplate(invocation.SecretId, invocation.Region));

    public static RotationException NoTemplateKey(Invocation invocation, string keyId) => Failed(invocation,
        $"the template key {keyId}, which the secret's tag {RotationTags.Template}{RegionSuffix(invocation)} names, does not exist. "
        + "Deploy the stack again, or set the tag to a template key that exists with: "
        + Commands.SetTemplate(invocation.SecretId, invocation.Region));

    public static RotationException TemplateDoesNotPointBack(Invocation invocation, string keyId, string secretName) => Failed(invocation,
        $"the secret's tag {RotationTags.Template}{RegionSuffix(invocation)} points at key {keyId}, but that key's tag "
        + $"{RotationTags.TemplateFor} does not point back at {secretName}. Set both tags.");

    public static RotationException TemplateIsEnabled(Invocation invocation, string keyId) => Failed(invocation,
        $"the template key {keyId} is enabled. It must be disabled, because it only declares settings and no client may use it. Disable it with: "
        + $"{Commands.DisableKey(keyId)}");

    public static RotationException TagsDiffer(Invocation invocation, string keyId, string tag, string named, string? onSecret, string? onTemplate) =>
        Failed(invocation,
        $"the secret and its template key {keyId} do not name the same {named} in the tag {tag}: {SidesWith(onSecret, onTemplate)}. "
        + "Nothing was changed. Deploy the stack again with pulumi up --refresh, which sets both tags. CloudTrail shows who changed one: "
        + "TagResource and UntagResource.");

    public static RotationException ProbeUrl(Invocation invocation, string keyId) => Failed(invocation,
        $"the tag {RotationTags.Probe} of the template key {keyId} is not an https URL. testSecret sends a key to this URL. "
        + "Set the tag to the URL of an API method that requires a key, or remove the tag.");

    public static RotationException ArnIsTooLong(Invocation invocation, string secretArn) => Failed(invocation,
        $"the secret's ARN is {secretArn.Length} characters long, and the tag {RotationTags.MintedFor} of a minted key holds at most "
        + $"{ApiKeys.LongestTagValue}. Nothing was changed. Give the secret a shorter name.");

    public static RotationException TemplateIsInNoPlan(Invocation invocation, string keyId) => Failed(invocation,
        $"the template key {keyId} is not in any usage plan, so a new key would give access to no API. Add it to one with: "
        + $"{Commands.AttachKey(keyId)}");

    public static RotationException NoPlanHasAStage(Invocation invocation, string keyId, string plan) => Failed(invocation,
        $"no usage plan of the template key {keyId} has an API stage, so a new key would give access to no API. Add a stage with: "
        + $"{Commands.AddStage(plan)}");

    public static RotationException TemplateIsNotInPlan(Invocation invocation, string keyId, IEnumerable<string> plans) => Failed(invocation,
        $"the template key {keyId} is not in usage plan {string.Join(", ", plans)}. Nothing was changed. Add it to the plan first.");

    public static RotationException AttachWasRefused(Invocation invocation, string keyId, string plan) => Failed(invocation,
        $"API Gateway rejected every attempt to add key {keyId} to usage plan {plan}, as it does while other callers in the account add keys to "
        + $"usage plans. CloudTrail shows these callers: CreateUsagePlanKey. {RetryHint(invocation)}");

    public static RotationException PlansShareStage(Invocation invocation, string keyId, string plan, string rival) => Failed(invocation,
        $"key {keyId} cannot be in usage plan {plan} while it is in usage plan {rival}, which has the same API stage. Remove it from that plan with: "
        + $"{Commands.DetachKey(rival, keyId)}. {RetryHint(invocation)}");

    // The ring.

    public static RotationException TooManyForgedNames(Invocation invocation, int left) => Failed(invocation,
        $"{left} more keys have names like keys of this secret, and the invocation has no time left to check them: "
        + "a key of this secret may be among them. Someone creates keys with such names. "
        + $"Find and delete those without the tag {RotationTags.MintedFor}: {Commands.ListRing(invocation.SecretName)}. {RetryHint(invocation)}");

    public static RotationException KeysKeepAppearing(Invocation invocation, int deleted) => Failed(invocation,
        $"new keys of this secret appeared while {deleted} keys were deleted. Stop what rotates the secret, then destroy the stack again.");

    // The previous key.

    public static RotationException CurrentHoldsNoKey(Invocation invocation) => Failed(invocation,
        "AWSCURRENT contains no key, so clients may depend on AWSPREVIOUS's. Nothing was changed.");

    public static RotationException CurrentKeyIsNotEnabled(Invocation invocation) => Failed(invocation,
        "no enabled key of this secret has AWSCURRENT's value, so clients may depend on AWSPREVIOUS's. Nothing was changed. Rotate first: "
        + Commands.RotateSecret(invocation.SecretId));

    public static RotationException PreviousKeyIsPending(Invocation invocation, string pending) => Failed(invocation,
        $"version {pending}, which is AWSPENDING, contains AWSPREVIOUS's key: the rotation in progress would make it current. Nothing was changed. "
        + ClearPendingHint(invocation, pending));

    public static RotationException CurrentMovedWhileRevoking(Invocation invocation, string? version) => Failed(invocation,
        $"AWSCURRENT moved to version {version} in the meantime. That version's key remains enabled. {RetryHint(invocation)}");

    public static RotationException CurrentMovedWhileRollingBack(Invocation invocation, string? version) => Failed(invocation,
        $"AWSCURRENT moved to version {version} in the meantime. {RetryHint(invocation)}");

    public static RotationException NoPreviousVersion(Invocation invocation) => Failed(invocation,
        "the secret has no AWSPREVIOUS version to roll back to. Nothing was changed. " + NewRotationHint(invocation));

    public static RotationException RotationIsUnderWay(Invocation invocation, string pending) => Failed(invocation,
        $"version {pending} is AWSPENDING: its rotation is not complete and would move AWSCURRENT again. Nothing was changed. "
        + $"Wait until it is complete, or abandon it with: {Commands.ClearPending(invocation.SecretId, pending)}");

    public static RotationException PreviousHoldsNoKey(Invocation invocation) => Failed(invocation,
        "AWSPREVIOUS contains no key. Nothing was changed. " + NewRotationHint(invocation));

    public static RotationException PreviousHoldsCurrentKey(Invocation invocation) => Failed(invocation,
        "AWSPREVIOUS contains the same key as AWSCURRENT: the document was edited since the last rotation. Nothing was changed. "
        + NewRotationHint(invocation));

    public static RotationException PreviousDiffers(Invocation invocation, string? current, string? previous) => Failed(invocation,
        "AWSPREVIOUS differs from AWSCURRENT in more than the key, so a rollback would undo an edit. Nothing was changed. To move the label anyway: "
        + Commands.MoveCurrent(invocation.SecretId, from: current, to: previous));

    public static RotationException PreviousKeyIsGone(Invocation invocation) => Failed(invocation,
        "no key of this secret has AWSPREVIOUS's value. Nothing was changed. " + NewRotationHint(invocation));

    public static RotationException PreviousKeyIsNotInPlan(Invocation invocation, string keyId, string plan) => Failed(invocation,
        $"AWSPREVIOUS's key {keyId} is not in usage plan {plan}, but the template key is. Nothing was changed. Add it with: "
        + $"{Commands.AttachKey(plan, keyId)}");

    // A deployment.

    public static RotationException CurrentKeyIsGone(Invocation invocation, string? pending) => Failed(invocation,
        "no key of this secret has AWSCURRENT's value, so clients are refused. " + ReplacementHint(invocation, pending));

    public static RotationException CurrentKeyIsDisabled(Invocation invocation, string keyId, string? pending) => Failed(invocation,
        $"AWSCURRENT's key {keyId} is disabled, so clients are refused. {ReplacementHint(invocation, pending)}");

    public static RotationException RoleLacksPermissions(Invocation invocation, IEnumerable<string> denials) => Failed(invocation,
        $"the function's role lacks permissions that rotations need: {string.Join("; ", denials)}. "
        + $"Allow these in the policy of {RoleHint(invocation)}. "
        + "If the policy allows one of them under a tag condition, AWS does not evaluate the tag: "
        + "remove the condition, as docs/security.md describes. Then deploy again.");

    public static RotationException AdoptedKeyDoesNotExist(Invocation invocation, string keyId) => Failed(invocation,
        $"the key {keyId} to adopt, which the tags {RotationTags.Adopted} name, does not exist. Nothing was changed.");

    public static RotationException AdoptedKeysDiffer(Invocation invocation, string keyId) => Failed(invocation,
        $"the key {keyId} to adopt does not have the value of the key to adopt in the first Region. Clients of all Regions read one secret. "
        + "Nothing was changed. Create a key with that value there, or deploy without adoption there.");

    public static RotationException AdoptedKeyIsDisabled(Invocation invocation, string keyId) => Failed(invocation,
        $"the key {keyId} to adopt is disabled, so no client can use it. Nothing was changed. Enable it, or deploy without adoption.");

    public static RotationException AdoptedKeyIsOurs(Invocation invocation, string keyId) => Failed(invocation,
        $"the key {keyId} to adopt is already a secret's minted key or template key. Nothing was changed. "
        + "Deploy with another key, or without adoption.");

    public static RotationException AdoptedKeyIsOfAnother(Invocation invocation, string keyId, string owner) => Failed(invocation,
        $"the key {keyId} was already adopted for the secret {owner}. Two secrets cannot rotate one key. Nothing was changed.");

    public static RotationException AdoptedKeyTakesNoTag(Invocation invocation, string keyId, int tags) => Failed(invocation,
        $"the key {keyId} to adopt has {tags} tags, the most that API Gateway accepts, and adoption adds the tag {RotationTags.AdoptedFor}. "
        + "Nothing was changed. Remove a tag.");

    public static RotationException AdoptedKeyIsNotInPlan(Invocation invocation, string keyId, IEnumerable<string> plans) => Failed(invocation,
        $"the key {keyId} to adopt is not in usage plan {string.Join(", ", plans)}, but the template key is. Nothing was changed. "
        + "Add it to the plan, or remove the template key from the plan.");

    public static RotationException AdoptedKeyFitsNoHeader(Invocation invocation, string keyId) => Failed(invocation,
        $"the key {keyId} to adopt has a value that no x-api-key header can carry, so no client can use it. Nothing was changed. "
        + "Deploy without adoption.");

    // AWS.

    /// <summary>Returns whether a failure is one of AWS or of the connection to it.</summary>
    public static bool IsOfAws(Exception failure) => failure is AmazonServiceException || RotationFunction.NoAnswer.Is(failure);

    /// <summary>Returns the error for a failure of AWS or of the connection to it; an error as it is.</summary>
    public static RotationException Of(Invocation invocation, Exception failure) => failure switch
    {
        RotationException error => error,
        AmazonServiceException refused => Refused(invocation, refused),
        var broken => NoAnswer(invocation, broken),
    };

    /// <summary>Returns one error for those of several Regions.</summary>
    public static RotationException InSeveralRegions(IReadOnlyList<RotationException> errors) =>
        new(LogText.Sanitize(string.Join(' ', errors.Select(error => error.Message))))
        {
            Problem = LogText.Sanitize(string.Join(' ', errors.Select(error => error.Problem))),
            DeniedWith = errors.Select(error => error.DeniedWith).FirstOrDefault(code => code is not null),
        };

    private static RotationException NoAnswer(Invocation invocation, Exception broken) => Failed(invocation,
        $"a call to AWS ended without a response ({broken.GetType().Name}). Try again. "
        + "A function in a VPC needs a route to Secrets Manager and API Gateway.");

    /// <summary>
    /// An error that AWS returned. The SDK's exception is not kept as the cause, and its text only if it cannot quote a value: for a response
    /// that the SDK cannot read, the text quotes the body; for a failed validation, it quotes the invalid member.
    /// </summary>
    private static RotationException Refused(Invocation invocation, AmazonServiceException refused)
    {
        var error = refused switch
        {
            AmazonUnmarshallingException or { ErrorCode: null or "" } =>
                Failed(invocation, $"AWS returned a response that could not be read (status {(int)refused.StatusCode}). Try again."),
            { ErrorCode: "ValidationException" } or { Message: null } => Failed(invocation, $"AWS returned {refused.ErrorCode}."),
            _ when refused.Message.Contains("HTTP Body", StringComparison.OrdinalIgnoreCase) =>
                Failed(invocation, $"AWS returned {refused.ErrorCode}."),
            _ when RefusalHint(invocation, refused) is { } hint =>
                Failed(invocation, $"AWS returned {refused.ErrorCode}: {refused.Message.TrimEnd('.')}. {hint}"),
            _ => Failed(invocation, $"AWS returned {refused.ErrorCode}: {refused.Message}"),
        };
        error.DeniedWith = IamPropagation.IsDenial(refused) ? refused.ErrorCode : null;
        return error;
    }

    private static string? RefusalHint(Invocation invocation, AmazonServiceException refused) => refused switch
    {
        EncryptionFailureException or DecryptionFailureException =>
            $"Check that the secret's KMS key is enabled: {Commands.FindKmsKey(invocation.SecretId)}, then {Commands.EnableKmsKey}.",
        TooManyRequestsException =>
            "All callers in the account and Region share ten API Gateway management calls a second. CloudTrail shows the other callers. "
            + $"Or schedule fewer rotations in the same hour. {RetryHint(invocation)}",
        ConflictException => $"Other callers changed API Gateway resources at the same time, at every retry. {RetryHint(invocation)}",
        _ when IamPropagation.IsDenial(refused) =>
            $"Allow the named action in the policy of {RoleHint(invocation)}. If the text names KMS, check the policy of that key too.",
        _ => null,
    };

    /// <summary>What happens after the failure.</summary>
    private static string RetryHint(Invocation invocation) =>
        !invocation.IsStep ? "Then invoke the action again."
        : invocation.IsProvisioning ? "Then deploy again."
        : "Secrets Manager retries the rotation.";

    /// <summary>The command that removes AWSPENDING from the rotation's version, which no retry can complete.</summary>
    private static string ClearPendingHint(Invocation rotation) => ClearPendingHint(rotation, rotation.Token);

    private static string ClearPendingHint(Invocation invocation, string version) =>
        $"Remove AWSPENDING from it with: {Commands.ClearPending(invocation.SecretId, version)}, "
        + $"then {(invocation.IsStep ? "rotate" : "invoke the action")} again.";

    /// <summary>How to repair a version whose document cannot be read.</summary>
    private static string RepairHint(Invocation invocation, string version) => invocation.IsStep && version == invocation.Token
        ? ClearPendingHint(invocation)
        : $"Store a JSON object such as {{\"apiKey\": \"...\"}} with: {Commands.StoreDocument(invocation.SecretId)}";

    /// <summary>How to start a rotation.</summary>
    private static string NewRotationHint(Invocation invocation) => $"Start a new rotation with: {Commands.RotateSecret(invocation.SecretId)}";

    private static string ReplacementHint(Invocation invocation, string? pending) =>
        pending is null ? NewRotationHint(invocation)
        : $"The rotation to version {pending} replaces it. Deploy again when that version is AWSCURRENT.";

    private static string OtherRotationHint(Invocation rotation, string? pending) => pending is null ? NewRotationHint(rotation)
        : $"Version {pending} is AWSPENDING now, and Secrets Manager retries its rotation. "
        + "Until that is complete, Secrets Manager rejects rotate-secret. To abandon it: "
        + Commands.ClearPending(rotation.SecretId, pending);

    private static string SidesWith(string? onSecret, string? onTemplate) =>
        onSecret is null ? "only the template key has it" : onTemplate is null ? "only the secret has it" : "their values differ";

    /// <summary>The end of the name of a tag that the secret has for another Region.</summary>
    private static string RegionSuffix(Invocation invocation) => invocation.Region is { } region ? ":" + region : "";

    private static string RoleHint(Invocation invocation) => $"the function's role: {Commands.FindRole(invocation.FunctionArn)}";

    private static RotationException Invalid(string problem) =>
        new($"The event {problem}. A rotation step requires Step, SecretId and ClientRequestToken; an action requires action and secretId. "
        + "Nothing was changed.");

    /// <summary>Creates an error that names the operation, the secret and, for a step, the version.</summary>
    private static RotationException Failed(Invocation invocation, string problem)
    {
        problem = invocation.Confidential.Hide(problem);
        var version = invocation.IsStep ? $", version {invocation.Token}" : "";
        var region = "";
        if (invocation.Region is { } name)
        {
            problem = Commands.In(name, problem);
            region = $", in Region {name}";
        }

        var message = $"{invocation.Operation} of secret {invocation.SecretId}{version}{region}: {problem}";
        return new(LogText.Sanitize(message)) { Problem = LogText.Sanitize(problem) };
    }
}
