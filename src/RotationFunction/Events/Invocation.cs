using System.Diagnostics;
using System.Text.RegularExpressions;
using Amazon.APIGateway.Model;
using Amazon.Lambda.Core;
using Amazon.Runtime;
using Amazon.SecretsManager.Model;

namespace RotationFunction;

/// <summary>What the function was invoked for: a step of a rotation, or an action on a secret.</summary>
internal sealed partial class Invocation
{
    private readonly ILambdaContext _context;
    private readonly string? _token;

    private Invocation(string what, string secretId, string? token, string? rotationToken, bool provisioning, ILambdaContext context, Confidential? confidential = null)
    {
        What = what;
        SecretId = secretId;
        // The ring is listed before the secret is described, so the name must come from the ARN: ...:secret:<name>-<six characters>.
        SecretName = secretId.Split(':', 7) is [.., var nameAndSuffix] and { Length: 7 } ? nameAndSuffix[..^7] : secretId;
        RotationToken = rotationToken;
        Provisioning = provisioning;
        Confidential = confidential ?? new Confidential(secretId);
        Confidential.Add(rotationToken);
        Log = new Log(context.Logger, what, secretId, token, Confidential.Hide);
        _token = token;
        _context = context;
    }

    /// <summary>The step or the action.</summary>
    public string What { get; }

    public string SecretId { get; }

    public string SecretName { get; }

    /// <summary>The ClientRequestToken of a rotation: the id of the version that it makes.</summary>
    public string Token => _token ?? throw new UnreachableException("Only a step of a rotation has a token.");

    public string? RotationToken { get; }

    /// <summary>True for the steps that provision runs itself: rotation is not enabled by then.</summary>
    public bool Provisioning { get; }

    public Log Log { get; }

    /// <summary>What no text of it may hold.</summary>
    public Confidential Confidential { get; }

    /// <summary>Whether a person waits for the answer.</summary>
    public bool IsWaitedFor => What is Status.Action or RevokePrevious.Action or Rollback.Action;

    /// <summary>How long the probe took to see the key served; null where none did.</summary>
    public TimeSpan? Activation { get; set; }

    /// <summary>Time that the invocation needs after its calls.</summary>
    public TimeSpan Kept { get; set; }

    /// <summary>How often API Gateway has refused a call of it for its rate or for another's change.</summary>
    public int Refusals { get; set; }

    /// <summary>How long it has waited for its role to be effective.</summary>
    public TimeSpan WaitedForRole { get; set; }

    /// <summary>How a person takes AWSPENDING off a version that no retry can finish.</summary>
    public string Clearing => ClearingOf(Token);

    /// <summary>The function's role, and how a person finds it.</summary>
    public string Role => $"the function's role: {Commands.FindRole(_context.InvokedFunctionArn)}";

    /// <summary>What happens after a failure.</summary>
    public string Again => _token is null ? "Then invoke it again." : Provisioning ? "Then deploy again." : "Rotation will be tried again.";

    /// <summary>How a person starts a rotation.</summary>
    public string StartingAnew => $"Start a new one with: {Commands.RotateSecret(SecretId)}";

    public TimeSpan RemainingTime => _context.RemainingTime;

    /// <exception cref="RotationException">A field is missing or cannot be what it should be.</exception>
    public static Invocation From(RotationEvent? received, ILambdaContext context)
    {
        return received switch
        {
            null => throw Invalid("is null"),
            { Step: null or "", Action: null or "" } => throw Invalid("has neither Step nor action"),
            { Step.Length: > 0, Action.Length: > 0 } => throw Invalid("has both Step and action"),
            { SecretId: null or "" } => throw Invalid("has no SecretId"),
            { Action: Status.Action or Check.Action or RevokePrevious.Action or Rollback.Action or EndOverlap.Action } => SecretArn().IsMatch(received.SecretId) || NameOfSecret().IsMatch(received.SecretId)
                ? new Invocation(received.Action, received.SecretId, token: null, rotationToken: null, provisioning: false, context)
                : throw Invalid("has a SecretId that is neither the name nor the full ARN of a secret"),
            _ when OperatorsAlias.Is(context.InvokedFunctionArn) => throw new RotationException(
                $"Through its alias {OperatorsAlias.Name} the function runs {Status.Action}, {Check.Action}, {RevokePrevious.Action}, {Rollback.Action} and {EndOverlap.Action} only. "
                + "Steps are for Secrets Manager to send, other actions for the stack. Nothing was changed."),
            _ when !SecretArn().IsMatch(received.SecretId) => throw Invalid("has a SecretId that is not the full ARN of a secret"),
            { Action.Length: > 0 } => new Invocation(received.Action, received.SecretId, token: null, rotationToken: null, provisioning: false, context),
            { ClientRequestToken: null or "" } => throw Invalid("has no ClientRequestToken"),
            // Length: AWS API reference, RotateSecret.
            { ClientRequestToken.Length: < 32 or > 64 } => throw Invalid("has a ClientRequestToken that is not 32 to 64 characters long"),
            _ when received.ClientRequestToken.Any(char.IsControl) => throw Invalid("has a ClientRequestToken with control characters"),
            _ => new Invocation(received.Step!, received.SecretId, received.ClientRequestToken, received.RotationToken, provisioning: false, context),
        };
    }

