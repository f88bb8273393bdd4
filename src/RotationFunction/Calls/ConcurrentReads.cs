namespace RotationFunction;

/// <summary>Two reads at the same time, where neither needs the other.</summary>
internal static class ConcurrentReads
{
    /// <summary>Waits for both. If both fail, throws the first one's failure, whichever came first.</summary>
    public static async Task<(TFirst First, TSecond Second)> BothAsync<TFirst, TSecond>(Task<TFirst> first, Task<TSecond> second)
    {
        await Task.WhenAll(first, second).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return (await first, await second);
    }
}
