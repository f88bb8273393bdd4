namespace RotationFunction;

/// <summary>A read right after a write may miss it: it is made again for a while.</summary>
internal static class ReadAfterWrite
{
    /// <summary>Of Secrets Manager. Seen delays are well below.</summary>
    public static readonly TimeSpan PatienceWithSecrets = TimeSpan.FromSeconds(3);

    /// <summary>Of API Gateway, of which nothing is known.</summary>
    public static readonly TimeSpan PatienceWithKeys = TimeSpan.FromSeconds(6);

    private const int Repeats = 5;

    /// <summary>Reads; where that does not show what must be there, five times more, with pauses that double.</summary>
    /// <returns>What the last read gave.</returns>
    public static async Task<T> UntilAsync<T>(TimeProvider time, TimeSpan patience, Func<Task<T>> read, Func<T, bool> isSeen)
    {
        var pause = patience / ((1 << Repeats) - 1);
        var answer = await read();
        for (var repeat = 0; repeat < Repeats && !isSeen(answer); repeat++, pause *= 2)
        {
            await Task.Delay(pause, time);
            answer = await read();
        }

        return answer;
    }
}
