using Amazon.APIGateway.Model;
using Amazon.Runtime;
using Amazon.SecretsManager.Model;

namespace RotationFunction;

/// <summary>
/// Everything that the function can fail with. Each text says what is wrong, in which secret or key (by id, never by value), and what to do;
/// docs/runbook.md lists how each begins.
/// </summary>
internal static class Errors
{
    // The environment.

    public static RotationException SerializerDebug(string variable) => new RotationException(
        $"The environment variable {variable} is true: the function's log would hold whole events, RotationTokens too. Remove it from the function.");

    public static RotationException ActivationWait(string text, int longest, int byDefault) => new RotationException(
        $"The environment variable ACTIVATION_WAIT is '{text}'. Set it to a whole number of seconds from 0 to {longest}, or remove it for {byDefault}.");

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

    public static RotationException UnknownStep(params string[] steps) => new RotationException($"The event's Step is none of {string.Join(", ", steps)}. Nothing was changed.");

    public static RotationException UnknownAction(params string[] actions) => new RotationException($"The event's action is none of {string.Join(", ", actions)}. Nothing was changed.");

    public static RotationException NotForOperators(params string[] actions) => new RotationException(
        $"Through its alias {OperatorsAlias.Name} the function runs {string.Join(", ", actions[..^1])} and {actions[^1]} only. "
        + "Steps are for Secrets Manager to send, other actions for the stack. Nothing was changed.");

    public static RotationException NoLifecycleAction(Invocation invocation) => Failed(invocation,
        "the event has no tf.action of create, update or delete, as aws.lambda.Invocation with the lifecycle scope CRUD sends it. Nothing was changed.");

    public static RotationException NoUsagePlanIds(Invocation invocation) => Failed(invocation, "an update needs usagePlanIds. Nothing was changed.");

    public static RotationException NoUsagePlanId(Invocation invocation) => Failed(invocation, "the event has no usagePlanId. Nothing was changed.");

    // The secret.

    public static RotationException OtherSecret(Invocation invocation, string secretName) => Failed(invocation,
        $"the SecretId is not the full ARN of the secret {secretName}. Nothing was changed.");

    public static RotationException SecretDoesNotExist(Invocation invocation) => Failed(invocation,
        "the secret does not exist. If its stack is still wanted, deploy it again; nothing was changed.");

    public static RotationException SecretIsMarkedForDeletion(Invocation invocation) => Failed(invocation,
        $"the secret is marked for deletion. Bring it back with: {Commands.RestoreSecret(invocation.SecretId)}");

    public static RotationException SecretIsReplica(Invocation invocation, string primaryRegion) => Failed(invocation,
        "the secret is a replica, which takes no change. Rotate the primary one, with a function in its Region: "
        + Commands.RotatePrimary(primaryRegion, invocation.SecretName));

    public static RotationException RotationIsNotEnabled(Invocation invocation) => Failed(invocation,
        $"rotation is not enabled for this secret. Enable it with: {Commands.EnableRotation(invocation.SecretId)}");

    public static RotationException SecretWithoutDate() => new RotationException("Secrets Manager sent a secret without its LastChangedDate.");

    public static RotationException NoValueOfLabel(Invocation invocation, string version) => Failed(invocation,
        $"Secrets Manager finds no value for the labelled version {version}. Try again later.");

    public static RotationException OverlapTag(Invocation invocation, string text) => Failed(invocation,
        $"the secret's tag {RotationTags.Overlap} is '{text}'. Nothing was changed. Set it to 0, or to hours or days such as 24h or 7d, with: "
        + Commands.SetOverlap(invocation.SecretId));

    // The document.

    public static RotationException Document(Invocation invocation, string version, string problem) => Failed(invocation,
        $"the document of version {version} {problem}; nothing was changed. {RepairHint(invocation, version)}");

    public static RotationException DocumentIsTooLarge(Invocation invocation, int size) => Failed(invocation,
        $"with a new key the document would be {size} bytes, and Secrets Manager takes {SecretDocument.LargestSize}. Make AWSCURRENT's document smaller; nothing was changed.");

    // The version that a rotation makes.