    /// <summary>How a person mends a version whose document cannot be read.</summary>
    public string Mending(string version) => version == _token
        ? Clearing
        : $"Store a JSON object such as {{\"apiKey\": \"...\"}} with: {Commands.StoreDocument(SecretId)}";

    /// <summary>The same of another version.</summary>
    public string ClearingOf(string version) => $"Take AWSPENDING off it with: {Commands.ClearPending(SecretId, version)}, then {(_token is null ? "invoke this" : "rotate")} again.";

    /// <summary>A step of the rotation that provision runs.</summary>
    public Invocation Provision(string step, string token) => new(step, SecretId, token, rotationToken: null, provisioning: true, _context, Confidential);

    /// <summary>What an action answers.</summary>
    public ActionResult Answer(string message) => new(What, SecretId, message);

    /// <summary>A failure, said with the secret and version.</summary>
    public RotationException Failed(string problem)
    {
        problem = Confidential.Hide(problem);
        return new(Line.Of($"{What} of secret {SecretId}{(_token is null ? "" : $", version {_token}")}: {problem}")) { Problem = Line.Of(problem) };
    }

    /// <summary>
    /// A refusal by AWS, said with the secret and version that it stopped. The SDK's exception is not kept, and its text only where it cannot
    /// quote a value: of an answer that the SDK cannot read it quotes the body, of a failed validation the offending member.
    /// </summary>
    public RotationException Failed(AmazonServiceException refused) => refused switch
    {
        AmazonUnmarshallingException or { ErrorCode: null or "" } => Failed($"AWS sent an answer that could not be read (status {(int)refused.StatusCode}). Try again."),
        { ErrorCode: "ValidationException" } or { Message: null } => Failed($"AWS answered {refused.ErrorCode}."),
        _ when refused.Message.Contains("HTTP Body", StringComparison.OrdinalIgnoreCase) => Failed($"AWS answered {refused.ErrorCode}."),
        _ when Remedy(refused) is { } remedy => Failed($"AWS answered {refused.ErrorCode}: {refused.Message.TrimEnd('.')}. {remedy}"),
        _ => Failed($"AWS answered {refused.ErrorCode}: {refused.Message}"),
    };

    private string? Remedy(AmazonServiceException refused) => refused switch
    {
        EncryptionFailureException or DecryptionFailureException =>
            $"See that the secret's KMS key is enabled: {Commands.FindKmsKey(SecretId)}, then {Commands.EnableKmsKey}.",
        TooManyRequestsException => $"All callers in the account and Region share ten calls of API Gateway a second: find who takes them in CloudTrail, or let fewer rotations begin in the same hour. {Again}",
        ConflictException => $"Others changed something of API Gateway at the same time, again and again. {Again}",
        _ when Permission.IsDenial(refused) =>
            $"Allow what this names in the policy of {Role}. Where it speaks of KMS, see that key's policy too.",
        _ => null,
    };

    private static RotationException Invalid(string problem) =>
        new($"The event {problem}. A rotation needs Step, SecretId and ClientRequestToken, an action needs action and secretId. Nothing was changed.");

    // AWS API reference, CreateSecret: a name has up to 512 letters, digits and /_+=.@-
    [GeneratedRegex(@"\Aarn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]{1,512}-[A-Za-z0-9]{6}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SecretArn();

    [GeneratedRegex(@"\A[A-Za-z0-9/_+=.@-]{1,512}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NameOfSecret();
}
