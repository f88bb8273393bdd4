namespace RotationFunction;

/// <summary>Two reads that are under way at the same time, as neither needs the other.</summary>
internal static class Together
{
    /// <summary>Waits for both. Where both fail, the first one's failure is told, whichever came first.</summary>
    public static async Task<(TFirst First, TSecond Second)> AwaitAsync<TFirst, TSecond>(Task<TFirst> first, Task<TSecond> second)
    {
        await Task.WhenAll(first, second).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return (await first, await second);
    }
}
