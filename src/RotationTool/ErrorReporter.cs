using System.Net;
using Amazon.Runtime;
using RotationFunction;

namespace RotationTool;

/// <summary>Reports the errors of commands, as text and exit code.</summary>
internal static class ErrorReporter
{
    public static async Task<int> RunAsync(Screen screen, Func<Task<ExitCode>> command, CancellationToken interrupted)
    {
        try
        {
            return (int)await command();
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return (int)ExitCode.Interrupted;
        }
        catch (Exception failure) when (CanReport(failure))
        {
            var error = Translate(failure);
            screen.Error(error.Message);
            return (int)error.ExitCode;
        }
    }

    /// <summary>Returns whether this is an error that a command can report.</summary>
    public static bool CanReport(Exception failure) => failure is AmazonServiceException or ToolException || NoAnswer.Is(failure);

    /// <summary>Converts an error to one with a message and an exit code.</summary>
    public static ToolException Translate(Exception failure) => failure switch
    {
        ToolException error => error,
        // Secrets Manager returns status 400, Lambda 403.
        AmazonServiceException { ErrorCode: "AccessDeniedException" or "AccessDenied" } denied => Unknown($"AWS denies access: {denied.Message}"),
        AmazonServiceException
        {
            ErrorCode: "UnrecognizedClientException" or "InvalidSignatureException" or "ExpiredTokenException"
                or "InvalidClientTokenId" or "IncompleteSignatureException"
        } refused =>
            Unknown($"AWS rejects these credentials: {refused.ErrorCode}. Sign in again, for example with: {Commands.SignIn}"),
        AmazonServiceException { ErrorCode: { Length: > 0 } code } answered => Unknown($"AWS returned {code}: {answered.Message}"),
        AmazonServiceException { StatusCode: >= HttpStatusCode.OK } unreadable =>
            Unknown($"AWS returned a response that could not be read (status {(int)unreadable.StatusCode}). Try again."),
        AmazonClientException { Message: var text } when text.Contains("No RegionEndpoint", StringComparison.Ordinal) =>
            Unknown("No Region is set. Set AWS_REGION, or AWS_PROFILE to a profile that has a Region."),
        AmazonClientException { Message: var text } when text.Contains("credentials", StringComparison.OrdinalIgnoreCase) =>
            Unknown($"There are no AWS credentials. Set AWS_PROFILE, or sign in with: {Commands.SignIn}"),
        _ => Unknown($"A call to AWS ended without a response ({failure.GetType().Name}). Check the network and the Region."),
    };

    private static ToolException Unknown(string message) => new(ExitCode.Unknown, message);
}