    public static RotationException NoCurrentValue(Invocation rotation) => Failed(rotation,
        $"the secret has no AWSCURRENT value to start from. Deploy the stack again, or store a first document with: {Commands.StoreFirstDocument(rotation.SecretId)}");

    public static RotationException RotationWasGivenUp(Invocation rotation, bool versionIsLabelled, string? pending) => Failed(rotation,
        (versionIsLabelled
            ? "this version is not AWSPENDING: the rotation was given up. "
            : "the secret has no labelled version of this id: the rotation was given up, or the event is not Secrets Manager's. ")
        + OtherRotationHint(rotation, pending));

    public static RotationException NoPendingValue(Invocation rotation) => Failed(rotation,
        "the version has no value yet: createSecret must store it first. Rotation will be tried again.");

    public static RotationException NoPendingKey(Invocation rotation) => Failed(rotation,
        "the version's document has no apiKey: somebody else wrote it. " + ClearPendingHint(rotation));

    public static RotationException PendingKeyWasNotDrawn(Invocation rotation) => Failed(rotation,
        "the version's apiKey is not 40 letters and digits, as createSecret draws them: somebody else wrote it. Nothing was changed. " + ClearPendingHint(rotation));

    public static RotationException PendingKeyIsCurrent(Invocation rotation) => Failed(rotation,
        "the version holds AWSCURRENT's own key, as an aborted test leaves it: there is nothing to rotate to. " + ClearPendingHint(rotation));

    public static RotationException NoCurrentVersion(Invocation rotation) => Failed(rotation,
        "the secret has no AWSCURRENT version to move the label from. " + ClearPendingHint(rotation));

    public static RotationException CurrentWasEdited(Invocation rotation) => Failed(rotation,
        "AWSCURRENT was edited after createSecret copied it, and promoting the copy would undo the edit. " + ClearPendingHint(rotation));

    // The new key.

    public static RotationException ValueIsTaken(Invocation rotation) => Failed(rotation,
        "API Gateway says that a key with this version's value exists, but none of that rotation's name is listed. "
        + "Rotation will be tried again; if that does not help, somebody else made the key. " + ClearPendingHint(rotation));

    public static RotationException ValueIsOfUntaggedKey(Invocation rotation, string keyId) => Failed(rotation,
        $"API Gateway says that a key with this version's value exists, but key {keyId} lacks the tag {RotationTags.MintedFor}. "
        + "Rotation will be tried again; if that does not help, somebody else made the key. " + ClearPendingHint(rotation));

    // Which of these AWS answers when the quota is reached is not documented.
    public static RotationException NoKeyWasCreated(Invocation invocation, AmazonServiceException refused) => Failed(invocation,
        $"AWS answered {refused.ErrorCode}: {refused.Message.TrimEnd('.')}. No key was created. If this means a quota: an account has 10,000 API keys a Region. "
        + $"Count them with: {Commands.CountKeys}, and delete some that nobody uses. {RetryHint(invocation)}");

    public static RotationException NoKeyToTest(Invocation invocation) => Failed(invocation,
        "no key of this secret has the version's value: setSecret must create it first. " + RetryHint(invocation));

    public static RotationException KeyToTestIsDisabled(Invocation invocation, string keyId) => Failed(invocation,
        $"key {keyId} is disabled: somebody disabled it after setSecret. Rotation will be tried again, and enables it.");

    public static RotationException KeyToTestIsNotInPlan(Invocation invocation, string keyId, IEnumerable<string> plans) => Failed(invocation,
        $"key {keyId} is not in usage plan {string.Join(", ", plans)}, but the template is. Rotation will be tried again, and attaches it.");

    public static RotationException NoTimeForActivation(Invocation invocation, string keyId, TimeSpan wait, TimeSpan activationWait) => Failed(invocation,
        $"key {keyId} needs {wait.TotalSeconds:F0} s more until it is surely served (ACTIVATION_WAIT is {activationWait.TotalSeconds:F0} s), "
        + $"but this invocation has only {invocation.Budget.Remaining.TotalSeconds:F0} s left. Give the function a longer time-out than ACTIVATION_WAIT. {RetryHint(invocation)}");

