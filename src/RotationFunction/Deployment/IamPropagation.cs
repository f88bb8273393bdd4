using System.Net;
using Amazon.Runtime;

namespace RotationFunction;

/// <summary>Waits until a role or policy that the stack has just created takes effect. Only actions that run during a deployment wait.</summary>
internal static class IamPropagation
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Retries an idempotent action while AWS denies access, for at most 90 seconds of an invocation.</summary>
    public static async Task<T> RetryAsync<T>(Invocation invocation, TimeProvider time, Func<Task<T>> action)
    {
        while (true)
        {
            try
            {
                return await action();
            }
            catch (Exception denied) when (
                DenialOf(denied) is { } code && invocation.Budget.WaitedForRole + Pause <= LongestWait && invocation.Budget.Remaining > Pause)
            {
                invocation.Log.PermissionAwaited(code);
            }

            invocation.Budget.WaitedForRole += Pause;
            await Task.Delay(Pause, time);
        }
    }

    // Secrets Manager returns status 400, API Gateway 403.
    public static bool IsDenial(AmazonServiceException refused) =>
        refused.ErrorCode is "AccessDeniedException" or "AccessDenied" || refused.StatusCode == HttpStatusCode.Forbidden;

    private static string? DenialOf(Exception failure) =>
        failure is AmazonServiceException refused && IsDenial(refused) ? refused.ErrorCode : (failure as RotationException)?.DeniedWith;
}
