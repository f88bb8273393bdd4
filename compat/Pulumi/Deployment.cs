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
        => TestAsync(mocks, options, () => new TStack());

    public static Task<ImmutableArray<Resource>> TestWithServiceProviderAsync<TStack>(
        IMocks mocks, IServiceProvider serviceProvider, TestOptions? options = null) where TStack : Stack
        => TestAsync(mocks, options, () => (TStack)(serviceProvider.GetService(typeof(TStack))
            ?? throw new InvalidOperationException($"The service provider has no {typeof(TStack)}.")));

    public static async Task<(ImmutableArray<Resource> Resources, IDictionary<string, object?> Outputs)> TestAsync(
        IMocks testMocks, TestOptions testOptions, Func<Task<IDictionary<string, object?>>> createResources)
    {
        IDictionary<string, object?> outputs = ImmutableDictionary<string, object?>.Empty;
        var resources = await TestAsync(testMocks, testOptions, async () =>
        {
            var stack = new Stack();
            outputs = await createResources();
            Running.RegisterOutputs(stack, Output.Create(outputs));
            return stack;
        });
        return (resources, outputs);
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

    private static Task<ImmutableArray<Resource>> TestAsync(IMocks mocks, TestOptions? options, Func<Stack> makeStack)
        => TestAsync(mocks, options, () =>
        {
            makeStack().RegisterPropertyOutputs();
            return Task.FromResult<Stack?>(null);
        });

    /// <summary>Runs a program to its end, and returns its resources without the one it returns.</summary>
    private static async Task<ImmutableArray<Resource>> TestAsync(IMocks mocks, TestOptions? options, Func<Task<Stack?>> program)
    {
        var deployment = new Deployment(mocks, options ?? new TestOptions());
        Ambient.Value = deployment;
        var run = ProgramAsync();
        deployment.Track(run);
        await deployment.EndAsync();

        var errors = deployment._errors.Select(Explained).ToList();
        if (errors.Count > 0)
        {
            Environment.ExitCode = Failed;
            throw errors.Count == 1 ? errors[0] : new AggregateException(errors);
        }

        var unlisted = await run;
        return [.. deployment._resources.Where(resource => resource != unlisted)];

        async Task<Stack?> ProgramAsync() => await program();
    }

    private static RunException Explained(Exception error) => error switch
    {
        RunException explained => explained,
        ResourceException { HideStack: true } => new RunException(error.Message, error),
        _ => new RunException(
            $"Running program '{Assembly.GetEntryAssembly()?.Location}' failed with an unhandled exception:{Environment.NewLine}{error}", error),
    };

    private static Task<int> RunForEngineAsync()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("PULUMI_MONITOR")))
        {
            throw new InvalidOperationException("Program run without the Pulumi engine available; re-run using the `pulumi` CLI");
        }

        Console.Error.WriteLine("""
            This program was built with stand-ins for the packages Pulumi and Pulumi.Aws, because the package feed lacked them. A stand-in cannot talk to
            the Pulumi engine, so nothing can be deployed. Build with the official packages: let NuGet restore from a feed that has them, such as
            nuget.org, then run `dotnet run build.cs test`, which chooses between the two anew, and then `pulumi` again.
            """);
        return Task.FromResult(1);
    }
}