    public static RotationException KeyIsRefusedLikeMadeUp(Invocation invocation, string keyId, Uri url, TimeSpan after, string answer) => Failed(invocation,
        $"key {keyId} is refused by {Probe.Printed(url)} like a made-up key, for {after.TotalSeconds:F0} s now: "
        + $"it {answer}. AWSCURRENT stays as it is. Check that the method needs nothing but a key: where an authorizer, a resource policy "
        + "or a firewall refuses the probe, name another method in the tag, or take the tag off. And check that the key's usage plans hold "
        + $"the stage of this URL: {Commands.ListPlans(keyId)}. Or API Gateway is slow this time. {RetryHint(invocation)}");

    public static RotationException KeyWasNotAccepted(Invocation invocation, string keyId, Uri url, int times, TimeSpan after, string answer) => Failed(invocation,
        $"key {keyId} was not accepted {times} times in a row by {Probe.Printed(url)} within {after.TotalSeconds:F0} s: "
        + $"last, it {answer}. AWSCURRENT stays as it is. Check that the key's usage plans hold the stage of this URL: {Commands.ListPlans(keyId)}. {RetryHint(invocation)}");

    public static RotationException KeyWithoutDate() => new RotationException("API Gateway sent a key without its createdDate.");

    public static RotationException NoKeyToPromote(Invocation rotation) => Failed(rotation,
        "no key of this secret has the version's value: setSecret must create it first. Rotation will be tried again.");

    public static RotationException KeyToPromoteIsDisabled(Invocation rotation, string keyId) => Failed(rotation,
        $"key {keyId} is disabled: somebody disabled it after testSecret. Rotation will be tried again, and enables it.");

    // The template key and the usage plans.

    public static RotationException NoTemplateTag(Invocation invocation) => Failed(invocation,
        $"the secret has no tag {RotationTags.Template}. Set it with: {Commands.SetTemplate(invocation.SecretId)}");

    public static RotationException NoTemplateKey(Invocation invocation, string keyId) => Failed(invocation,
        $"the template key {keyId}, which the secret's tag {RotationTags.Template} names, does not exist. "
        + $"Deploy the stack again, or set the tag to a template key that exists with: {Commands.SetTemplate(invocation.SecretId)}");

    public static RotationException TemplateDoesNotPointBack(Invocation invocation, string keyId, string secretName) => Failed(invocation,
        $"the secret's tag {RotationTags.Template} points at key {keyId}, but that key's tag {RotationTags.TemplateFor} does not point back at {secretName}. Set both.");

    public static RotationException TemplateIsEnabled(Invocation invocation, string keyId) => Failed(invocation,
        $"the template key {keyId} is enabled. It must be disabled: it is a declaration, no client may use it. Disable it with: {Commands.DisableKey(keyId)}");

    public static RotationException TagsDiffer(Invocation invocation, string keyId, string tag, string named, string? onSecret, string? onTemplate) => Failed(invocation,
        $"the secret and its template key {keyId} do not both name {named} in the tag {tag}: {SidesWith(onSecret, onTemplate)}. Nothing was changed. "
        + "Deploy the stack again, with pulumi up --refresh, which sets both. Who set one of them is in CloudTrail: TagResource and UntagResource.");

    public static RotationException ProbeUrl(Invocation invocation, string keyId) => Failed(invocation,
        $"the tag {RotationTags.Probe} of the template key {keyId} is not an https URL. A key is sent there to test it. "
        + "Set it to the URL of a method of the API that needs a key, or remove it.");

    public static RotationException ArnIsTooLong(Invocation invocation, string secretArn) => Failed(invocation,
        $"the secret's ARN is {secretArn.Length} characters long, and the tag {RotationTags.MintedFor} of a minted key takes {ApiKeys.LongestTagValue}. "
        + "Give the secret a shorter name; nothing was changed.");

    public static RotationException TemplateIsInNoPlan(Invocation invocation, string keyId) => Failed(invocation,
        $"the template key {keyId} is in no usage plan, so a new key would open nothing. Put it into one with: {Commands.AttachKey(keyId)}");

