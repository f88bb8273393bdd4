using System.Collections.Immutable;

namespace Pulumi.Utilities;

/// <summary>Looks inside an output: for tests.</summary>
public static class OutputUtilities
{
    public static Output<T> CreateUnknown<T>(T value) => new(Task.FromResult(new OutputData<T>(value, false, false, [])));

    /// <summary>The function is never called.</summary>
    public static Output<T> CreateUnknown<T>(Func<Task<T>> valueFactory) => CreateUnknown(default(T)!);

    public static async Task<bool> GetIsKnownAsync<T>(Output<T> output) => (await output.Data).IsKnown;

    /// <summary>The value, if it is known.</summary>
    public static async Task<T> GetValueAsync<T>(Output<T> output) => (await output.Data) is { IsKnown: true } data ? data.Value : default!;

    public static async Task<ImmutableHashSet<Resource>> GetDependenciesAsync<T>(Output<T> output) => (await output.Data).Resources;
}
