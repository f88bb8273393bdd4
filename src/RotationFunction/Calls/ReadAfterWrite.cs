namespace RotationFunction;

/// <summary>A read right after a write may miss it, so it is repeated for a while.</summary>
internal static class ReadAfterWrite
{
    /// <summary>For Secrets Manager. Observed delays are much shorter.</summary>
    public static readonly TimeSpan GracePeriodOfSecrets = TimeSpan.FromSeconds(3);

    /// <summary>For API Gateway, whose delays are not known.</summary>
    public static readonly TimeSpan GracePeriodOfKeys = TimeSpan.FromSeconds(6);

    private const int Repeats = 5;

    /// <summary>Reads; while the answer does not show what must be there, reads up to five times more, with pauses that double.</summary>
    /// <returns>The last answer.</returns>
    public static async Task<T> UntilAsync<T>(TimeProvider time, TimeSpan gracePeriod, Func<Task<T>> read, Func<T, bool> isSeen)
    {
        var pause = gracePeriod / ((1 << Repeats) - 1);
        var answer = await read();
        for (var repeat = 0; repeat < Repeats && !isSeen(answer); repeat++, pause *= 2)
        {
            await Task.Delay(pause, time);
            answer = await read();
        }

        return answer;
    }
}
