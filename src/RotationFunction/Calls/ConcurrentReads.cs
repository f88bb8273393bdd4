namespace RotationFunction;

/// <summary>Runs two independent reads at the same time.</summary>
internal static class ConcurrentReads
{
    /// <summary>Waits for both tasks. If both fail, throws the failure of <paramref name="first"/>, whichever failed earlier.</summary>
    public static async Task<(TFirst First, TSecond Second)> BothAsync<TFirst, TSecond>(Task<TFirst> first, Task<TSecond> second)
    {
        await Task.WhenAll(first, second).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return (await first, await second);
    }
}
