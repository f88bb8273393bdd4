using System.Net;
using Amazon.Runtime;

namespace RotationFunction;

/// <summary>A role that the stack has just made may not be effective yet. Only the actions that run during a deployment wait for it.</summary>
internal static class Permission
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Runs an action that may be repeated, again and again for a while as long as AWS denies access.</summary>
    public static async Task<string> AwaitAsync(Invocation invocation, TimeProvider time, Func<Task<string>> action)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await action();
            }
            catch (AmazonServiceException denied) when (IsDenial(denied) && time.GetElapsedTime(started) + Pause <= LongestWait && invocation.RemainingTime > Pause)
            {
                invocation.Log.PermissionAwaited(denied.ErrorCode);
            }

            await Task.Delay(Pause, time);
        }
    }

    // Secrets Manager answers 400, API Gateway 403.
    public static bool IsDenial(AmazonServiceException refused) => refused.ErrorCode is "AccessDeniedException" or "AccessDenied" || refused.StatusCode == HttpStatusCode.Forbidden;
}