    public static RotationException NoPlanHasAStage(Invocation invocation, string keyId, string plan) => Failed(invocation,
        $"no usage plan of the template key {keyId} has an API stage, so a new key would open nothing. Add one with: {Commands.AddStage(plan)}");

    public static RotationException TemplateIsNotInPlan(Invocation invocation, string keyId, IEnumerable<string> plans) => Failed(invocation,
        $"the template key {keyId} is not in usage plan {string.Join(", ", plans)}. Put it there first; nothing was changed.");

    public static RotationException AttachWasRefused(Invocation invocation, string keyId, string plan) => Failed(invocation,
        $"API Gateway refused to put key {keyId} into usage plan {plan}, as if other attaches were under way in the account all the time. "
        + $"Find who makes them in CloudTrail: CreateUsagePlanKey. {RetryHint(invocation)}");

    public static RotationException PlansShareStage(Invocation invocation, string keyId, string plan, string rival) => Failed(invocation,
        $"key {keyId} cannot be in usage plan {plan} while it is in usage plan {rival}, which has the same API stage. "
        + $"Take it out of that one with: {Commands.DetachKey(rival, keyId)}. {RetryHint(invocation)}");

    // The ring.

    public static RotationException TooManyForgedNames(Invocation invocation, int left) => Failed(invocation,
        $"{left} keys named like keys of this secret are left to look at, and the invocation has no time for them: "
        + "a key of this secret may be among them. Somebody makes keys of such names. Find and delete those without the tag "
        + $"{RotationTags.MintedFor}: {Commands.ListRing(invocation.SecretName)}. {RetryHint(invocation)}");

    public static RotationException KeysKeepAppearing(Invocation invocation, int deleted) => Failed(invocation,
        $"keys of this secret kept appearing while {deleted} were deleted. End whatever rotates it, then destroy again.");

    // The previous key.

    public static RotationException CurrentHoldsNoKey(Invocation invocation) => Failed(invocation,
        "AWSCURRENT holds no key, so clients may depend on AWSPREVIOUS's. Nothing was changed.");

    public static RotationException CurrentKeyIsNotEnabled(Invocation invocation) => Failed(invocation,
        "no enabled key of this secret has AWSCURRENT's value, so clients may depend on AWSPREVIOUS's. Nothing was changed. First: "
        + Commands.RotateSecret(invocation.SecretId));

    public static RotationException PreviousKeyIsPending(Invocation invocation, string pending) => Failed(invocation,
        $"AWSPREVIOUS's key is also that of version {pending}, which is AWSPENDING: a rotation under way would make it current. Nothing was changed. "
        + ClearPendingHint(invocation, pending));

    public static RotationException CurrentMovedWhileRevoking(Invocation invocation, string? version) => Failed(invocation,
        $"AWSCURRENT moved to version {version} meanwhile; that version's key stays enabled. {RetryHint(invocation)}");

    public static RotationException CurrentMovedWhileRollingBack(Invocation invocation, string? version) => Failed(invocation,
        $"AWSCURRENT moved to version {version} meanwhile. {RetryHint(invocation)}");

    public static RotationException NoPreviousVersion(Invocation invocation) => Failed(invocation,
        "the secret has no AWSPREVIOUS version to go back to. Nothing was changed. " + NewRotationHint(invocation));

    public static RotationException RotationIsUnderWay(Invocation invocation, string pending) => Failed(invocation,
        $"version {pending} is AWSPENDING: a rotation that is not complete would move AWSCURRENT again. Nothing was changed. "
        + $"Wait until it is, or give it up: {Commands.ClearPending(invocation.SecretId, pending)}");

    public static RotationException PreviousHoldsNoKey(Invocation invocation) => Failed(invocation,
        "AWSPREVIOUS holds no key. Nothing was changed. " + NewRotationHint(invocation));

    public static RotationException PreviousHoldsCurrentKey(Invocation invocation) => Failed(invocation,
        "AWSPREVIOUS holds the same key as AWSCURRENT: the document was edited since the last rotation. Nothing was changed. " + NewRotationHint(invocation));

    public static RotationException PreviousDiffers(Invocation invocation, string? current, string? previous) => Failed(invocation,
        "AWSPREVIOUS differs from AWSCURRENT in more than the key, and going back would undo an edit. Nothing was changed. To go back all the same: "
        + Commands.MoveCurrent(invocation.SecretId, from: current, to: previous));

