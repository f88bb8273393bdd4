using System.Collections.Immutable;

namespace Pulumi.Utilities;

/// <summary>Looks inside an output: for tests.</summary>
public static class OutputUtilities
{
    public static Output<T> CreateUnknown<T>(T value) => new(Task.FromResult(new OutputData<T>(value, false, false, [])));

    public static Output<T> WithDependency<T>(Output<T> output, Resource resource)
    {
        return new(AddAsync());

        async Task<OutputData<T>> AddAsync()
        {
            var data = await output.Data;
            return data with { Resources = data.Resources.Add(resource) };
        }
    }

    public static async Task<bool> GetIsKnownAsync<T>(Output<T> output) => (await output.Data).IsKnown;

    public static async Task<T> GetValueAsync<T>(Output<T> output) => (await output.Data).Value;

    public static async Task<ImmutableHashSet<Resource>> GetDependenciesAsync<T>(Output<T> output) => (await output.Data).Resources;
}
