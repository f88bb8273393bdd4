namespace Deployer;

/// <summary>Waits for IAM's changes like the provider, which retries the error of a service that does not know a new role yet.</summary>
internal static class Propagation
{
    // propagationTimeout in the service packages of the provider's code (hashicorp/terraform-provider-aws, internal/service).
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    /// <summary>Makes a call until it succeeds, fails for another reason, or has been retried for two minutes.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="call">The call.</param>
    /// <param name="isOfNewRole">Returns whether an error can end when IAM's change has taken effect.</param>
    public static async Task<T> RetryAsync<T>(TimeProvider time, Func<Task<T>> call, Predicate<Exception> isOfNewRole)
    {
        for (var until = time.GetUtcNow() + Timeout; ;)
        {
            try
            {
                return await call();
            }
            catch (Exception refused) when (isOfNewRole(refused) && time.GetUtcNow() < until)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), time);
            }
        }
    }
}