    public static RotationException PreviousKeyIsGone(Invocation invocation) => Failed(invocation,
        "no key of this secret has AWSPREVIOUS's value any more. Nothing was changed. " + NewRotationHint(invocation));

    public static RotationException PreviousKeyIsNotInPlan(Invocation invocation, string keyId, string plan) => Failed(invocation,
        $"AWSPREVIOUS's key {keyId} is not in usage plan {plan}, but the template is. Nothing was changed. Put it there with: {Commands.AttachKey(plan, keyId)}");

    // A deployment.

    public static RotationException CurrentKeyIsGone(Invocation invocation, string? pending) => Failed(invocation,
        "no key of this secret has AWSCURRENT's value, so clients are refused. " + ReplacementHint(invocation, pending));

    public static RotationException CurrentKeyIsDisabled(Invocation invocation, string keyId, string? pending) => Failed(invocation,
        $"AWSCURRENT's key {keyId} is disabled, so clients are refused. {ReplacementHint(invocation, pending)}");

    public static RotationException RoleLacksPermissions(Invocation invocation, IEnumerable<string> denials) => Failed(invocation,
        $"the function's role lacks what rotations need: {string.Join("; ", denials)}. Allow these in the policy of {RoleHint(invocation)}. "
        + "Where the policy allows one on condition of a tag, AWS does not see the tag: allow it without the condition, as docs/security.md says. Then deploy again.");

    public static RotationException AdoptedKeyDoesNotExist(Invocation invocation, string keyId) => Failed(invocation,
        $"the key {keyId} to adopt, which the tags {RotationTags.Adopted} name, does not exist. Nothing was changed.");

    public static RotationException AdoptedKeyIsDisabled(Invocation invocation, string keyId) => Failed(invocation,
        $"the key {keyId} to adopt is disabled, so no client can use it. Enable it, or deploy without adoption; nothing was changed.");

    public static RotationException AdoptedKeyIsOurs(Invocation invocation, string keyId) => Failed(invocation,
        $"the key {keyId} to adopt is a secret's minted key or template already. Deploy with another, or without adoption; nothing was changed.");

    public static RotationException AdoptedKeyIsOfAnother(Invocation invocation, string keyId, string owner) => Failed(invocation,
        $"the key {keyId} was adopted for the secret {owner} already. One key cannot be rotated by two secrets; nothing was changed.");

    public static RotationException AdoptedKeyTakesNoTag(Invocation invocation, string keyId, int tags) => Failed(invocation,
        $"the key {keyId} to adopt has {tags} tags, and API Gateway takes no further one: adoption needs {RotationTags.AdoptedFor}. Remove one; nothing was changed.");

    public static RotationException AdoptedKeyIsNotInPlan(Invocation invocation, string keyId, IEnumerable<string> plans) => Failed(invocation,
        $"the key {keyId} to adopt is not in usage plan {string.Join(", ", plans)}, but the template key is. Put it there, or take the template out; nothing was changed.");

    public static RotationException AdoptedKeyFitsNoHeader(Invocation invocation, string keyId) => Failed(invocation,
        $"the key {keyId} to adopt has a value that no x-api-key header can carry, so no client can use it. Deploy without adoption; nothing was changed.");

    // AWS.

    public static RotationException NoAnswer(Invocation invocation, Exception broken) => Failed(invocation,
        $"a call to AWS ended without an answer ({broken.GetType().Name}). Try again; a function in a VPC needs a way out to Secrets Manager and API Gateway.");

