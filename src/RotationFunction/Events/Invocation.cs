using System.Diagnostics;
using System.Text.RegularExpressions;
using Amazon.Lambda.Core;

namespace RotationFunction;

/// <summary>A validated event: a rotation step, or an action on a secret.</summary>
internal sealed partial class Invocation
{
    private static readonly string[] ForOperators = [Status.Action, Check.Action, RevokePrevious.Action, Rollback.Action, EndOverlap.Action];

    private readonly ILambdaContext _context;
    private readonly string? _token;

    private Invocation(
        string operation, string secretId, ILambdaContext context, string? token = null, Confidential? confidential = null, string? region = null)
    {
        Operation = operation;
        SecretId = secretId;
        // The ring is listed before DescribeSecret, so the name comes from the ARN: ...:secret:<name>-<six characters>.
        SecretName = secretId.Split(':', 7) is [.., var nameAndSuffix] and { Length: 7 } ? nameAndSuffix[..^7] : secretId;
        Budget = new TimeBudget(context);
        Confidential = confidential ?? new Confidential(secretId);
        Log = new Log(context.Logger, operation, secretId, token, Confidential.Hide, region);
        Region = region;
        _token = token;
        _context = context;
    }

    /// <summary>Gets the step or the action.</summary>
    public string Operation { get; }

    public string SecretId { get; }

    public string SecretName { get; }

    /// <summary>Gets the Region that this part of an invocation is about, if it is not the function's own; otherwise null.</summary>
    public string? Region { get; }

    /// <summary>Gets whether this is a rotation step.</summary>
    public bool IsStep => _token is not null;

    /// <summary>Gets the ClientRequestToken of a rotation: the id of the version that it creates.</summary>
    public string Token => _token ?? throw new UnreachableException("Only a step of a rotation has a token.");

    public string? RotationToken { get; private init; }

    /// <summary>Gets whether provision runs the step; rotation is not enabled yet.</summary>
    public bool IsProvisioning { get; private init; }

    /// <summary>Gets whether a person waits for the response.</summary>
    public bool IsWaitedFor => Operation is Status.Action or RevokePrevious.Action or Rollback.Action;

    /// <summary>Gets the ARN through which the function was invoked.</summary>
    public string FunctionArn => _context.InvokedFunctionArn;

    public TimeBudget Budget { get; }

    /// <summary>Gets the values that no text of this invocation may contain.</summary>
    public Confidential Confidential { get; }

    public Log Log { get; }

    /// <summary>Validates an event.</summary>
    /// <exception cref="RotationException">A field is missing or invalid.</exception>
    public static Invocation From(RotationEvent? received, ILambdaContext context)
    {
        return received switch
        {
            null => throw Errors.EventIsNull(),
            { Step: null or "", Action: null or "" } => throw Errors.NeitherStepNorAction(),
            { Step.Length: > 0, Action.Length: > 0 } => throw Errors.BothStepAndAction(),
            { Action: Watch.Action } when OperatorsAlias.Is(context.InvokedFunctionArn) => throw Errors.NotForOperators(ForOperators),
            // About a secret only when it has been found.
            { Action: Watch.Action } => new Invocation(received.Action, "", context),
            { SecretId: null or "" } => throw Errors.NoSecretId(),
            { Action: Status.Action or Check.Action or RevokePrevious.Action or Rollback.Action or EndOverlap.Action } =>
                SecretArn().IsMatch(received.SecretId) || NameOfSecret().IsMatch(received.SecretId)
                ? new Invocation(received.Action, received.SecretId, context)
                : throw Errors.SecretIdIsNoNameOrArn(),
            _ when OperatorsAlias.Is(context.InvokedFunctionArn) =>
                throw Errors.NotForOperators(ForOperators),
            _ when !SecretArn().IsMatch(received.SecretId) => throw Errors.SecretIdIsNoArn(),
            { Action.Length: > 0 } => new Invocation(received.Action, received.SecretId, context),
            { ClientRequestToken: null or "" } => throw Errors.NoClientRequestToken(),
            // Length: AWS API reference, RotateSecret.
            { ClientRequestToken.Length: < 32 or > 64 } => throw Errors.ClientRequestTokenLength(),
            _ when received.ClientRequestToken.Any(char.IsControl) => throw Errors.ClientRequestTokenControlCharacter(),
            _ => StepOf(received),
        };

        Invocation StepOf(RotationEvent step)
        {
            var rotation = new Invocation(step.Step!, step.SecretId!, context, step.ClientRequestToken) { RotationToken = step.RotationToken };
            rotation.Confidential.Add(step.RotationToken);
            return rotation;
        }
    }

    /// <summary>Creates a step of the rotation that provision runs.</summary>
    public Invocation StepOfProvision(string step, string token) =>
        new(step, SecretId, _context, token, Confidential) { IsProvisioning = true };

    /// <summary>
    /// Returns the part of the invocation that is about another Region: its log messages and errors name the Region, and its waits follow the
    /// Region's rates.
    /// </summary>
    public Invocation In(string region)
    {
        var part = new Invocation(Operation, SecretId, _context, _token, Confidential, region) { IsProvisioning = IsProvisioning };
        part.Budget.Reserved = Budget.Reserved;
        return part;
    }

    /// <summary>Creates the part of a <c>watch</c> that concerns a secret.</summary>
    public Invocation About(string secretArn) => new(Operation, secretArn, _context, confidential: Confidential);

    /// <summary>Creates the response of an action.</summary>
    public ActionResult Answer(string message) => new(Operation, SecretId, message);

    // AWS API reference, CreateSecret: a name has up to 512 letters, digits and /_+=.@-
    [GeneratedRegex(
        @"\Aarn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]{1,512}-[A-Za-z0-9]{6}\z",
        RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SecretArn();

    [GeneratedRegex(@"\A[A-Za-z0-9/_+=.@-]{1,512}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NameOfSecret();
}
