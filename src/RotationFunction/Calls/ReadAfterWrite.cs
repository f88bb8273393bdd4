namespace RotationFunction;

/// <summary>Repeats a read for a short time, because a read right after a write may miss it.</summary>
internal static class ReadAfterWrite
{
    /// <summary>The time for Secrets Manager. Observed delays are much shorter.</summary>
    public static readonly TimeSpan GracePeriodOfSecrets = TimeSpan.FromSeconds(3);

    /// <summary>The time for API Gateway, whose delays are not known.</summary>
    public static readonly TimeSpan GracePeriodOfKeys = TimeSpan.FromSeconds(6);

    private const int Repeats = 5;

    /// <summary>Reads. While <paramref name="isSeen"/> returns false, reads up to five more times, with pauses that double.</summary>
    /// <returns>The last response.</returns>
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
