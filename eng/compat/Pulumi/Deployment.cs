using System.Collections.Immutable;
using System.Reflection;
using Pulumi.Testing;

namespace Pulumi;

/// <summary>The run of a program.</summary>
public sealed partial class Deployment
{
    private const int Failed = 32;

    private static readonly AsyncLocal<Deployment?> Ambient = new();

    public static DeploymentInstance Instance => Running._instance;

    internal static Deployment? Current => Ambient.Value;

    internal static Deployment Running
        => Current ?? throw new InvalidOperationException("Trying to acquire Deployment.Instance before 'Run' was called.");

    public static Task<int> RunAsync(Action action) => RunForEngineAsync();

    public static Task<int> RunAsync(Func<IDictionary<string, object?>> func) => RunForEngineAsync();

    public static Task<int> RunAsync(Func<Task> func) => RunForEngineAsync();

    public static Task<int> RunAsync(Func<Task<IDictionary<string, object?>>> func, StackOptions? options = null) => RunForEngineAsync();

    public static Task<int> RunAsync<TStack>() where TStack : Stack, new() => RunForEngineAsync();

    public static Task<int> RunAsync<TStack>(IServiceProvider serviceProvider) where TStack : Stack => RunForEngineAsync();

    public static Task<ImmutableArray<Resource>> TestAsync<TStack>(IMocks mocks, TestOptions? options = null) where TStack : Stack, new()
        => TestAsync(mocks, options, () => Task.FromResult<Stack>(
            (TStack)Activator.CreateInstance(typeof(TStack), BindingFlags.DoNotWrapExceptions, binder: null, args: null, culture: null)!));

    public static async Task<ImmutableArray<Resource>> TestWithServiceProviderAsync<TStack>(
        IMocks mocks, IServiceProvider serviceProvider, TestOptions? options = null) where TStack : Stack
    {
        ArgumentNullException.ThrowIfNull(serviceProvider);
        return await TestAsync(mocks, options, () => Task.FromResult<Stack>(serviceProvider.GetService(typeof(TStack)) as TStack
            ?? throw new InvalidOperationException($"The service provider has no {typeof(TStack)}.")));
    }

    /// <summary>The outputs are the caller's alone: mocks are told of none.</summary>
    public static async Task<(ImmutableArray<Resource> Resources, IDictionary<string, object?> Outputs)> TestAsync(
        IMocks testMocks, TestOptions testOptions, Func<Task<IDictionary<string, object?>>> createResources)
    {
        IDictionary<string, object?> outputs = new Dictionary<string, object?>();
        Stack? stack = null;
        var resources = await TestAsync(testMocks, testOptions, async () =>
        {
            stack = new Stack();
            outputs = await createResources();
            return stack;
        });
        return (resources.Remove(stack!), outputs);
    }

    public static Task<(ImmutableArray<Resource> Resources, IDictionary<string, object?> Outputs)> TestAsync(
        IMocks testMocks, TestOptions testOptions, Func<IDictionary<string, object?>> createResources)
        => TestAsync(testMocks, testOptions, () => Task.FromResult(createResources()));

    public static async Task<ImmutableArray<Resource>> TestAsync(IMocks testMocks, TestOptions testOptions, Func<Task> createResources)
        => (await TestAsync(testMocks, testOptions, async () =>
        {
            await createResources();
            return (IDictionary<string, object?>)ImmutableDictionary<string, object?>.Empty;
        })).Resources;

    public static Task<ImmutableArray<Resource>> TestAsync(IMocks testMocks, TestOptions testOptions, Action createResources)
        => TestAsync(testMocks, testOptions, () =>
        {
            createResources();
            return Task.CompletedTask;
        });

    private static async Task<ImmutableArray<Resource>> TestAsync(IMocks mocks, TestOptions? options, Func<Task<Stack>> makeStack)
    {
        var deployment = new Deployment(mocks, options ?? new TestOptions());
        Ambient.Value = Current is null ? deployment
            : throw new InvalidOperationException("Deployment.Instance should only be set once at the beginning of a 'Run' call.");
        await deployment.RunAsync(makeStack);
        return deployment._errors.ToList() switch
        {
            [] => [.. deployment._resources],
            [var error] => throw new RunException(error),
            var errors => throw new AggregateException(errors.Select(error => new RunException(error))),
        };
    }

    private static string Explain(Exception error) => error switch
    {
        RunException or ResourceException { HideStack: true } => error.Message,
        ResourceException => error.ToString(),
        _ => $"Running program '{Assembly.GetEntryAssembly()?.Location}' failed with an unhandled exception:\n{error}",
    };

    private static Task<int> RunForEngineAsync()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("PULUMI_MONITOR")))
        {
            return Task.FromException<int>(
                new InvalidOperationException("Program run without the Pulumi engine available; re-run using the `pulumi` CLI"));
        }

        Console.Error.WriteLine("""
            This program was built with stand-ins for the packages Pulumi and Pulumi.Aws, because the package feed lacked them. A stand-in cannot talk to
            the Pulumi engine, so nothing can be deployed. Build with the official packages: let NuGet restore from a feed that has them, such as
            nuget.org, then run `dotnet run build.cs test`, which chooses between the two anew, and then `pulumi` again.
            """);
        return Task.FromResult(1);
    }
}
