[assembly: AssemblyFixture(typeof(Conformance.Run))]

namespace Conformance;

/// <summary>
/// A run of the tests against another endpoint: announces what it will create, deletes what an earlier, killed run left, and in the end
/// what its own tests left.
/// </summary>
public sealed class Run : IAsyncLifetime
{
    // A whole run without a function and an API created 58, 83 and 13 on the embedded AWS, used as another endpoint, in 500 calls.
    private const string Makes = "100 secrets, 100 API keys and 20 usage plans";

    private static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow();

    // No run takes so long.
    private static readonly TimeSpan Old = TimeSpan.FromHours(2);
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>The prefix of the names of everything that this run creates.</summary>
    internal static string Names { get; } = Leftovers.NamesOf(Start);

    public async ValueTask InitializeAsync()
    {
        var endpoint = await Endpoint.CurrentAsync();
        if (endpoint.IsEmbedded)
        {
            return;
        }

        await Console.Out.WriteLineAsync(
            $"""
            Against {endpoint.Describe()}. A whole run makes up to {Makes}, named {Names}…, and deletes them.
            Nothing else is changed{(endpoint.FunctionArn is null ? "" : $", but for a statement of the policy of {endpoint.FunctionArn}, which is added and removed")}. The secrets live for minutes, at $0.40 a month each; with a thousand calls that is below $0.10.
            """);
        if (endpoint.Kind == Endpoint.Aws)
        {
            await Console.Out.WriteLineAsync($"It starts in {TimeToStop.TotalSeconds} s. Ctrl-C stops it.");
            await Task.Delay(TimeToStop);
        }

        await DeleteAsync(endpoint, name => Leftovers.IsOlder(name, Start - Old));
    }

    public async ValueTask DisposeAsync()
    {
        var endpoint = await Endpoint.CurrentAsync();
        if (!endpoint.IsEmbedded)
        {
            await DeleteAsync(endpoint, name => name.StartsWith(Names, StringComparison.Ordinal));
            await Console.Out.WriteLineAsync("Nothing that this run made is left.");
        }
    }

    private static async Task DeleteAsync(Endpoint endpoint, Predicate<string> isOurs)
    {
        var (secretsManager, apiGateway) = endpoint.Connect();
        using (secretsManager)
        using (apiGateway)
        {
            var kept = await new Leftovers(secretsManager, apiGateway, Pause).DeleteAsync(isOurs);
            if (kept.Count > 0)
            {
                throw new InvalidOperationException("These are left; delete them by hand:\n  " + string.Join("\n  ", kept));
            }
        }
    }
}
