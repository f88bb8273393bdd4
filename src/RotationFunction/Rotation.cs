using Amazon.Lambda.Core;
using Amazon.Runtime;

namespace RotationFunction;

/// <summary>One step's assignment: which secret, which version, and with what means.</summary>
internal sealed class Rotation
{
    private readonly ILambdaContext _context;

    private Rotation(string step, string secretId, string token, string? rotationToken, ILambdaContext context)
    {
        Step = step;
        SecretId = secretId;
        SecretName = NameFrom(secretId);
        Token = token;
        RotationToken = rotationToken;
        Log = new Log(context.Logger, step, secretId, token);
        _context = context;
    }

    public string Step { get; }

    public string SecretId { get; }

    public string SecretName { get; }

    /// <summary>The ClientRequestToken: the id of the version that this rotation makes.</summary>
    public string Token { get; }

    public string? RotationToken { get; }

    public Log Log { get; }

    /// <summary>How a person takes AWSPENDING off a version that no retry can finish.</summary>
    public string Clearing => $"Take AWSPENDING off it with: aws secretsmanager update-secret-version-stage --secret-id {SecretId} --version-stage AWSPENDING --remove-from-version-id {Token}, then rotate again.";

    /// <summary>How a person starts a rotation.</summary>
    public string StartingAnew => $"Start a new one with: aws secretsmanager rotate-secret --secret-id {SecretId}";

    public TimeSpan RemainingTime => _context.RemainingTime;

    /// <exception cref="RotationException">A field is missing or cannot be what it should be.</exception>
    public static Rotation From(RotationEvent? rotationEvent, ILambdaContext context)
    {
        return rotationEvent switch
        {
            null => throw Invalid("is null"),
            { Step: null or "" } => throw Invalid("has no Step"),
            { SecretId: null or "" } => throw Invalid("has no SecretId"),
            { ClientRequestToken: null or "" } => throw Invalid("has no ClientRequestToken"),
            // Length: AWS API reference, RotateSecret.
            { ClientRequestToken.Length: < 32 or > 64 } => throw Invalid("has a ClientRequestToken that is not 32 to 64 characters long"),
            _ => new Rotation(rotationEvent.Step, rotationEvent.SecretId, rotationEvent.ClientRequestToken, rotationEvent.RotationToken, context),
        };
    }

    /// <summary>A failure of this step, said with its secret and version.</summary>
    public RotationException Failed(string problem) => new($"{Step} of secret {SecretId}, version {Token}: {problem}");

    /// <summary>A refusal by AWS, said with the secret and version that it stopped.</summary>
    public RotationException Failed(AmazonServiceException refused) => refused is AmazonUnmarshallingException
        // Its text may quote the response, and a response may hold a value.
        ? Failed("AWS sent a response that could not be read. Rotation will be tried again.")
        : new RotationException(Failed($"AWS answered {refused.ErrorCode}: {refused.Message}").Message, refused);

    private static RotationException Invalid(string problem) =>
        new($"The event {problem}. It must have Step, SecretId and ClientRequestToken as Secrets Manager sends them. Nothing was changed.");

    // The ring is listed before the secret is described, so the name must come from the ARN: ...:secret:<name>-<six characters>.
    private static string NameFrom(string secretId)
    {
        var parts = secretId.Split(':', 7);
        return parts is ["arn", _, "secretsmanager", _, _, "secret", { Length: > 7 } resource] ? resource[..^7] : secretId;
    }
}