    /// <summary>
    /// A refusal by AWS. The SDK's exception is not kept, and its text only where it cannot quote a value: of an answer that the SDK cannot
    /// read it quotes the body, of a failed validation the offending member.
    /// </summary>
    public static RotationException Refused(Invocation invocation, AmazonServiceException refused) => refused switch
    {
        AmazonUnmarshallingException or { ErrorCode: null or "" } => Failed(invocation, $"AWS sent an answer that could not be read (status {(int)refused.StatusCode}). Try again."),
        { ErrorCode: "ValidationException" } or { Message: null } => Failed(invocation, $"AWS answered {refused.ErrorCode}."),
        _ when refused.Message.Contains("HTTP Body", StringComparison.OrdinalIgnoreCase) => Failed(invocation, $"AWS answered {refused.ErrorCode}."),
        _ when RefusalHint(invocation, refused) is { } hint => Failed(invocation, $"AWS answered {refused.ErrorCode}: {refused.Message.TrimEnd('.')}. {hint}"),
        _ => Failed(invocation, $"AWS answered {refused.ErrorCode}: {refused.Message}"),
    };

    private static string? RefusalHint(Invocation invocation, AmazonServiceException refused) => refused switch
    {
        EncryptionFailureException or DecryptionFailureException =>
            $"See that the secret's KMS key is enabled: {Commands.FindKmsKey(invocation.SecretId)}, then {Commands.EnableKmsKey}.",
        TooManyRequestsException =>
            $"All callers in the account and Region share ten calls of API Gateway a second: find who takes them in CloudTrail, or let fewer rotations begin in the same hour. {RetryHint(invocation)}",
        ConflictException => $"Others changed something of API Gateway at the same time, again and again. {RetryHint(invocation)}",
        _ when IamPropagation.IsDenial(refused) => $"Allow what this names in the policy of {RoleHint(invocation)}. Where it speaks of KMS, see that key's policy too.",
        _ => null,
    };

    /// <summary>What happens after the failure.</summary>
    private static string RetryHint(Invocation invocation) =>
        !invocation.IsStep ? "Then invoke it again." : invocation.IsProvisioning ? "Then deploy again." : "Rotation will be tried again.";

    /// <summary>How a person takes AWSPENDING off the rotation's version, which no retry can finish.</summary>
    private static string ClearPendingHint(Invocation rotation) => ClearPendingHint(rotation, rotation.Token);

    private static string ClearPendingHint(Invocation invocation, string version) =>
        $"Take AWSPENDING off it with: {Commands.ClearPending(invocation.SecretId, version)}, then {(invocation.IsStep ? "rotate" : "invoke this")} again.";

    /// <summary>How a person repairs a version whose document cannot be read.</summary>
    private static string RepairHint(Invocation invocation, string version) => invocation.IsStep && version == invocation.Token
        ? ClearPendingHint(invocation)
        : $"Store a JSON object such as {{\"apiKey\": \"...\"}} with: {Commands.StoreDocument(invocation.SecretId)}";

    /// <summary>How a person starts a rotation.</summary>
    private static string NewRotationHint(Invocation invocation) => $"Start a new one with: {Commands.RotateSecret(invocation.SecretId)}";

    private static string ReplacementHint(Invocation invocation, string? pending) =>
        pending is null ? NewRotationHint(invocation) : $"The rotation to version {pending} replaces it: deploy again when that is AWSCURRENT.";

    private static string OtherRotationHint(Invocation rotation, string? pending) => pending is null ? NewRotationHint(rotation)
        : $"Now version {pending} is AWSPENDING, and Secrets Manager will try that again; until it is done, rotate-secret is refused. To give it up: "
          + Commands.ClearPending(rotation.SecretId, pending);

    private static string SidesWith(string? onSecret, string? onTemplate) =>
        onSecret is null ? "only the template key has it" : onTemplate is null ? "only the secret has it" : "they have different ones";

    private static string RoleHint(Invocation invocation) => $"the function's role: {Commands.FindRole(invocation.FunctionArn)}";

    private static RotationException Invalid(string problem) =>
        new($"The event {problem}. A rotation needs Step, SecretId and ClientRequestToken, an action needs action and secretId. Nothing was changed.");

    /// <summary>A failure, with the secret and version that it stopped.</summary>
    private static RotationException Failed(Invocation invocation, string problem)
    {
        problem = invocation.Confidential.Hide(problem);
        var version = invocation.IsStep ? $", version {invocation.Token}" : "";
        return new(LogText.Sanitize($"{invocation.Operation} of secret {invocation.SecretId}{version}: {problem}")) { Problem = LogText.Sanitize(problem) };
    }
}
