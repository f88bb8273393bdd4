using System.Net;
using Amazon.Runtime;

namespace RotationFunction;

/// <summary>A role that the stack has just made may not be effective yet. Only the actions that run during a deployment wait for it.</summary>
internal static class Permission
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Does something that may be repeated, again and again as long as AWS denies access: for 90 seconds in all of an invocation.</summary>
    public static async Task<T> AwaitAsync<T>(Invocation invocation, TimeProvider time, Func<Task<T>> action)
    {
        while (true)
        {
            try
            {
                return await action();
            }
            catch (AmazonServiceException denied) when (IsDenial(denied) && invocation.WaitedForRole + Pause <= LongestWait && invocation.RemainingTime > Pause)
            {
                invocation.Log.PermissionAwaited(denied.ErrorCode);
            }

            invocation.WaitedForRole += Pause;
            await Task.Delay(Pause, time);
        }
    }

    // Secrets Manager answers 400, API Gateway 403.
    public static bool IsDenial(AmazonServiceException refused) => refused.ErrorCode is "AccessDeniedException" or "AccessDenied" || refused.StatusCode == HttpStatusCode.Forbidden;
}
